"""Printing many superbills: asked for here, worked off by `manage.py work`.

Each superbill is issued in its own transaction and is there once, however often it is asked
for; so a job that a restart interrupted goes on where it was. They count as printed only when
the one file for the printer exists, in the same transaction as the file.
"""

import hashlib
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from billing.desk_enums import JobKind, JobState, Route
from billing.models import ChargeSet, DeskJob, JobFile, Superbill, SuperbillVisit
from billing.services.desk_refresh import bill_of, full
from billing.services.desk_routes import direction_of
from billing.services.superbills import issue_superbill
from billing.services.superbills_ahead import Ahead, PressRoom, press_room
from billing.services.superbills_context import superbill_context
from billing.services.superbills_prints import record_prints
from clinic.documents.print_copy import Original, merge_for_print, zip_of_originals
from clinic.enums import DocumentKind
from clinic.errors import HandlineError, NotAllowed
from clinic.models import StoredDocument, User
from clinic.scope import every_practice, scope
from clinic.services import audit, documents

MOST = 1000
SILENT = timedelta(seconds=90)  # after that a running job counts as left behind
MOST_ATTEMPTS = 5
BEAT_EVERY = 50  # files of a merge
HEAVY = ("superbill__document__content", "superbill__document__context")


@transaction.atomic
def ask_for_print(charge_sets: Sequence[ChargeSet], *, by: User, submit_key: uuid.UUID) -> DeskJob:
    """The order of the list is the order of the pages. The same form asks once."""
    existing = DeskJob.objects.filter(public_id=submit_key).first()
    if existing is not None:
        return existing
    if not charge_sets:
        raise NotAllowed("Select at least one visit to print.")
    if len(charge_sets) > MOST:
        raise NotAllowed(f"A batch prints at most {MOST} visits: select fewer.")
    with every_practice("ids of jobs are unique across practices"):
        if DeskJob.objects.filter(public_id=submit_key).exists():
            raise NotAllowed("This form was used already: reload the page.")
    job = DeskJob.objects.create(
        public_id=submit_key,
        kind=JobKind.PRINT,
        items=[charge_set.pk for charge_set in charge_sets],
        asked_at=timezone.now(),
        asked_by=by,
    )
    audit.record("batch.asked", actor=by, subject=job, visits=len(charge_sets))
    return job


@transaction.atomic
def cancel(job: DeskJob, *, by: User) -> DeskJob:
    """A waiting job ends at once, a running one after the superbill in hand. Nothing is marked
    printed; superbills issued so far stay, unprinted."""
    job = DeskJob.objects.select_for_update().get(pk=job.pk)
    if job.is_over:
        raise NotAllowed(f"The batch is over already: {job.get_state_display().lower()}.")
    job.cancel_asked = True
    if job.state == JobState.QUEUED:
        job.state, job.finished_at = JobState.CANCELED, timezone.now()
    job.save(update_fields=["cancel_asked", "state", "finished_at"])
    audit.record("batch.canceled", actor=by, subject=job)
    return job


def take_next(now=None) -> DeskJob | None:
    """Claim the oldest waiting job, or one whose worker went silent.

    One UPDATE that names the state it expects: of two workers only one changes the row, on
    SQLite as on PostgreSQL.
    """
    now = now or timezone.now()
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, beat_at__lt=now - SILENT)
    with every_practice("the worker serves the whole installation"):
        for job in DeskJob.objects.filter(free).order_by("asked_at")[:5]:
            taken = DeskJob.objects.filter(free, pk=job.pk, attempts=job.attempts).update(
                state=JobState.RUNNING, beat_at=now, attempts=F("attempts") + 1
            )
            if taken:
                return DeskJob.objects.select_related("practice", "asked_by").get(pk=job.pk)
    return None


