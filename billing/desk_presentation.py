"""What the desk's screens show of a visit: the paper in small, the proof of a 59, the money."""

from dataclasses import dataclass
from typing import Any

from billing import money
from billing.desk_enums import DeskState
from billing.models import ChargeSet, LedgerEntry, Superbill
from billing.presentation import wording
from billing.services import payments_ledger as ledger
from billing.services.desk_refresh import DISTINCT, bill_of, claim_in_force
from billing.services.desk_routes import direction_of

TONES = {
    DeskState.READY: "ready",
    DeskState.ATTENTION: "attention",
    DeskState.PRINTED: "printed",
    DeskState.SENT: "info",
    DeskState.PAID: "paid",
    DeskState.VOID: "void",
}


@dataclass(frozen=True, slots=True)
class Proven:
    """Modifier 59 (or an X modifier) with the two intervals or regions that stand for it."""

    code: str
    modifier: str
    text: str


def proofs_of(charge_set: ChargeSet) -> list[Proven]:
    """As they were printed on the signed note."""
    found = []
    for section in charge_set.note.record.get("sections", []):
        for line in section["lines"]:
            found += [_proven(line, proof) for proof in line["proofs"]]
    return found


def _proven(line: dict[str, Any], proof: dict[str, Any]) -> Proven:
    words = "separate intervals" if proof["ground"] == "time" else "separate regions"
    sides = "; ".join(text for side in ("own", "other") if (text := _side(proof[side])))
    return Proven(line["code"], proof["modifier"], f"{sides}: {words}.")


def _side(intervals: list[dict[str, Any]]) -> str:
    parts = []
    for item in intervals:
        if item["start"] and item["end"]:
            parts.append(f"{item['start'][:5]}–{item['end'][:5]}")
        if item["regions"]:
            parts.append(item["regions"])
    code = intervals[0]["code"] if intervals else ""
    return f"{code} {', '.join(parts)}" if parts else ""


def unproven(charge_set: ChargeSet, proofs: list[Proven]) -> list[str]:
    """Codes that carry a distinct modifier without a printed proof. There should be none."""
    proven = {proof.code for proof in proofs}
    return [
        line.code
        for line in charge_set.lines.all()
        if DISTINCT & set(line.modifiers) and line.code not in proven
    ]


def paper_of(charge_set: ChargeSet) -> dict[str, Any]:
    """The preview: what the printed page will say, in small."""
    lines = [
        {
            "code": line.code,
            "modifiers": " ".join(line.modifiers),
            "pointers": " ".join(line.pointers),
            "minutes": line.minutes,
            "units": line.units,
            "charge": money.dollars(line.charge_cents),
            "name": wording(line.code),
        }
        for line in charge_set.lines.all()
    ]
    visit = charge_set.note.visit
    return {
        "lines": lines,
        "units": sum(line["units"] for line in lines),
        "timed": charge_set.answer["timed_minutes"],
        "total": money.dollars(charge_set.total_cents),
        "diagnoses": " · ".join(
            f"{row['pointer']} {row['code']}" for row in charge_set.note.record["diagnoses"]
        ),
        "member": visit.coverage.member_id[-4:] if visit.coverage else "",
    }


def desk_of(charge_set: ChargeSet) -> dict[str, Any]:
    """Everything the preview and the visit's page say."""
    proofs = proofs_of(charge_set)
    bill, claim = bill_of(charge_set), claim_in_force(charge_set)
    direction = direction_of(charge_set)
    item = charge_set.desk
    return {
        "row": charge_set,
        "visit": charge_set.note.visit,
        "item": item,
        "tone": TONES[DeskState(item.state)],
        "paper": paper_of(charge_set),
        "proofs": proofs,
        "unproven": unproven(charge_set, proofs),
        "bill": bill,
        "reprint": bill is not None and bill.prints.exists(),
        "claim": claim,
        "direction": direction,
        "returned": charge_set.returns.filter(answered_at=None).first(),
        "answered": charge_set.returns.exclude(answered_at=None).first(),
    }


def ledger_of(charge_set: ChargeSet) -> dict[str, Any]:
    """The visit's entries as a table, and its balance."""
    balance = ledger.balance_of(charge_set)
    entries = LedgerEntry.objects.filter(charge_set=charge_set).select_related("payment")
    return {
        "entries": [entry_row(entry) for entry in entries],
        "patient": money.dollars(balance.patient_cents),
        "payer": money.dollars(balance.payer_cents),
        "balance": balance,
    }


def entry_row(entry: LedgerEntry) -> dict[str, Any]:
    what = entry.get_kind_display()
    if entry.group:
        what = f"{entry.group} {entry.carc} · {entry.get_group_display()}"
    elif entry.payment is not None:
        what = f"{what}, {entry.payment.get_method_display().lower()}"
    return {
        "entry": entry,
        "what": what,
        "patient": money.dollars(entry.patient_cents) if entry.patient_cents else "",
        "payer": money.dollars(entry.payer_cents) if entry.payer_cents else "",
    }


def history_of(charge_set: ChargeSet) -> list[Superbill]:
    """All superbills and void notices of the visit, newest first."""
    return list(
        Superbill.objects.filter(visits__charge_set=charge_set)
        .select_related("issued_by", "replaces", "document")
        .order_by("-pk")
    )
