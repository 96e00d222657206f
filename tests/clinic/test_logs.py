import logging
import sys

from clinic.logs import QuietFormatter


def test_log_line_names_class_and_place_and_never_the_message():
    try:
        _ = {}["Jordan Sample"]
    except KeyError:
        error = sys.exc_info()
    record = logging.LogRecord("handline", logging.ERROR, __file__, 1, "Failed", (), error)

    line = QuietFormatter().format(record)

    assert "KeyError at " in line
    assert "test_logs.py" in line
    assert "Jordan Sample" not in line