def work_off(job: DeskJob, *, stop: Callable[[], bool] = lambda: False) -> DeskJob:
    """Do the job to its end, or until ``stop`` says that the process ends: then it waits."""
    with scope(job.practice):
        if job.attempts > MOST_ATTEMPTS:
            return _end(job, JobState.FAILED, "The batch failed five times and was given up.")
        with press_room() as room:
            hands: deque[Prepared] = deque()
            while job.done < job.total:
                if stop():
                    return _wait(job)
                _fill(hands, job, room)
                job = _one(job, hands.popleft())
                if job.cancel_asked:
                    return _end(job, JobState.CANCELED, "Canceled; nothing was marked as printed.")
        return _finish(job)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row of the list, and its page, which is being set while those before are signed."""

    place: int
    charge_set: ChargeSet
    ahead: Ahead | None = None


def _fill(hands: deque[Prepared], job: DeskJob, room: PressRoom) -> None:
    """The row in hand, and one more for each press. Set anew if a number went elsewhere."""
    numbers = [hand.ahead.number for hand in hands if hand.ahead]
    if numbers and numbers[0] != documents.expected_number(DocumentKind.SUPERBILL):
        hands.clear()
    last = min(job.done + 1 + room.size, job.total)
    for place in range(job.done + len(hands), last):
        hands.append(_prepared(job, place, room, after=sum(1 for hand in hands if hand.ahead)))


def _prepared(job: DeskJob, place: int, room: PressRoom, *, after: int) -> Prepared:
    """The page is set under the number that it will probably get."""
    charge_set = full(job.items[place])
    if bill_of(charge_set) is not None or direction_of(charge_set).route != Route.SUPERBILL:
        return Prepared(place, charge_set)
    number = documents.expected_number(DocumentKind.SUPERBILL, after=after)
    try:
        context = superbill_context([charge_set], number=number, at=timezone.now())
    except HandlineError:
        return Prepared(place, charge_set)  # said when its turn comes
    return Prepared(place, charge_set, room.start(context))


def _one(job: DeskJob, hand: Prepared) -> DeskJob:
    """One superbill and the progress, in one transaction: a batch costs one commit for each."""
    if hand.ahead is not None:
        hand.ahead.wait()  # before the transaction: no number is locked meanwhile
    try:
        with transaction.atomic():
            row = _row_of(job)  # before the trail is locked, as canceling does
            issue_superbill(
                hand.charge_set,
                by=job.asked_by,
                submit_key=uuid.uuid5(job.public_id, str(hand.charge_set.pk)),
                ahead=hand.ahead,
                after_void=False,
            )
            return _progress(row, hand)
    except HandlineError as refusal:
        with transaction.atomic():
            return _progress(_row_of(job), hand, failure=str(refusal))


def _row_of(job: DeskJob) -> DeskJob:
    row = DeskJob.objects.select_for_update().get(pk=job.pk)
    row.practice, row.asked_by = job.practice, job.asked_by
    return row


def _progress(row: DeskJob, hand: Prepared, *, failure: str = "") -> DeskJob:
    if failure:
        row.failures = [*row.failures, [hand.charge_set.pk, failure]]
    row.done, row.beat_at = hand.place + 1, timezone.now()
    row.save(update_fields=["done", "beat_at", "failures"])
    return row


def _finish(job: DeskJob) -> DeskJob:
    """The file is made before the transaction, so that nobody waits for the merge."""
    while True:
        bills = bills_of(job)
        content = merge_for_print(_originals(bills, job)) if bills else b""
        ended = _file(job, bills, content)
        if ended is not None:
            return ended


def _originals(bills: Sequence[Superbill], job: DeskJob) -> Iterator[Original]:
    """One after another, so that no more than one is held; with a sign of life on the way."""
    for place, bill in enumerate(bills):
        if place % BEAT_EVERY == 0:
            DeskJob.objects.filter(pk=job.pk).update(beat_at=timezone.now())
        yield original_of(bill)


@transaction.atomic
def _file(job: DeskJob, bills: Sequence[Superbill], content: bytes) -> DeskJob | None:
    """The file and its marks together; nothing if a bill changed meanwhile."""
    job = DeskJob.objects.select_for_update().get(pk=job.pk)
    if job.is_over:
        return job  # another worker took it for left behind, and was faster
    if job.cancel_asked:
        return _end(job, JobState.CANCELED, "Canceled; nothing was marked as printed.")
    if bills_of(job) != bills:
        return None
    job.failures = [*job.failures, *_voided_since(job, bills)]
    job.save(update_fields=["failures"])
    if not bills:
        return _end(job, JobState.FAILED, "No superbill could be printed; the reasons are below.")
    JobFile.objects.create(
        job=job,
        name="superbills.pdf",
        content_type="application/pdf",
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    record_prints(bills, by=job.asked_by, job=job)
    return _end(job, JobState.DONE, f"{len(bills)} superbills in one file.")


def _voided_since(job: DeskJob, bills: Sequence[Superbill]) -> list[list]:
    """Rows that were issued, and voided before the file was there."""
    printed = SuperbillVisit.objects.filter(superbill__in=[bill.pk for bill in bills])
    known = {pk for pk, _ in job.failures} | set(printed.values_list("charge_set", flat=True))
    words = "Its superbill was voided while the batch was printed: open the visit."
    return [[pk, words] for pk in dict.fromkeys(job.items) if pk not in known]


def bills_of(job: DeskJob) -> list[Superbill]:
    """The superbills that the job printed, in the order of its list; one for a period once."""
    failed = {pk for pk, _ in job.failures}
    found = {
        visit.charge_set_id: visit.superbill
        for visit in _listed(job.items).filter(superbill__replaced_by=None)
        if not visit.superbill.is_void
    }
    bills = [found[pk] for pk in job.items if pk not in failed and pk in found]
    return list({bill.pk: bill for bill in bills}.values())


def _listed(keys: Sequence[int]):
    listed = SuperbillVisit.objects.filter(charge_set__in=keys)
    return listed.select_related("superbill__document").defer(*HEAVY)


def original_of(bill: Superbill) -> Original:
    """Read when it is its turn: the bytes of a whole list would fill the memory."""
    document = bill.document
    content = StoredDocument.objects.values_list("content", flat=True).get(pk=document.pk)
    return Original(f"{document.number}-v{document.version}.pdf", bytes(content))


def zip_of(job: DeskJob) -> bytes:
    """The signed files themselves, byte for byte, with their hashes."""
    printed = Superbill.objects.filter(prints__job=job).select_related("document")
    order = {pk: place for place, pk in enumerate(job.items)}
    light = printed.defer("document__content", "document__context")
    rows = sorted(light, key=lambda bill: order.get(bill.charge_set_id, 0))
    return zip_of_originals(original_of(bill) for bill in rows)


def _wait(job: DeskJob) -> DeskJob:
    DeskJob.objects.filter(pk=job.pk).update(
        state=JobState.QUEUED, attempts=F("attempts") - 1, beat_at=None
    )
    job.refresh_from_db()
    return job


def _end(job: DeskJob, state: str, words: str) -> DeskJob:
    job.state, job.words, job.finished_at = state, words, timezone.now()
    job.save(update_fields=["state", "words", "finished_at"])
    audit.record(f"batch.{state}", actor=job.asked_by, subject=job, failures=len(job.failures))
    return job
