"""Who waits too long for somebody else's act gets a page that says so, and has done nothing."""

from threading import Event

import pytest
from django.db import connection, transaction
from django.urls import reverse

from clinic.models import AuditEvent, PatientContact
from clinic.scope import scope
from clinic.services import audit
from tests.clinic.concurrency.together import at_once
from tests.conftest import client_of
from tests.factories import make_patient, make_user

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def be_impatient() -> None:
    setting = "PRAGMA busy_timeout = 300"
    if connection.vendor == "postgresql":
        setting = "SET lock_timeout = '300ms'"
    with connection.cursor() as cursor:
        cursor.execute(setting)


def test_form_that_waits_too_long_for_its_turn_is_told(practice):
    with scope(practice):
        patient = make_patient()
        client = client_of(make_user("office"))
        events = AuditEvent.objects.count()
    taken, answered = Event(), Event()

    def hold() -> None:
        """The end of the chain, which every act of the practice needs."""
        with scope(practice), transaction.atomic():
            audit.record("test.happened", actor=None)
            taken.set()
            answered.wait(30)
            transaction.set_rollback(True)

    def send():
        taken.wait(30)
        be_impatient()
        form = {"kind": "emergency", "name": "Ada", "phone": "518-555-0101"}
        try:
            return client.post(reverse("contact_add", args=[patient.pk]), form)
        finally:
            answered.set()

    answer = at_once(2, lambda number: (hold, send)[number]())[1]

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "so nothing was saved. Go back and send it again" in answer.content.decode()
    with scope(practice):
        assert (PatientContact.objects.count(), AuditEvent.objects.count()) == (0, events)
