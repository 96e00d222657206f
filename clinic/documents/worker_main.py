"""The child of `worker`: reads jobs, writes documents, ends when its input closes."""

import gc
import os
import resource
import sys

from .errors import DocumentError
from .press import press, warm_up
from .worker import LENGTH, READY, unpack


def answer(body: bytes) -> bytes:
    try:
        if body == READY:
            warm_up()
            return b"\0"
        return b"\0" + press(unpack(body))
    except DocumentError as refusal:
        return b"\1" + str(refusal).encode()


def serve(jobs, documents) -> None:
    # Setting makes millions of objects that die young: looking for rings among them costs a
    # fifth of the time, so that is done when the document is out and nobody waits.
    gc.set_threshold(200_000, 20, 100)
    warm = False
    while head := jobs.read(LENGTH.size):
        (length,) = LENGTH.unpack(head)
        reply = answer(jobs.read(length))
        documents.write(LENGTH.pack(len(reply)) + reply)
        documents.flush()
        gc.collect()
        if not warm:
            gc.freeze()  # libraries and styles live as long as this process: not looked at again
            warm = True


def main() -> None:
    limit = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # Anything that prints would garble the answers: standard output moves aside.
    documents = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        serve(sys.stdin.buffer, documents)
    except MemoryError:
        os._exit(1)  # the server sees the pipe close and says so in a sentence
    except BrokenPipeError:
        os._exit(0)  # nobody is left to take the document


if __name__ == "__main__":
    main()
