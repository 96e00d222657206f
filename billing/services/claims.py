"""Making claims: files of them, corrections, claims to a second payer."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from django.db import transaction
from django.utils import timezone

from billing.claims import types
from billing.claims.preflight import check_file, preflight
from billing.claims.words import normalised
from billing.claims.writer import write_837p
from billing.desk_enums import ClaimState, DeskState, Route
from billing.models import (
    ChargeSet,
    Claim,
    ClaimCounter,
    ClaimFile,
    ClaimSettings,
    DeskItem,
    RemittedClaim,
)
from billing.services import payments_ledger as ledger
from billing.services.claims_facts import claim_of, ground
from billing.services.desk_refresh import full, full_all, known_of, refresh
from billing.services.desk_routes import direction_of
from billing.services.desk_standing import Known
from billing.services.locking import lock_account, lock_items, lock_visits
from clinic.documents import canonical
from clinic.errors import NotAllowed
from clinic.models import Coverage, Practice, User
from clinic.services import audit


@dataclass(frozen=True, slots=True)
class Refused:
    """A visit that did not go into the file, and why."""

    charge_set: ChargeSet
    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """The file, and the visits that stayed out."""

    file: ClaimFile
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim about to be numbered and written."""

    charge_set: ChargeSet
    coverage: Coverage
    facts: Callable[[str], types.Claim]
    frequency: str = "1"
    replaces: Claim | None = None


def take_controls(kind: str, count: int = 1) -> range:
    """The next control numbers; the row is locked, and the database lets it only rise."""
    ClaimCounter.objects.get_or_create(kind=kind)
    counter = ClaimCounter.objects.select_for_update(no_key=True).get(kind=kind)
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    return range(first, counter.last + 1)


def settings_of(practice: Practice) -> ClaimSettings:
    return ClaimSettings.objects.filter(practice=practice).first() or ClaimSettings(
        practice=practice
    )


@transaction.atomic
@audit.held_back()
def make_claim_file(charge_sets: Sequence[ChargeSet], *, by: User) -> Made:
    """One file with the claim of each visit; a visit with a problem stays out and is named."""
    keys = [charge_set.pk for charge_set in charge_sets]
    lock_visits(keys)
    rows = {row.pk: row for row in full_all(keys)}
    known = known_of(list(rows.values()))
    drafts, refused = [], []
    for row in (rows[key] for key in dict.fromkeys(keys)):
        trouble = _why_not(row, known[row.pk])
        claim = None if trouble else claim_of(row)
        if claim is not None:
            trouble = _first_problem(claim, timezone.localdate(), str(row.note.visit.patient))
        if trouble or claim is None:
            refused.append(Refused(row, trouble))
        else:
            drafts.append(Draft(row, row.note.visit.coverage, partial(_numbered, claim)))
    if not drafts:
        raise NotAllowed(refused[0].text if refused else "Choose at least one visit.")
    return Made(_write(drafts, by=by), tuple(refused))


def _numbered(claim: types.Claim, number: str) -> types.Claim:
    lines = tuple(
        replace(line, id=f"{number}L{place}") for place, line in enumerate(claim.lines, start=1)
    )
    return replace(claim, number=number, lines=lines)


def _why_not(row: ChargeSet, known: Known) -> str:
    direction = direction_of(row)
    if direction.route != Route.CLAIM:
        return f"{row.note.visit.patient} gets a superbill, not a claim."
    if known.asked is not None:
        return f"{row.note.visit.patient}: the visit is with the therapist."
    claim = known.claim
    if claim is not None and claim.state != ClaimState.REJECTED:
        return f"{row.note.visit.patient}: claim {claim.number} is out already; correct that one."
    return ""


def _first_problem(claim: types.Claim, today: date, who: str) -> str:
    problems = preflight(claim, ground(today))
    if not problems:
        return ""
    more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
    return f"{who}: {problems[0].text}{more}"


@transaction.atomic
@audit.held_back()
def correct_claim(claim: Claim, *, frequency: str, by: User) -> ClaimFile:
    """Replace (7) or void (8) a claim that the payer knows by its own number."""
    claim = Claim.objects.select_for_update(no_key=True).get(pk=claim.pk)
    if Claim.objects.filter(replaces=claim).exists():
        raise NotAllowed(f"{claim.number} was corrected already: correct the newer claim.")
    if not claim.payer_control:
        raise NotAllowed(
            "The payer's own claim number is not known yet: read its acknowledgement or "
            "remittance first. A claim that was rejected is simply sent anew."
        )
    row = full(claim.charge_set_id)

    def facts(number: str) -> types.Claim:
        again = claim_of(row, number=number, coverage=claim.coverage)
        return replace(again, frequency=frequency, payer_control=claim.payer_control)

    _refuse_problems(facts("0"), row)
    return _write([Draft(row, claim.coverage, facts, frequency, claim)], by=by)


