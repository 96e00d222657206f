"""Run under the Python that has linuxforhealth-x12: what it refuses in each file, as JSON."""

import json
import sys

from linuxforhealth.x12.io import X12ModelReader


def refusal(path: str) -> str:
    try:
        with X12ModelReader(path) as reader:
            return "" if list(reader.models()) else "no transaction was read"
    except Exception as error:  # whatever it raises is its refusal
        return f"{type(error).__name__}: {error}"


print(json.dumps([refusal(path) for path in sys.argv[1:]]))
