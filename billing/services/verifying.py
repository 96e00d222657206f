"""Frozen bills: derivable again, and their lines are the ones that were derived."""

from collections.abc import Iterator

from billing.models import ChargeSet
from billing.services.rederive import CHUNK, OTHER_ENGINE, SAME, rederive
from clinic import verifying
from clinic.verifying import ERROR, WARNING, Finding, Options, Tell, witnesses


def register_checks() -> None:
    verifying.register("charges", check)
    witnesses.register(witnesses.Witness("charges.frozen", ChargeSet, "digest", "digest"))


def check(options: Options, tell: Tell) -> Iterator[Finding]:
    rows = ChargeSet.objects.select_related("note").prefetch_related("lines").order_by("pk")
    for read, charge_set in enumerate(rows.iterator(chunk_size=CHUNK), start=1):
        tell(read)
        proof = rederive(charge_set)
        if proof.verdict != SAME:
            level = WARNING if proof.verdict == OTHER_ENGINE else ERROR
            yield _finding(charge_set, proof.what, level)
        if _stored_lines(charge_set) != _answered_lines(charge_set):
            yield _finding(charge_set, "Its stored lines are not those of the answer.", ERROR)
        if sum(line.charge_cents for line in charge_set.lines.all()) != charge_set.total_cents:
            yield _finding(charge_set, "Its lines do not add up to its total.", ERROR)


def _stored_lines(charge_set: ChargeSet) -> list[tuple]:
    return [
        (row.position, row.code, row.modifiers, row.units, row.minutes, row.pointers, row.reasons)
        for row in charge_set.lines.all()
    ]


def _answered_lines(charge_set: ChargeSet) -> list[tuple]:
    return [
        (
            position, row["code"], row["modifiers"], row["units"], row["minutes"],
            "".join(row["diagnoses"]), row["reasons"],
        )
        for position, row in enumerate(charge_set.answer["lines"], start=1)
    ]  # fmt: skip


def _finding(charge_set: ChargeSet, text: str, level: str) -> Finding:
    what = f"charges of note {charge_set.note.number}"
    return Finding("charges", text, what=what, practice=charge_set.practice_id, level=level)
