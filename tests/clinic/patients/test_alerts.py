from datetime import date

import pytest

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import Consent, Patient, PatientAlert
from clinic.services.patients_alerts import (
    end_alert,
    raise_alert,
    record_consent,
    withdraw_consent,
)
from tests.factories import make_patient, make_user

SINCE = date(2026, 1, 5)


@pytest.fixture
def office(in_practice):
    return make_user(Role.OFFICE)


def alert(patient, by, **given):
    defaults = {"kind": "anticoagulant", "text": "", "no_thrust": True, "since": SINCE}
    return raise_alert(patient, by=by, **defaults | given)


def shown(patient) -> str:
    return Patient.objects.get(pk=patient.pk).alert


def test_alert_shows_on_the_strip_until_it_ends(office):
    patient = make_patient()
    row = alert(patient, office)
    alert(patient, office, kind="falls", no_thrust=False)
    assert shown(patient) == "Anticoagulant, no thrust; Fall risk"

    end_alert(row, by=office, on=date(2026, 2, 1), because="Drug stopped")

    assert shown(patient) == "Fall risk"
    assert PatientAlert.objects.get(pk=row.pk).ended_because == "Drug stopped"


def test_warning_typed_before_alerts_existed_is_kept(office):
    patient = make_patient(alert="Latex allergy, no thrust")

    alert(patient, office, kind="pacemaker", no_thrust=False)

    assert shown(patient) == "Latex allergy, no thrust; Pacemaker"
    assert PatientAlert.objects.filter(no_thrust=True).count() == 1


@pytest.mark.parametrize(
    ("on", "because", "sentence"),
    [
        (date(2026, 2, 1), " ", "Say why the alert no longer holds."),
        (date(2026, 1, 1), "Over", "An alert ends on the day it was raised or later."),
    ],
)
def test_alert_does_not_end_without_reason_or_before_it_began(office, on, because, sentence):
    patient = make_patient()
    row = alert(patient, office)

    with pytest.raises(NotAllowed) as refusal:
        end_alert(row, by=office, on=on, because=because)

    assert str(refusal.value) == sentence
    assert shown(patient) == "Anticoagulant, no thrust"


def test_consent_is_given_and_withdrawn_once(office):
    row = record_consent(
        make_patient(), by=office, kind="treatment", given_on=SINCE, signed_by="Ana Silva"
    )
    withdraw_consent(row, by=office, on=date(2026, 3, 1))

    with pytest.raises(NotAllowed) as refusal:
        withdraw_consent(row, by=office, on=date(2026, 3, 2))

    assert str(refusal.value) == "This consent was withdrawn already."
    assert Consent.objects.get().withdrawn_on == date(2026, 3, 1)
