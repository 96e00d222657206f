"""Finding a patient as people type: parts of words, errors, birthdays, numbers."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.enums import Role
from clinic.scope import scope
from clinic.services.patients_search import search_patients
from tests.factories import make_clinician, make_episode, make_patient, make_user


@pytest.fixture
def desk(in_practice):
    """The office, and five people to be found."""
    rows = [
        ("Marisol", "Vega", date(1946, 10, 12), "20400", "(207) 555-0142"),
        ("Marcus", "Vega-Ortiz", date(1980, 1, 2), "20401", "207-555-0177"),
        ("Jürgen", "Müller", date(1971, 3, 4), "20402", ""),
        ("Johnson", "Ames", date(1990, 5, 6), "20403", ""),
        ("Ames", "Johnson", date(1991, 5, 6), "20404", "+1 207 555 0199"),
    ]
    for first, last, born, number, phone in rows:
        make_patient(
            first_name=first, last_name=last, born_on=born, record_number=number, phone=phone
        )
    return make_user(Role.OFFICE)


def found(text, user):
    return [patient.record_number for patient in search_patients(text, user=user)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("vega", ["20400", "20401"]),
        ("VEGA mari", ["20400"]),
        ("mar veg", ["20400", "20401"]),
        ("muller", ["20402"]),
        ("Müller", ["20402"]),
        ("ortiz", ["20401"]),
        ("vegaortiz", ["20401"]),
        ("20403", ["20403"]),
        ("10/12/1946", ["20400"]),
        ("1946-10-12 vega", ["20400"]),
        ("10/12/46", ["20400"]),
        ("555-0142", ["20400"]),
        ("(207) 555-0177", ["20401"]),
        ("0199", ["20404"]),
        ("nobody", []),
        ("v", []),
        ("   ", []),
    ],
)
def test_patient_is_found_by(desk, text, numbers):
    assert found(text, desk) == numbers


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("marisl", "20400"), ("marislo", "20400"), ("narisol", "20400"), ("vgea", "20400"),
        ("mueller", "20402"), ("mulelr", "20402"), ("jonhson", "20403"),
    ],
)  # fmt: skip
def test_one_typing_error_is_forgiven(desk, typed, number):
    assert number in found(typed, desk)


def test_exact_matches_come_before_errors(in_practice):
    make_patient(last_name="Hanson", record_number="A")
    make_patient(last_name="Hansen", record_number="B")

    assert found("hansen", make_user(Role.OFFICE)) == ["B", "A"]


def test_therapist_finds_own_and_unclaimed_patients_only(in_practice):
    own, other = make_clinician(), make_clinician()
    make_episode(clinician=own, patient=make_patient(last_name="Mine", first_name="Findme"))
    make_episode(clinician=other, patient=make_patient(last_name="Theirs", first_name="Findme"))
    make_patient(last_name="Unclaimed", first_name="Findme")

    names = [patient.last_name for patient in search_patients("findme", user=own.user)]

    assert names == ["Mine", "Unclaimed"]


def test_search_stays_in_the_practice(desk, other_practice):
    with scope(other_practice):
        make_patient(last_name="Vega", record_number="SOUTH")
        assert found("vega", make_user(Role.OFFICE)) == ["SOUTH"]

    assert "SOUTH" not in found("vega", desk)


def test_words_follow_a_changed_name(desk):
    patient = search_patients("marisol", user=desk)[0]
    patient.last_name = "Ruiz"
    patient.save()

    assert (found("ruiz", desk), found("marisol vega", desk)) == (["20400"], [])


def test_search_takes_the_same_queries_for_many(in_practice):
    user = make_user(Role.OFFICE)
    make_patient(last_name="Smith")
    with CaptureQueriesContext(connection) as one:
        search_patients("smith", user=user)
    for _ in range(8):
        make_patient(last_name="Smith")
    with CaptureQueriesContext(connection) as many:
        search_patients("smith", user=user)

    assert len(many) <= len(one)


@pytest.mark.django_db
def test_patients_registered_before_the_search_get_their_words(in_practice):
    from importlib import import_module  # noqa: PLC0415 a module whose name begins with a digit

    from django.apps import apps  # noqa: PLC0415 as the migration is given it

    from clinic.models import PatientToken  # noqa: PLC0415

    make_patient(first_name="Old", last_name="Timer", record_number="OLD1", phone="518 555 0100")
    known = set(PatientToken.objects.values_list("token", "mirrored"))
    migration = import_module("clinic.migrations.0006_patient_words")

    migration.forget(apps, None)
    assert not PatientToken.objects.exists()
    migration.index(apps, None)

    assert set(PatientToken.objects.values_list("token", "mirrored")) == known