@transaction.atomic
@audit.held_back()
def claim_secondary(charge_set: ChargeSet, coverage: Coverage, *, by: User) -> ClaimFile:
    """To the patient's second plan, with what the first one decided."""
    lock_account(charge_set.note.visit.patient_id)
    lock_visits([charge_set.pk])
    row = full(charge_set.pk)
    if coverage.patient_id != row.note.visit.patient_id or coverage.rank < 2:
        raise NotAllowed("Choose a second coverage of this patient.")
    first = (
        RemittedClaim.objects.filter(claim__charge_set=row, words="")
        .select_related("claim", "remittance")
        .last()
    )
    if first is None:
        raise NotAllowed("The first plan's decision is missing: post its remittance first.")
    if Claim.objects.filter(charge_set=row, payer=coverage.payer).exists():
        raise NotAllowed(f"{coverage.payer} has a claim for this visit already.")

    def facts(number: str) -> types.Claim:
        return _secondary(claim_of(row, number=number, coverage=coverage), first)

    _refuse_problems(facts("0"), row)
    ledger.move(row, to_payer=True, by=by, reason=f"Billed to {coverage.payer}")
    return _write([Draft(row, coverage, facts)], by=by)


def _secondary(claim: types.Claim, first: RemittedClaim) -> types.Claim:
    before = canonical.from_json(types.Claim, json.dumps(first.claim.facts))
    on = first.remittance.paid_on or timezone.localdate()
    paid = {row["id"]: row for row in first.lines}
    lines = tuple(
        replace(line, earlier=_line_paid(paid.get(old.id, {}), on))
        for line, old in zip(claim.lines, before.lines, strict=True)
    )
    own = tuple(
        types.Adjustment(a["group"], a["reason"], a["cents"])
        for a in first.adjustments
        if not a["line"]
    )
    other = types.OtherPayer(before.payer, before.insured, first.paid_cents, own, on)
    return replace(claim, lines=lines, earlier=(other,))


def _line_paid(row: dict, on: date) -> types.LinePaid:
    adjustments = tuple(
        types.Adjustment(a["group"], a["reason"], a["cents"]) for a in row.get("adjustments", ())
    )
    return types.LinePaid(row.get("paid_cents", 0), adjustments, on)


def _refuse_problems(claim: types.Claim, row: ChargeSet) -> None:
    trouble = _first_problem(claim, timezone.localdate(), str(row.note.visit.patient))
    if trouble:
        raise NotAllowed(trouble)


def _write(drafts: Sequence[Draft], *, by: User) -> ClaimFile:
    """Number, write, read again, store. Nothing leaves that our own check refuses."""
    practice = drafts[0].charge_set.note.visit.practice
    settings = _ready_settings(practice)
    now = timezone.now()
    numbers = take_controls("claim", len(drafts))
    numbered = [
        (draft, normalised(draft.facts(f"C{number:07d}")))
        for draft, number in zip(drafts, numbers, strict=True)
    ]
    control = take_controls("file")[0]
    text = write_837p(_interchange(settings, practice, [c for _, c in numbered], control, now))
    trouble = check_file(text, ground(timezone.localdate(now)))
    if trouble:
        raise NotAllowed(f"The file was not made. {trouble[0].text}")
    file = ClaimFile.objects.create(
        control=control,
        name=f"{control:09d}.837",
        content=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        claim_count=len(numbered),
        total_cents=sum(claim.total_cents for _, claim in numbered),
        made_at=now,
        made_by=by,
    )
    Claim.objects.bulk_create(_row(draft, claim, file, by, now) for draft, claim in numbered)
    audit.record("claims.made", actor=by, subject=file, control=control, claims=len(numbered),
                 sha256=file.sha256)  # fmt: skip
    lock_items(draft.charge_set.pk for draft in drafts)
    for draft, claim in numbered:
        _show_sent(draft, claim.number)
    return file


def _show_sent(draft: Draft, number: str) -> None:
    """A correction is worked out anew; a first claim only changes the visit's state."""
    if draft.frequency != "1" or draft.coverage.rank > 1:
        refresh(draft.charge_set)
        return
    DeskItem.objects.filter(charge_set=draft.charge_set).update(
        state=DeskState.SENT, reason=f"Claim {number}: {ClaimState.MADE.label}"
    )


def _row(draft: Draft, claim: types.Claim, file: ClaimFile, by: User, now) -> Claim:
    return Claim(
        practice_id=draft.charge_set.practice_id,
        charge_set=draft.charge_set,
        coverage=draft.coverage,
        payer=draft.coverage.payer,
        file=file,
        number=claim.number,
        frequency=draft.frequency,
        replaces=draft.replaces,
        facts=canonical.plain(claim),
        total_cents=claim.total_cents,
        payer_control="",
        made_at=now,
        made_by=by,
    )


def _ready_settings(practice: Practice) -> ClaimSettings:
    settings = settings_of(practice)
    if not (settings.submitter_id and settings.receiver_id):
        raise NotAllowed(
            "Enter who sends and who receives claim files first (Claims, Settings): the "
            "clearinghouse gave you both numbers."
        )
    return settings


def _interchange(settings: ClaimSettings, practice: Practice, claims, control: int, now):
    return types.Interchange(
        control=control,
        made_at=now.astimezone(practice.zone),
        submitter=types.Submitter(
            types.Name(practice.name, is_person=False),
            settings.submitter_id,
            settings.contact_name or practice.name,
            settings.contact_phone or practice.phone,
        ),
        receiver=types.Receiver(settings.receiver_name, settings.receiver_id),
        claims=tuple(claims),
        usage="T" if settings.testing else "P",
    )
