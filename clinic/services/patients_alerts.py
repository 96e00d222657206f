"""Alerts and consents."""

from datetime import date

from django.db import transaction

from clinic.enums import AlertKind
from clinic.errors import NotAllowed
from clinic.models import Consent, Patient, PatientAlert, PatientFile, User
from clinic.services import audit
from clinic.services.patients import check_not_merged

LONGEST_SHOWN = 120


@transaction.atomic
def raise_alert(
    patient: Patient, *, by: User, kind: str, text: str, no_thrust: bool, since: date
) -> PatientAlert:
    """From now on everybody who opens the chart sees it."""
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    check_not_merged(patient)
    _adopt(patient, since)
    row = PatientAlert.objects.create(
        patient=patient, kind=kind, text=text, no_thrust=no_thrust, since=since
    )
    show_alerts(patient)
    audit.record("alert.raised", actor=by, subject=row, patient_id=patient.pk)
    return row


@transaction.atomic
def end_alert(alert: PatientAlert, *, by: User, on: date, because: str) -> PatientAlert:
    """Take an alert off the chart; it stays in the history with the reason."""
    if not because.strip():
        raise NotAllowed("Say why the alert no longer holds.")
    patient = Patient.objects.select_for_update().get(pk=alert.patient_id)
    alert = PatientAlert.objects.select_for_update().get(pk=alert.pk)
    if alert.ended_on is not None:
        raise NotAllowed("This alert was ended already.")
    if on < alert.since:
        raise NotAllowed("An alert ends on the day it was raised or later.")
    alert.ended_on, alert.ended_because = on, because.strip()
    alert.save(update_fields=["ended_on", "ended_because"])
    show_alerts(patient)
    audit.record("alert.ended", actor=by, subject=alert, patient_id=patient.pk)
    return alert


def _adopt(patient: Patient, since: date) -> None:
    """A warning that was only typed on the strip becomes an alert of its own."""
    if patient.alert and not patient.alerts.exists():
        PatientAlert.objects.create(
            patient=patient,
            kind=AlertKind.OTHER,
            text=patient.alert[:80],
            no_thrust="no thrust" in patient.alert.lower(),
            since=since,
        )


def show_alerts(patient: Patient) -> None:
    """The words on the chart's strip are those of the alerts in force."""
    words = "; ".join(str(row) for row in patient.alerts.filter(ended_on=None))
    patient.alert = words if len(words) <= LONGEST_SHOWN else words[: LONGEST_SHOWN - 1] + "…"
    patient.save(update_fields=["alert"])


@transaction.atomic
def record_consent(
    patient: Patient,
    *,
    by: User,
    kind: str,
    given_on: date,
    signed_by: str,
    file: PatientFile | None = None,
) -> Consent:
    check_not_merged(patient)
    row = Consent.objects.create(
        patient=patient, kind=kind, given_on=given_on, signed_by=signed_by, file=file
    )
    audit.record("consent.given", actor=by, subject=row, patient_id=patient.pk)
    return row


@transaction.atomic
def withdraw_consent(consent: Consent, *, by: User, on: date) -> Consent:
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    if consent.withdrawn_on is not None:
        raise NotAllowed("This consent was withdrawn already.")
    if on < consent.given_on:
        raise NotAllowed("A consent is withdrawn on the day it was given or later.")
    consent.withdrawn_on = on
    consent.save(update_fields=["withdrawn_on"])
    audit.record("consent.withdrawn", actor=by, subject=consent, patient_id=consent.patient_id)
    return consent
