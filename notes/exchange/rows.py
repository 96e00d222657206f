"""Each row of a file judged: add, merge, skip or reject, with the reason. Nothing is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from clinic.models import Clinician, Patient
from clinic.services.patients import OLDEST
from notes.enums import ImportKind
from notes.exchange.people import People
from notes.exchange.tables import Table
from notes.exchange.values import (
    BadCell,
    day_of,
    moment_of,
    names_of,
    relationship_of,
    sex_of,
    state_of,
    status_of,
)

ADD, MERGE, SKIP, REJECT = "add", "merge", "skip", "reject"
_PLAIN = ("record_number", "preferred_name", "email", "phone", "other_phone", "street", "city",
          "zip_code", "alert")  # fmt: skip
_LONGEST = {"first_name": 60, "last_name": 60, "record_number": 20, "preferred_name": 60,
            "email": 254, "phone": 20, "other_phone": 20, "street": 100, "city": 60,
            "zip_code": 10, "alert": 120, "source_id": 80}  # fmt: skip


@dataclass(slots=True)
class Row:
    """What will become of one line of the file."""

    line: int
    action: str
    why: str = ""
    patient: Patient | None = None
    values: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """What judging needs, read once."""

    kind: str
    columns: dict[str, str]
    order: str
    zone: ZoneInfo
    today: date
    now: datetime
    people: People
    clinicians: list[Clinician]


def judge(table: Table, ground: Ground) -> list[Row]:
    places = {name: table.header.index(column) for name, column in ground.columns.items()}
    read = {ImportKind.PATIENTS: _patient, ImportKind.COVERAGES: _coverage,
            ImportKind.APPOINTMENTS: _appointment}[ImportKind(ground.kind)]  # fmt: skip
    seen: set[Any] = set()
    rows = []
    for line, cells in enumerate(table.rows, start=2):
        given = {n: cells[p] for n, p in places.items() if p < len(cells) and cells[p]}
        try:
            row = read(line, given, ground, seen)
        except BadCell as trouble:
            row = Row(line, REJECT, str(trouble))
        rows.append(row)
    return rows


def counts_of(rows: Sequence[Row]) -> dict[str, int]:
    found = Counter(row.action for row in rows)
    return {action: found[action] for action in (ADD, MERGE, SKIP, REJECT)}


def _person(given: dict[str, str], ground: Ground) -> dict[str, Any]:
    """The fields that say who it is, as far as the row has them."""
    first, last = given.get("first_name", ""), given.get("last_name", "")
    if not last and given.get("name"):
        first, last = names_of(given["name"])
    born = day_of(given["born_on"], ground.order) if given.get("born_on") else None
    return {
        "source_id": given.get("source_id", ""), "record_number": given.get("record_number", ""),
        "first_name": first, "last_name": last, "born_on": born,
    }  # fmt: skip


def _patient(line: int, given: dict[str, str], ground: Ground, seen: set[Any]) -> Row:
    who = _person(given, ground)
    if not who["first_name"] or not who["last_name"]:
        raise BadCell("the name is missing")
    born = who["born_on"]
    if born is None:
        raise BadCell("the date of birth is missing")
    if born > ground.today or ground.today.year - born.year > OLDEST:
        raise BadCell(f"the date of birth {born:%m/%d/%Y} cannot be right")
    values = who | {name: given[name] for name in _PLAIN if given.get(name)}
    values["sex"] = sex_of(given.get("sex", ""))
    if given.get("state"):
        values["state"] = state_of(given["state"])
    for name, longest in _LONGEST.items():
        if len(str(values.get(name, ""))) > longest:
            raise BadCell(f"{name.replace('_', ' ')} is longer than {longest} characters")
    key = who["source_id"] or (who["last_name"].lower(), born, who["first_name"][:1].lower())
    if key in seen:
        return Row(line, SKIP, "the same person stands further up in the file")
    seen.add(key)
    extra = {n: given[n] for n in ("contact_name", "contact_phone", "contact_relationship")
             if given.get(n)}  # fmt: skip
    known = ground.people.find(**who)
    if known is None:
        return Row(line, ADD, values=values, extra=extra)
    news = {n: v for n, v in values.items() if v and n != "record_number"
            and getattr(known, n) in ("", None, "U")}  # fmt: skip
    if not news:
        return Row(line, SKIP, f"is {known.record_number} already", patient=known)
    return Row(line, MERGE, f"fills {', '.join(sorted(news))} of {known.record_number}",
               patient=known, values=news)  # fmt: skip


def _known(given: dict[str, str], ground: Ground) -> Patient:
    who = _person(given, ground)
    patient = ground.people.find(**who)
    if patient is None:
        told = who["source_id"] or who["record_number"]
        if not told and not who["born_on"]:
            raise BadCell("no patient number and no date of birth: a name alone is not enough")
        raise BadCell(f"no patient fits {told or who['last_name']}: import the patients first")
    return patient


def _coverage(line: int, given: dict[str, str], ground: Ground, seen: set[Any]) -> Row:
    patient = _known(given, ground)
    if not given.get("payer"):
        return Row(line, SKIP, "no payer named: self-pay", patient=patient)
    key = (patient.pk, given["payer"].lower(), given.get("member_id", ""))
    if key in seen:
        return Row(line, SKIP, "the same coverage stands further up in the file")
    seen.add(key)
    relationship = relationship_of(given.get("relationship", ""))
    first, last = names_of(given.get("holder_name", ""))
    if relationship != "self" and not last:
        relationship, first = "self", ""
    ends = day_of(given["ends_on"], ground.order) if given.get("ends_on") else None
    starts = min(ground.today, ends or ground.today)
    if given.get("starts_on"):
        starts = day_of(given["starts_on"], ground.order)
    if ends and ends < starts:
        raise BadCell("the coverage ends before it starts")
    values = {
        "member_id": given.get("member_id", "")[:40],
        "group_number": given.get("group_number", "")[:40],
        "relationship": relationship, "holder_first_name": first[:60],
        "holder_last_name": last[:60] if relationship != "self" else "",
        "starts_on": starts, "ends_on": ends,
    }  # fmt: skip
    return Row(line, ADD, patient=patient, values=values, extra={"payer": given["payer"][:120]})


def _appointment(line: int, given: dict[str, str], ground: Ground, seen: set[Any]) -> Row:
    patient = _known(given, ground)
    if not given.get("starts_at"):
        raise BadCell("the start is missing")
    starts_at = moment_of(given["starts_at"], ground.order, ground.zone)
    key = (patient.pk, starts_at)
    if key in seen:
        return Row(line, SKIP, "the same appointment stands further up in the file")
    seen.add(key)
    return Row(line, ADD, patient=patient, values={
        "starts_at": starts_at,
        "booked_minutes": _minutes(given, starts_at, ground),
        "status": status_of(given.get("status", ""), past=starts_at < ground.now),
    }, extra={
        "clinician": _clinician(given.get("clinician", ""), ground),
        "title": given.get("title", "")[:120],
        "location": given.get("location", "")[:80],
        "appointment_id": given.get("appointment_id", "")[:80],
    })  # fmt: skip


def _minutes(given: dict[str, str], starts_at: datetime, ground: Ground) -> int:
    if given.get("ends_at"):
        ends_at = moment_of(given["ends_at"], ground.order, ground.zone)
        minutes = int((ends_at - starts_at).total_seconds() // 60)
    else:
        digits = "".join(c for c in given.get("minutes", "") if c.isdigit())
        minutes = int(digits[:4]) if digits else 45
    if not 1 <= minutes <= 24 * 60:
        raise BadCell(f"an appointment of {minutes} minutes cannot be right")
    return minutes


def _clinician(name: str, ground: Ground) -> Clinician:
    if not ground.clinicians:
        raise BadCell("the practice has no clinician yet: an admin adds one")
    wanted = name.lower().replace(",", " ").split()
    for clinician in ground.clinicians:
        if clinician.last_name.lower() in wanted and clinician.first_name.lower() in wanted:
            return clinician
    if name and len(ground.clinicians) > 1:
        raise BadCell(f"no clinician of the practice is called {name[:60]}")
    return ground.clinicians[0]
