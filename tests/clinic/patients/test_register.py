from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.enums import Network, Role
from clinic.errors import NotAllowed
from clinic.models import AuditEvent, Coverage, Patient
from clinic.services.patients import (
    LikelyDuplicate,
    change_patient,
    register_patient,
    save_coverage,
)
from clinic.services.patients_duplicates import likely_duplicates
from tests.factories import make_patient, make_payer, make_user

PERSON = {"first_name": "Ana", "last_name": "Silva", "born_on": date(1980, 5, 17)}


@pytest.fixture
def office(in_practice):
    return make_user(Role.OFFICE)


def test_patient_is_registered_with_cards_and_contact(office):
    card = {"payer": make_payer(), "network": Network.IN, "starts_on": date(2026, 1, 1)}

    patient = register_patient(
        PERSON, by=office, coverages=[card, card | {"payer": make_payer()}],
        contacts=[{"kind": "emergency", "name": "Rui", "relationship": "brother", "phone": "1"}],
    )  # fmt: skip

    assert patient.record_number == "P000001"
    assert [c.rank for c in patient.coverages.all()] == [1, 2]
    assert patient.contacts.get().name == "Rui"
    assert AuditEvent.objects.get(action="patient.registered").patient_id == patient.pk


def test_next_number_passes_by_those_in_use(office):
    make_patient(record_number="P000001")

    assert register_patient(PERSON, by=office).record_number == "P000002"


def test_number_in_use_is_refused(office):
    make_patient(record_number="77")

    with pytest.raises(NotAllowed) as refusal:
        register_patient(PERSON | {"record_number": "77"}, by=office)

    assert str(refusal.value) == (
        "Record number 77 is in use: leave it empty for the next free one."
    )
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    ("born_on", "sentence"),
    [
        (timezone.localdate() + timedelta(days=1),
         "The date of birth is in the future: correct the year."),
        (date(1880, 1, 1), "That is more than 130 years ago: correct the year."),
    ],
)  # fmt: skip
def test_impossible_birthday_is_refused(office, born_on, sentence):
    with pytest.raises(NotAllowed) as refusal:
        register_patient(PERSON | {"born_on": born_on}, by=office)

    assert str(refusal.value) == sentence
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("like", "why"),
    [
        ({}, "same date of birth, same or like name"),
        ({"first_name": "Anna"}, "same date of birth, same or like name"),
        ({"last_name": "Sliva"}, "same date of birth, same or like name"),
        ({"born_on": date(1980, 5, 11)}, "same name, date of birth differs by little"),
        ({"born_on": date(1971, 1, 1), "phone": "518-555-0100"}, "same name and phone number"),
    ],
)
def test_likely_duplicate_is_named(office, like, why):
    make_patient(**PERSON, phone="(518) 555-0100", record_number="FIRST")

    [found] = likely_duplicates(**{"phone": ""} | PERSON | like)

    assert (found.patient.record_number, found.why) == ("FIRST", why)


@pytest.mark.parametrize("other", [{"first_name": "Rui"}, {"last_name": "Costa"}])
def test_other_people_are_no_duplicates(office, other):
    make_patient(**PERSON)

    assert likely_duplicates(**PERSON | other) == []


def test_duplicate_is_registered_only_when_said(office):
    make_patient(**PERSON, record_number="FIRST")

    with pytest.raises(LikelyDuplicate) as refusal:
        register_patient(PERSON, by=office)
    assert str(refusal.value) == (
        "This may be Ana Silva (FIRST). Open that record, or say that this is another person."
    )
    assert Patient.objects.count() == 1
    register_patient(PERSON, by=office, is_another=True)

    assert Patient.objects.count() == 2


def test_change_is_recorded_by_field_names(office):
    patient = make_patient()

    change_patient(patient, by=office, values=PERSON)

    assert Patient.objects.get(pk=patient.pk).last_name == "Silva"
    assert sorted(AuditEvent.objects.get(action="patient.changed").detail["fields"]) == [
        "first_name", "last_name",
    ]  # fmt: skip


def test_coverage_of_another_person_names_the_holder(office):
    patient = make_patient()
    card = {"payer": make_payer(), "network": Network.IN, "starts_on": date(2026, 1, 1)}

    with pytest.raises(IntegrityError), transaction.atomic():
        save_coverage(patient, by=office, values=card | {"relationship": "child"})
    assert not Coverage.objects.exists()
    save_coverage(
        patient, by=office, values=card | {"relationship": "child", "holder_last_name": "Silva"}
    )

    assert Coverage.objects.get().holder_last_name == "Silva"


def test_page_registers_and_shows_the_front_page(office_client):
    response = office_client.post(
        reverse("patient_new"),
        {"first_name": "Ana", "last_name": "Silva", "born_on": "1980-05-17", "sex": "F",
         "state": "ny"},
        follow=True,
    )  # fmt: skip

    assert response.context["patient"].state == "NY"
    assert "Ana Silva is registered as P000001." in response.content.decode()


def test_page_keeps_what_was_typed_and_asks_about_the_duplicate(office_client, in_practice):
    make_patient(**PERSON, record_number="FIRST")
    data = {"first_name": "Ana", "last_name": "Silva", "born_on": "1980-05-17", "sex": "F"}

    first = office_client.post(reverse("patient_new"), data)
    second = office_client.post(reverse("patient_new"), data | {"is_another": "1"})

    assert (first.status_code, second.status_code) == (422, 302)
    assert 'value="Silva"' in first.content.decode()
    assert Patient.objects.count() == 2
