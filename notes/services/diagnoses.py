"""Finding a diagnosis code while charting, and refusing one that cannot be billed."""

import csv
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.db.models import Q, QuerySet

from clinic.errors import NotAllowed
from clinic.folding import after, words_of
from notes.importers.icd10cm import dotted
from notes.models import DiagnosisCode, DiagnosisWord
from notes.services.diagnosis_words import index_words

STARTER = Path(__file__).resolve().parent.parent / "reference" / "icd10cm_starter.csv"
MOST_WORDS = 8
MOST_NAMED = 8
MOST_READ = 400
MOST_COUNTED = 10_000
OURS = Q(code__gte="M", code__lt="N")
LAST = "~"  # behind every letter and digit of a code


def search_diagnoses(text: str, *, on: date, limit: int = 20) -> list[DiagnosisCode]:
    """Billable codes valid on the day, by the start of the code or by words of the title."""
    words = text.split()[:MOST_WORDS]
    if not words:
        return []
    found = valid_on(on).filter(billable=True)
    if _is_code_start(text.strip()):
        prefix = _with_dot(text)
        inside = found.filter(code__gte=prefix, code__lt=prefix + LAST, code__startswith=prefix)
        return list(inside.order_by("code")[:limit])
    # The muscles and joints first: where they fill the list, nothing else is read.
    ours = _general_first(_inside(found.filter(OURS), words))
    if len(ours) >= limit:
        return ours[:limit]
    others = _general_first(_begun(found.exclude(OURS), words))
    if not ours and not others and len(words) == 1:
        others = _general_first(_inside(found.exclude(OURS), words))
    return (ours + others)[:limit]


def _inside(found: QuerySet[DiagnosisCode], words: list[str]) -> QuerySet[DiagnosisCode]:
    """Titles that have every word anywhere."""
    for word in words:
        found = found.filter(title__icontains=word)
    return found


def _begun(found: QuerySet[DiagnosisCode], words: list[str]) -> QuerySet[DiagnosisCode]:
    """Titles with the words: the rarest one from the index, the others among what that leaves."""
    starts = sorted({piece for word in words for piece in words_of(word)})
    if not starts:
        return found.none()
    rarest = min(starts, key=_how_many) if len(starts) > 1 else starts[0]
    found = found.filter(pk__in=_beginning(rarest).values("diagnosis"))
    return _inside(found, [start for start in starts if start != rarest])


def _beginning(start: str) -> QuerySet[DiagnosisWord]:
    return DiagnosisWord.objects.filter(word__gte=start, word__lt=after(start))


def _how_many(start: str) -> int:
    return _beginning(start)[:MOST_COUNTED].count()


def _general_first(found: QuerySet[DiagnosisCode]) -> list[DiagnosisCode]:
    """Short titles are the general ones. Sorted here: sorting there reads every match first."""
    return sorted(found.order_by()[:MOST_READ], key=lambda row: (len(row.title), row.code))


def check_billable(code: str, *, on: date) -> DiagnosisCode:
    """The code as valid on the day; raises with what to choose where it cannot be billed."""
    wanted = _with_dot(code)
    diagnosis = valid_on(on).filter(code=wanted).first()
    if diagnosis is None:
        raise NotAllowed(_why_not_valid(wanted, on))
    if not diagnosis.billable:
        raise NotAllowed(f"{wanted} is a header: {_choice(wanted, on)}.")
    return diagnosis


def refusals_of(codes: Iterable[str] | QuerySet, *, on: date) -> list[str]:
    """Why some of these codes cannot be billed on the day. A code not loaded here is unknown."""
    usable: dict[str, bool] = {}
    for row in DiagnosisCode.objects.filter(code__in=codes):
        in_time = row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)
        usable[row.code] = usable.get(row.code, False) or (row.billable and in_time)
    return [_refusal(code, on) for code, is_usable in usable.items() if not is_usable]


def _refusal(code: str, on: date) -> str:
    try:
        check_billable(code, on=on)
    except NotAllowed as refusal:
        return str(refusal)
    return ""


def valid_on(day: date) -> QuerySet[DiagnosisCode]:
    ends = Q(valid_to=None) | Q(valid_to__gte=day)
    return DiagnosisCode.objects.filter(ends, valid_from__lte=day)


def load_starter_diagnoses() -> int:
    """Add the shipped codes that the table does not have; what an import brought stays."""
    known = set(DiagnosisCode.objects.values_list("code", flat=True))
    with STARTER.open(encoding="utf-8", newline="") as file:
        new = [_starter(row) for row in csv.DictReader(file) if row["code"] not in known]
    DiagnosisCode.objects.bulk_create(new, batch_size=500)
    index_words()
    return len(new)


def _starter(row: dict[str, str]) -> DiagnosisCode:
    return DiagnosisCode(
        code=row["code"],
        title=row["title"],
        billable=row["billable"] == "yes",
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )


def _is_code_start(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z][0-9][0-9A-Za-z]?(\.?[0-9A-Za-z]{0,4})", text) is not None


def _with_dot(text: str) -> str:
    return dotted(text.strip().upper().replace(".", ""))


def _why_not_valid(code: str, on: date) -> str:
    other = DiagnosisCode.objects.filter(code=code).order_by("-valid_from").first()
    if other is None:
        return f"{code} is not an ICD-10-CM code that is loaded here: search for it by words."
    if other.valid_from > on:
        return f"{code} starts on {_day(other.valid_from)}, after the visit on {_day(on)}."
    return f"{code} ended on {_day(other.valid_to)}, before the visit on {_day(on)}."


def _choice(header: str, on: date) -> str:
    """The billable codes below a header, by name where they are few."""
    below = valid_on(on).filter(code__startswith=header, billable=True).order_by("code")
    codes = list(below.values_list("code", flat=True)[: MOST_NAMED + 1])
    if not codes:
        return "search for a billable code below it"
    if len(codes) > MOST_NAMED:
        return f"search for {header} and choose a code below it, such as {codes[0]}"
    return "choose " + " or ".join(filter(None, [", ".join(codes[:-1]), codes[-1]]))


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
