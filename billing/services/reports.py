"""The desk's reports: rows with a head, and bars for the drawing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from billing import money
from billing.models import ChargeLine, ChargeSet, DeskItem, RemittedClaim
from billing.presentation import wording
from billing.services.desk_refresh import DISTINCT
from clinic.documents.pages.rules import named
from notes.enums import VisitStatus
from notes.models import Visit


@dataclass(frozen=True, slots=True)
class Period:
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Report:
    """``numeric`` names the columns that hold numbers, ``unit`` what the bars count ($: cents)."""

    key: str
    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | int | Decimal, ...], ...]
    bars: tuple[Bar, ...] = ()
    numeric: frozenset[int] = field(default_factory=frozenset)
    unit: str = ""


def units(period: Period) -> Report:
    found = (
        _lines(period)
        .values("code", "charge_set__note__author__last_name")
        .annotate(units=Sum("units"), cents=Sum("charge_cents"))
        .order_by("code", "charge_set__note__author__last_name")
    )
    by_code: Counter[str] = Counter()
    rows = []
    for row in found:
        by_code[row["code"]] += row["units"]
        rows.append((row["code"], wording(row["code"]),
                     row["charge_set__note__author__last_name"], row["units"],
                     money.amount(row["cents"])))  # fmt: skip
    bars = tuple(Bar(code, count) for code, count in by_code.most_common(12))
    return Report("units", "Units by code and clinician", "Billed units of signed visits.",
                  ("Code", "Service", "Clinician", "Units", "Charge"), tuple(rows), bars,
                  frozenset({3, 4}))  # fmt: skip


def unbilled(period: Period) -> Report:
    """Every minute that was charted and not billed, by the reason the engine gave."""
    minutes: Counter[tuple[str, str]] = Counter()
    visits: Counter[tuple[str, str]] = Counter()
    texts: dict[tuple[str, str], str] = {}
    for answer in _sets(period).values_list("answer", flat=True).iterator(chunk_size=500):
        for part in answer["unbilled"]:
            key = (part["code"] or "no code", part["rule"])
            minutes[key] += part["minutes"]
            visits[key] += 1
            texts.setdefault(key, part["text"])
    names = {rule: named(rule)[0] or rule for _, rule in minutes}
    rows = tuple((code, names[rule], texts[code, rule], visits[code, rule], count, rule)
                 for (code, rule), count in minutes.most_common())  # fmt: skip
    bars = tuple(Bar(f"{code} {names[rule]}", n) for (code, rule), n in minutes.most_common(8))
    return Report("unbilled", "Minutes without a charge", "With the rule that left them out.",
                  ("Code", "Rule", "Reason (an example)", "Visits", "Minutes", "Rule id"), rows,
                  bars, frozenset({3, 4}), "min")  # fmt: skip


def distinct(period: Period) -> Report:
    """Lines that say they are distinct, and the proof on the signed note."""
    rows = []
    proven = 0
    lines = _lines(period).select_related("charge_set__note__visit__patient")
    for line in lines.order_by("charge_set__note__visit__date", "pk").iterator(chunk_size=500):
        marks = DISTINCT & set(line.modifiers)
        if not marks:
            continue
        note = line.charge_set.note
        proof = _proof_of(note.record or {}, line.code)
        proven += bool(proof)
        rows.append((f"{note.visit.date:%m/%d/%Y}", note.number,
                     f"{note.visit.patient.last_name}, {note.visit.patient.first_name}",
                     "-".join([line.code, *line.modifiers]), proof or "none"))  # fmt: skip
    bars = (Bar("with proof", proven), Bar("without proof", len(rows) - proven))  # fmt: skip
    return Report("distinct", "Lines with 59 or X, and their proof", "From the signed timeline.",
                  ("Date", "Note", "Patient", "Line", "Proof"), tuple(rows), bars)  # fmt: skip


def _proof_of(record: dict, code: str) -> str:
    for section in record.get("sections", []):
        for line in section["lines"]:
            if line["code"] == code and line["proofs"]:
                parts = (i for proof in line["proofs"] for side in ("own", "other")
                         for i in proof[side])  # fmt: skip
                return "; ".join(map(_interval, parts))
    return ""


def _interval(part: dict) -> str:
    """A code with where or when it was given, as a person writes it."""
    start, end = ((part[name] or "")[:5] for name in ("start", "end"))
    when = f"{start}–{end}" if start and end else start or end
    return " ".join(p for p in (part["code"], when, part["regions"].replace("_", " ")) if p)


def denials(period: Period) -> Report:
    found = RemittedClaim.objects.filter(
        remittance__posted_at__date__gte=period.since, remittance__posted_at__date__lte=period.until
    ).values_list("adjustments", "paid_cents", "remittance__payer_name")
    cents: Counter[tuple[str, str, str]] = Counter()
    count: Counter[tuple[str, str, str]] = Counter()
    for adjustments, _, payer in found:
        for item in adjustments:
            key = (payer, item["group"], item["reason"])
            cents[key] += item["cents"]
            count[key] += 1
    rows = tuple((payer, group, reason, count[payer, group, reason], money.amount(total))
                 for (payer, group, reason), total in cents.most_common())  # fmt: skip
    bars = tuple(Bar(f"{group} {reason} {payer}", total)
                 for (payer, group, reason), total in cents.most_common(8))  # fmt: skip
    return Report("denials", "Reductions and denials by reason",
                  "Group and reason code as the payers gave them.",
                  ("Payer", "Group", "Reason", "Times", "Amount"), rows, bars,
                  frozenset({3, 4}), "$")  # fmt: skip


BUCKETS = ((0, 30, "0 to 30 days"), (31, 60, "31 to 60"), (61, 90, "61 to 90"),
           (91, 100_000, "over 90"))  # fmt: skip


def ageing(period: Period) -> Report:
    """What is open on the last day of the period, by age of the visit."""
    sums = {label: [0, 0, 0] for *_, label in BUCKETS}
    rows = DeskItem.objects.filter(served_on__lte=period.until).exclude(
        patient_cents=0, payer_cents=0
    )
    for served_on, patient, payer in rows.values_list("served_on", "patient_cents", "payer_cents"):
        age = (period.until - served_on).days
        label = next(name for low, high, name in BUCKETS if low <= age <= high)
        sums[label][0] += 1
        sums[label][1] += patient
        sums[label][2] += payer
    table = tuple((label, n, money.amount(a), money.amount(b), money.amount(a + b))
                  for label, (n, a, b) in sums.items())  # fmt: skip
    bars = tuple(Bar(label, max(a + b, 0)) for label, (_, a, b) in
                 sums.items())  # fmt: skip
    return Report("ageing", "Open balances by age", f"As the ledger stands, visits up to "
                  f"{period.until:%m/%d/%Y}.", ("Age", "Visits", "Patients", "Payers", "Together"),
                  table, bars, frozenset({1, 2, 3, 4}), "$")  # fmt: skip


def unsigned(period: Period) -> Report:
    rows = Visit.objects.filter(
        status=VisitStatus.CHARTING, date__gte=period.since, date__lte=period.until
    ).select_related("patient", "clinician")
    table, by = [], Counter()
    for visit in rows.order_by("date"):
        by[str(visit.clinician)] += 1
        table.append((f"{visit.date:%m/%d/%Y}", str(visit.clinician),
                      f"{visit.patient.last_name}, {visit.patient.first_name}",
                      (period.until - visit.date).days))  # fmt: skip
    bars = tuple(Bar(name, count) for name, count in by.most_common())
    return Report("unsigned", "Notes that wait for a signature", "Nothing of them can be billed.",
                  ("Date", "Clinician", "Patient", "Days"), tuple(table), bars,
                  frozenset({3}))  # fmt: skip


def _sets(period: Period):
    return ChargeSet.objects.filter(
        note__visit__date__gte=period.since, note__visit__date__lte=period.until
    )


def _lines(period: Period):
    return ChargeLine.objects.filter(
        charge_set__note__visit__date__gte=period.since,
        charge_set__note__visit__date__lte=period.until,
    )


REPORTS: dict[str, Callable[[Period], Report]] = {
    "units": units,
    "unbilled": unbilled,
    "distinct": distinct,
    "denials": denials,
    "ageing": ageing,
    "unsigned": unsigned,
}
