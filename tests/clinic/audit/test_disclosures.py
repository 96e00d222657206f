"""What was given to whom, for the patient who asks; and who looked at a chart."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEvent, Disclosure
from clinic.scope import scope
from clinic.services import audit
from clinic.services.disclosures import disclosures_of, record_disclosure
from tests.factories import make_document, make_patient, make_user

GIVEN = {
    "recipient": "State workers' board", "recipient_address": "1 Main St", "what": "Note SN-1",
    "purpose": "workers_comp", "basis": "Request of March 1",
}  # fmt: skip


@pytest.fixture
def patient(practice):
    with scope(practice):
        return make_patient(first_name="Pat", last_name="Given")


def test_a_disclosure_is_written_down_with_an_event_and_stays(client_for, practice, patient):
    client, today = client_for("office"), timezone.localdate()
    url = reverse("patient_disclosures", args=[patient.pk])

    response = client.post(url, GIVEN | {"given_on": today.isoformat()})

    assert (response.status_code, response["Location"]) == (302, url)
    with scope(practice):
        row = Disclosure.objects.get()
        event = AuditEvent.objects.get(action="record.disclosed")
        assert (row.patient, row.recorded_by, row.given_on) == (patient, client.user, today)
        assert (event.patient_id, event.detail) == (patient.pk, {"purpose": "workers_comp"})
        with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
            row.delete()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("given_on", "2999-01-01", "This day has not come yet."),
        ("recipient", "", "This field is required."),
        ("purpose", "gossip", "Select a valid choice. gossip is not one of the available choices."),
    ],
)
def test_bad_input_is_said_and_nothing_kept(client_for, practice, patient, field, value, sentence):
    data = GIVEN | {"given_on": "2026-01-02", field: value}

    response = client_for("admin").post(reverse("patient_disclosures", args=[patient.pk]), data)

    assert response.status_code == 422
    assert response.context["form"].errors == {field: [sentence]}
    with scope(practice):
        assert Disclosure.objects.count() == 0


def test_the_accounting_leaves_out_what_the_law_leaves_out(in_practice, patient):
    user, today = make_user("office"), timezone.localdate()
    for purpose, days in (("law", 1), ("treatment", 1), ("patient", 1), ("court", 365 * 7)):
        record_disclosure(
            patient, by=user,
            values=GIVEN | {"purpose": purpose, "given_on": today - timedelta(days=days)},
        )  # fmt: skip

    assert [row.purpose for row in disclosures_of(patient, counted_only=True)] == ["law"]
    assert len(disclosures_of(patient)) == 4


def test_the_file_is_the_accounting_without_formulas(client_for, practice, patient):
    client = client_for("office")
    with scope(practice):
        values = GIVEN | {"recipient": "=HYPERLINK(1)", "given_on": timezone.localdate()}
        record_disclosure(patient, by=client.user, values=values)

    response = client.get(reverse("disclosures_csv", args=[patient.pk]))

    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert (len(rows), rows[1][1]) == (2, "'=HYPERLINK(1)")


def test_papers_that_were_opened_are_shown_beside(client_for, practice, patient):
    client = client_for("office")
    with scope(practice):
        document = make_document(by=client.user, patient=patient)
        audit.record(
            "document.downloaded", actor=client.user, subject=document, patient_id=patient.pk,
            number=document.number,
        )  # fmt: skip

    page = client.get(reverse("patient_disclosures", args=[patient.pk]))

    assert [event.action for event in page.context["copies"]] == [
        "document.downloaded", "document.issued",
    ]  # fmt: skip


def test_who_looked_at_a_chart_is_shown_by_person_with_every_event(client_for, practice, patient):
    client = client_for("admin")
    with scope(practice):
        one, two = make_user("office"), make_user("therapist")
        for user in (one, two, one):
            audit.record("patient.viewed", actor=user, patient_id=patient.pk)
        audit.record("patient.viewed", actor=two, patient_id=make_patient().pk)

    page = client.get(reverse("patient_looks", args=[patient.pk]))

    people = {row["actor_id"]: row["times"] for row in page.context["people"]}
    assert people == {one.pk: 2, two.pk: 1}
    assert len(page.context["page"].events) == 3
    with scope(practice):
        assert AuditEvent.objects.latest("seq").action == "patient.looks_viewed"
