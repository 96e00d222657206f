"""The warm child process: same bytes, limits, and a sentence when it fails."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from clinic.documents import worker
from clinic.documents.errors import DocumentError
from clinic.documents.render import note_job
from tests.clinic.documents.golden import golden
from tests.clinic.documents.golden_notes import bare_note

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def press():
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HANDLINE_SIGNING_PASSPHRASE", "a secret")
        made = worker.Press()
        made.warm()
    yield made
    made.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_worker_gives_the_same_bytes_as_this_process(press):
    assert press.set(note_job(bare_note())) == golden("note-bare")


def test_refusal_crosses_the_pipe_as_a_sentence(press):
    job = replace(note_job(bare_note()), html='<html lang="en"><img src="http://127.0.0.1:9/x">')

    with pytest.raises(DocumentError, match="may load nothing but its own fonts"):
        press.set(job)

    assert press.set(note_job(bare_note())) == golden("note-bare")


def test_dead_child_is_replaced(press):
    press.start()
    child = press._child
    os.kill(child.pid, signal.SIGKILL)
    child.wait()

    assert press.set(note_job(bare_note())) == golden("note-bare")
    assert press._child.pid != child.pid


def test_endless_document_is_given_up_in_time():
    press = worker.Press(seconds=0.05)

    with pytest.raises(DocumentError, match=r"not finished within 0\.05 seconds"):
        press.set(note_job(bare_note()))

    assert press._child is None


def test_document_beyond_the_memory_limit_is_refused(monkeypatch):
    monkeypatch.setattr(worker, "MEMORY", 230 << 20)
    press = worker.Press()
    job = replace(note_job(bare_note()), html="x" * 60_000_000)

    with pytest.raises(DocumentError, match="more memory than it may use"):
        press.set(job)

    press.close()


def test_child_is_renewed_after_its_share_of_documents():
    press = worker.Press(documents=1)

    press.set(note_job(bare_note()))

    assert press._child is None
    press.close()


def test_threads_take_turns(press):
    made: list[bytes] = []
    job = note_job(bare_note())
    threads = [threading.Thread(target=lambda: made.append(press.set(job))) for _ in range(3)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [golden("note-bare")] * 3


def test_closed_press_leaves_no_process():
    press = worker.Press()
    press.start()
    pid = press._child.pid

    press.close()
    press.close()

    assert not alive(pid)


def test_child_ends_with_its_server():
    code = (
        "from clinic.documents import worker; worker.PRESS.start();"
        "print(worker.PRESS._child.pid, flush=True); import os; os.kill(os.getpid(), 9)"
    )
    server = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    pid = int(server.stdout)

    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not alive(pid)


def test_fork_gets_a_child_of_its_own():
    """gunicorn forks its workers after the application has loaded."""
    code = """
import os
from clinic.documents import worker
worker.PRESS.start()
first = worker.PRESS._child.pid
pid = os.fork()
if pid == 0:
    assert worker.PRESS._child is None
    worker.PRESS.start()
    ok = worker.PRESS._child.pid != first
    worker.PRESS.close()
    os._exit(0 if ok else 1)
_, status = os.waitpid(pid, 0)
os.kill(first, 0)
print(os.waitstatus_to_exitcode(status))
"""
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (answer.stdout, answer.stderr) == ("0\n", "")


def test_child_is_not_given_the_secrets_of_the_server(press):
    environment = Path(f"/proc/{press._child.pid}/environ").read_bytes()

    assert b"PATH=" in environment
    assert b"a secret" not in environment


def test_bytes_are_the_same_in_another_zone_locale_and_hash_seed():
    code = (
        "import sys; from tests.clinic.documents.golden import golden;"
        "sys.stdout.buffer.write(golden('note-8'))"
    )
    environment = {**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "77"}

    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=False
    )

    assert answer.stdout == golden("note-8")
