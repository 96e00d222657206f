"""What the log says, and what it never says. T-U09."""

import json
import logging
import sys

import pytest
from django.test import Client
from django.urls import reverse

from clinic.logs import QuietFormatter
from clinic.models import AuditEvent
from clinic.request_id import set_request_id
from clinic.views import audit
from tests.canary import CANARIES, Canary
from tests.factories import make_user


def line_of(message: str, *args, exc_info=None) -> dict:
    record = logging.LogRecord("handline", logging.ERROR, __file__, 1, message, args, exc_info)
    text = QuietFormatter().format(record)
    assert "\n" not in text
    return json.loads(text)


def test_log_line_names_class_and_place_and_never_the_message():
    try:
        _ = {}["Jordan Sample"]
    except KeyError:
        line = line_of("Failed", exc_info=sys.exc_info())

    assert line["error"].startswith("KeyError at ")
    assert "test_logs.py" in line["error"]
    assert "Jordan Sample" not in str(line)


def test_log_line_is_json_with_time_and_request():
    set_request_id("00ff00ff00ff00ff")
    try:
        line = line_of("Kept %s", "a thing")
    finally:
        set_request_id("")

    assert line["message"] == "Kept a thing"
    assert line["request"] == "00ff00ff00ff00ff"
    assert line["at"].endswith("+00:00")


@pytest.mark.parametrize("typed", ["\nERROR forged line", "\r\n{}", '"} {"level": "x', "\x1b[2J"])
def test_T_U06_what_is_typed_cannot_forge_a_line(typed):
    assert line_of("Refused %s", typed)["message"] == f"Refused {typed}"


def test_T_U09_error_in_a_view_leaves_no_patient_in_log_or_mail(
    in_practice, client_for, monkeypatch, caplog, mailoutbox
):
    def fails(*args, **kwargs):
        raise ValueError(f"{CANARIES[0]} has pain")

    monkeypatch.setattr(audit, "render", fails)
    client: Client = client_for("admin")
    client.raise_request_exception = False

    response = client.get(reverse("audit"))

    listener = Canary()
    for record in caplog.records:
        listener.handle(record)
    assert response.status_code == 500
    assert response["X-Request-ID"] in response.content.decode()
    assert CANARIES[0] not in response.content.decode()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert listener.heard == []
    assert mailoutbox == []


def test_T_U09_refused_sign_in_leaves_what_was_typed_out_of_the_log(in_practice, client):
    heard, listener = [], logging.Handler()
    listener.emit = lambda record: heard.append(record.getMessage())
    typed = {"login": make_user().email, "password": "not that one"}

    logging.getLogger("axes").addHandler(listener)
    try:
        client.post(reverse("account_login"), typed)
    finally:
        logging.getLogger("axes").removeHandler(listener)

    assert heard == []
    assert AuditEvent.objects.latest("seq").outcome == "denied"


def test_T_U09_canary_sings_when_a_patient_is_logged():
    listener = Canary()

    listener.handle(logging.makeLogRecord({"msg": f"Saved {CANARIES[0]} 7", "name": "x"}))

    assert len(listener.heard) == 1
