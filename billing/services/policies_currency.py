"""Whether the published tables are as new as a day: an old edition is said, everywhere."""

from collections.abc import Iterable
from datetime import date

from billing.engine.tables import Tables, edition_of, starter_tables
from billing.engine.types import Policy
from billing.enums import EditionKind, EditionStatus
from billing.models import EditEdition
from billing.services.reference import tables_on
from notes.models import DiagnosisCode

_WHOSE = {
    "ncci-medicaid": " of Medicaid",
    "ncci-medicaid-hospital": " of Medicaid for hospitals",
}


def stale(
    on: date, policies: Iterable[Policy] | None = None, *, tables: Tables | None = None
) -> list[str]:
    """Sentences about tables and yearly figures that are older than the day.

    With policies, only what they use; without, all of it.
    """
    tables = tables or tables_on()
    used = None if policies is None else list(policies)
    sentences = [*_pairs(tables, on, used), *_limits(tables, on, used), *_threshold(on, used)]
    if used is None:
        sentences += [*_factor(on), *_diagnoses(on)]
    return sentences


def _pairs(tables: Tables, on: date, used: list[Policy] | None) -> list[str]:
    sources = {"ncci-practitioner"} if used is None else {
        policy.edits.source for policy in used if policy.edits.as_of is None
    } - {"none"}  # fmt: skip
    found = []
    for source in sorted(sources):
        edition, whose = tables.edition_for(source, on), _WHOSE.get(source, "")
        if edition is None:
            found.append(f"No code pairs{whose} are loaded: import the current file under Tables.")
        elif edition < edition_of(on):
            found.append(
                f"The code pairs{whose} are of {edition}; {_quarter(on)} is {edition_of(on)}. "
                "Import the current file under Tables."
            )
    return found


def _limits(tables: Tables, on: date, used: list[Policy] | None) -> list[str]:
    if used is not None and not any(policy.daily_limits == "mue" for policy in used):
        return []
    earlier = [label for label in tables.limits if label <= edition_of(on)]
    newest = max(earlier, default=None)
    if newest == edition_of(on):
        return []
    what = f"are of {newest}" if newest else "are not loaded"
    return [f"The daily limits {what}; {_quarter(on)} is {edition_of(on)}."]


def _threshold(on: date, used: list[Policy] | None) -> list[str]:
    if used is not None and not any(policy.threshold_modifier for policy in used):
        return []
    years = starter_tables().thresholds
    if on.year in years:
        return []
    return [
        f"The KX threshold of {on.year} is not loaded (the last is of {max(years)}): "
        "KX cannot be judged for that year. Update Handline."
    ]


def _factor(on: date) -> list[str]:
    newest = (
        EditEdition.objects.filter(
            kind=EditionKind.FEES, status=EditionStatus.ACTIVE, effective_from__lte=on
        )
        .order_by("-effective_from")
        .first()
    )
    if newest is not None and newest.effective_from.year == on.year:
        return []
    what = f"is of {newest.effective_from.year} ({newest.label})" if newest else "is not loaded"
    return [
        f"The conversion factor {what}; expected payments for {on.year} need that year's "
        "relative value file."
    ]


def _diagnoses(on: date) -> list[str]:
    """A release of ICD-10-CM counts from October."""
    newest = (
        DiagnosisCode.objects.filter(valid_from__lte=on)
        .order_by("-valid_from")
        .values_list("valid_from", flat=True)
        .first()
    )
    year = on.year + (on.month >= 10)
    if newest is not None and newest >= date(year - 1, 10, 1):
        return []
    what = f"are from {newest:%m/%d/%Y}" if newest else "are not loaded"
    return [f"The diagnosis codes {what}; the release for {on:%m/%d/%Y} is that of FY{year}."]


def _quarter(on: date) -> str:
    return f"the quarter of {on:%m/%d/%Y}"
