"""The desk's objects that an address can name: money, papers, claims, batches."""

import uuid
from typing import Any

from django.utils import timezone

from billing.models import (
    Claim,
    ClaimFile,
    DeskJob,
    IncomingFile,
    JobFile,
    Remittance,
    Superbill,
)
from billing.services.desk import return_to_therapist
from billing.services.payments import take_payment
from billing.services.statements import issue_receipt
from clinic.models import User
from notes.models import Note


def desk_args(*, asked: Note, billed: Note, by: User, mark: str) -> dict[str, list[Any]]:
    """By kind, the URL's arguments. ``asked`` is a signed visit that the desk has returned."""
    patient = billed.visit.patient
    payment = take_payment(
        patient, amount_cents=1000, method="cash", received_on=timezone.localdate(), by=by,
        submit_key=uuid.uuid4(), reference=mark,
    )  # fmt: skip
    returned = return_to_therapist(asked.charge_set, reason=f"{mark} asks", by=by)
    bill = Superbill.objects.get(charge_set=billed.charge_set)
    return _claims(billed, by, mark) | {
        "bill": [billed.visit.public_id, bill.pk],
        "account": [patient.pk],
        "payment": [payment.pk],
        "course": [billed.visit.episode_id],
        "paper": [issue_receipt(payment, by=by).pk],
        "return": [returned.pk],
        "coverage": [billed.visit.coverage_id],
        "batch": [_job(by, mark, "queued").public_id],
        "printed batch": [_job(by, mark, "done").public_id],
    }


def _claims(billed: Note, by: User, mark: str) -> dict[str, list[Any]]:
    now, coverage = timezone.now(), billed.visit.coverage
    file = ClaimFile.objects.create(
        control=1, name=mark, content=mark, sha256="0" * 64, claim_count=1, total_cents=1,
        made_at=now, made_by=by,
    )  # fmt: skip
    claim = Claim.objects.create(
        charge_set=billed.charge_set, coverage=coverage, payer=coverage.payer, file=file,
        number="C1", facts={}, total_cents=1, made_at=now, made_by=by,
    )  # fmt: skip
    incoming = IncomingFile.objects.create(
        kind="835", name=mark, content=mark, sha256="1" * 64, read_at=now, read_by=by
    )
    remittance = Remittance.objects.create(
        incoming=incoming, payer_name=mark, payer_key=mark, trace="1", total_cents=1, posted_at=now
    )
    return {"claim": [claim.pk], "claim file": [file.pk], "remittance": [remittance.pk]}


def _job(by: User, mark: str, state: str) -> DeskJob:
    now = timezone.now()
    job = DeskJob.objects.create(
        public_id=uuid.uuid4(), kind="print", state=state, items=[], words=mark, asked_at=now,
        asked_by=by, finished_at=now if state == "done" else None,
    )  # fmt: skip
    if state == "done":
        content = mark.encode()
        JobFile.objects.create(job=job, name="superbills.pdf", content_type="application/pdf",
                               content=content, size=len(content), sha256="2" * 64)  # fmt: skip
    return job
