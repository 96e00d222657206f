"""Log lines without patient data."""

import logging
import traceback


class QuietFormatter(logging.Formatter):
    """Prints where and what class of error, never its message.

    Exception messages quote the values that caused them, and here those are clinical.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(self, ei) -> str:
        kind, _, trace = ei
        frames = traceback.extract_tb(trace)[-6:]
        places = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
        return f"{kind.__name__} at {places}"
