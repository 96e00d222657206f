"""Accounting of disclosures: what of a patient's record was given to whom, and why."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from clinic.enums import DisclosurePurpose
from clinic.models import AuditEvent, Disclosure, Patient, User
from clinic.services import audit
from clinic.services.audit_kinds import PAPER
from clinic.services.audit_search import ids_of

# A patient may ask for the six years before (45 CFR 164.528), and not for these.
YEARS = 6
NOT_COUNTED = (
    DisclosurePurpose.TREATMENT, DisclosurePurpose.PAYMENT, DisclosurePurpose.OPERATIONS,
    DisclosurePurpose.PATIENT,
)  # fmt: skip


@transaction.atomic
def record_disclosure(patient: Patient, *, by: User, values: Mapping[str, Any]) -> Disclosure:
    """Write down that something was given. It stays as written."""
    row = Disclosure.objects.create(
        patient=patient, recorded_by=by, recorded_at=timezone.now(), **values
    )
    audit.record(
        "record.disclosed", actor=by, subject=row, patient_id=patient.pk, purpose=row.purpose
    )
    return row


def disclosures_of(patient: Patient, *, counted_only: bool = False) -> QuerySet[Disclosure]:
    """The newest first, of the last six years where a patient's accounting is asked for."""
    rows = Disclosure.objects.filter(patient__in=ids_of(patient)).select_related("recorded_by")
    if not counted_only:
        return rows
    today = timezone.localdate()
    since = date(today.year - YEARS, today.month, min(today.day, 28))
    return rows.filter(given_on__gte=since).exclude(purpose__in=NOT_COUNTED)


def copies_of(patient: Patient) -> QuerySet[AuditEvent]:
    """Prints, downloads and exports of the patient's papers, as the trail knows them."""
    paper = PAPER.query() | Q(action="document.viewed")
    rows = AuditEvent.objects.filter(patient_id__in=ids_of(patient)).filter(paper)
    return rows.exclude(action="record.disclosed").order_by("-at")
