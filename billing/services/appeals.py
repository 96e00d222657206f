"""An appeal packet: everything that answers a denial, as one PDF."""

from django.db import transaction
from django.utils import timezone

from billing.models import ChargeSet, Claim
from billing.services.desk_papers import keep_bytes, patient_part
from billing.services.desk_refresh import claim_in_force, full
from clinic.documents import desk_press
from clinic.documents.desk_contexts import DeskPaper, Fact, Table
from clinic.documents.print_copy import Original, merge_for_print
from clinic.documents.wording import day, joined, money
from clinic.enums import DocumentKind
from clinic.errors import NotAllowed
from clinic.models import StoredDocument, User
from clinic.services import audit, documents, issuing
from notes.printing import CPT_NOTICE, practice_part


@transaction.atomic
def make_packet(charge_set: ChargeSet, *, by: User) -> StoredDocument:
    """Cover with claim, reasons, policy, order and certification; then the signed note."""
    row = full(charge_set.pk)
    note = row.note
    if note.document is None:
        raise NotAllowed("This visit has no signed document: nothing could be sent along.")
    number = documents.next_number(DocumentKind.APPEAL)
    paper = _cover(row, claim_in_force(row), number)
    signed = issuing.latest(note.document)
    packet = merge_for_print(
        [
            Original(f"{number} cover", desk_press.desk_paper(paper), is_signed=False),
            Original(f"{signed.number}-v{signed.version}.pdf", bytes(signed.content)),
        ]
    )
    document = keep_bytes(
        packet, paper, kind=DocumentKind.APPEAL, patient=note.visit.patient, by=by
    )
    audit.record("appeal.made", actor=by, subject=row, patient_id=note.visit.patient_id,
                 number=number, note=signed.number)  # fmt: skip
    return document


def _cover(row: ChargeSet, claim: Claim | None, number: str) -> DeskPaper:
    note, visit = row.note, row.note.visit
    tables = [_lines(row), *_proofs(row), _policy(row), *_record(row)]
    if claim is not None and claim.words:
        tables.insert(0, _decision(claim))
    return DeskPaper(
        practice=practice_part(visit.practice, whole_tax_id=True),
        kind="Appeal",
        number=number,
        issued_at=timezone.now(),
        patient=patient_part(visit.patient),
        time_zone=visit.practice.timezone,
        about=f"Visit of {day(visit.date)}",
        facts=(
            Fact("Plan", visit.coverage.payer.name if visit.coverage else "Self-pay"),
            Fact("Member ID", visit.coverage.member_id if visit.coverage else ""),
            Fact("Claim", claim.number if claim else ""),
            Fact("Payer's number", claim.payer_control if claim else ""),
            Fact("Date of service", day(visit.date)),
            Fact("Treated by", str(note.author)),
            Fact("NPI", note.author.npi),
            Fact("Charge", money(row.total_cents)),
            Fact("Signed note", note.number),
        ),
        tables=tuple(tables),
        paragraphs=(
            "We ask you to review your decision on this visit. Each unit and each modifier below "
            "follows from the treatment timeline that the clinician signed on "
            f"{note.signed_at.astimezone(visit.practice.zone):%m/%d/%Y}; the signed note with the "
            "timeline is enclosed in full.",
        ),
        notices=(
            f"Enclosed: signed note {note.number}, with its treatment timeline, units and reasons. "
            f"Fingerprint of the signed record (SHA-256): {note.digest}",
            CPT_NOTICE,
        ),
    )


def _decision(claim: Claim) -> Table:
    return Table("What was decided", ("Claim", "Decision"),
                 ((claim.number, f"{claim.get_state_display()}: {claim.words}"),))  # fmt: skip


def _lines(row: ChargeSet) -> Table:
    rows = tuple(
        ("-".join([n.code, *n.modifiers]), " ".join(r["text"] for r in n.reasons),
         str(n.minutes), str(n.units))
        for n in row.lines.all()
    )  # fmt: skip
    return Table("Units and modifiers, with reasons", ("Code", "Why", "Minutes", "Units"), rows,
                 numeric=(2, 3))  # fmt: skip


def _proofs(row: ChargeSet) -> list[Table]:
    found = []
    for section in row.note.record.get("sections", []):
        for line in section["lines"]:
            for proof in line["proofs"]:
                sides = [_side(proof[side]) for side in ("own", "other")]
                found.append((f"{line['code']}-{proof['modifier']}", joined(*sides, by="; ")))
    if not found:
        return []
    return [Table("Proof that services were distinct", ("Line", "Intervals"), tuple(found))]


def _side(intervals: list[dict]) -> str:
    return ", ".join(
        joined(i["code"], f"{i['start'][:5]}–{i['end'][:5]}" if i["start"] else "", i["regions"],
               by=" ")
        for i in intervals
    )  # fmt: skip


def _policy(row: ChargeSet) -> Table:
    policy = row.policy
    rows = [("Rules", row.policy_label)]
    if policy is not None:
        rows += [
            ("In force", f"from {day(policy.starts_on)}"),
            ("Source", f"{policy.source}, checked {day(policy.checked_on)}"),
        ]
    if row.edition:
        rows.append(("Code pairs", row.edition))
    sources = dict.fromkeys(
        r["source"] for line in row.lines.all() for r in line.reasons if r["source"]
    )
    rows += [("Source", source) for source in sources]
    return Table("Rules that were used, and where they stand", ("What", "Where"), tuple(rows))


def _record(row: ChargeSet) -> list[Table]:
    episode = row.note.visit.episode
    rows = [
        ("Order", joined(o.provider_name, f"NPI {o.provider_npi}" if o.provider_npi else "",
                         day(o.ordered_on)))
        for o in episode.orders.order_by("-ordered_on")
    ]  # fmt: skip
    for plan in episode.plans.filter(starts_on__lte=row.note.visit.date):
        certified = f"certified {day(plan.certified_on)}" if plan.certified_on else "not certified"
        rows.append(("Plan of care", joined(f"{day(plan.starts_on)} to {day(plan.ends_on)}",
                                            plan.frequency, certified)))  # fmt: skip
    rows += [
        ("Authorization", joined(a.number, f"{day(a.starts_on)} to {day(a.ends_on)}"))
        for a in episode.authorizations.all()
    ]
    return [Table("Order, plan of care and certification", ("What", "Facts"), tuple(rows))] if (
        rows) else []  # fmt: skip
