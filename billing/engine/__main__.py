"""`python -m billing.engine [FILE]`: the derive command without Django."""

import sys

from billing.engine.stream import answer_lines, reader_left


def main(arguments: list[str]) -> int:
    if len(arguments) > 1:
        sys.stderr.write("Give one file, or none to read standard input.\n")
        return 2
    try:
        if not arguments or arguments[0] == "-":
            return 1 if answer_lines(sys.stdin.buffer, sys.stdout) else 0
        with open(arguments[0], "rb") as source:
            return 1 if answer_lines(source, sys.stdout) else 0
    except BrokenPipeError:
        reader_left(sys.stdout)
        return 1
    except OSError as error:
        sys.stderr.write(f"{arguments[0]} cannot be read: {error.strerror}.\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
