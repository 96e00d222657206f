"""Log lines as JSON, without patient data."""

import json
import logging
import traceback
from datetime import UTC, datetime

from clinic.request_id import current_request_id


class QuietFormatter(logging.Formatter):
    """One JSON object a line: when, what, which request; where and what class of error.

    Never an exception's message: it quotes the values that caused it, and here those are
    clinical. What was typed cannot break out of its line, because JSON escapes it.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := current_request_id():
            line["request"] = request_id
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)

    def formatException(self, ei) -> str:
        kind, _, trace = ei
        frames = traceback.extract_tb(trace)[-6:]
        places = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
        return f"{kind.__name__} at {places}"
