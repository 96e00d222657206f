"""Facts about the chart that checks read. They never change a charge, with one exception:
the allocation that the clinician chose where the unit rule left it open."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Certification:
    """A signed approval of the plan of care. `sent_on` stands in for the first signature only."""

    certified_from: date | None = None
    certified_to: date | None = None
    signed_on: date | None = None
    sent_on: date | None = None
    order_on_file: bool | None = None
    initial: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """What the referring provider asked for; None is unknown."""

    on_file: bool | None = None
    signed: bool | None = None
    techniques: tuple[str, ...] = ()
    must_name_technique: bool = False
    units_per_visit: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """Visits or units granted in advance, and how many were used before this visit."""

    required: bool | None = None
    number: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    visits_granted: int | None = None
    visits_used: int = 0
    units_granted: int | None = None
    units_used: int = 0
    units_per_visit: int | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherInterval:
    """One-on-one time of the same therapist with another patient, on the day's own scale."""

    start: int
    end: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Lymphedema:
    """What manual lymphatic drainage needs in the chart; None is unknown."""

    diagnosed_by_physician: bool | None = None
    cause_recorded: bool | None = None
    earlier_care_recorded: bool | None = None
    girth_measured: bool | None = None
    expected_result_recorded: bool | None = None
    caregiver_teaching_recorded: bool | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """The chart around one visit. Absent means unknown, not false."""

    plan_of_care_on: date | None = None
    plan_of_care_to: date | None = None
    first_treatment_on: date | None = None
    certification: Certification | None = None
    order: Order | None = None
    authorization: Authorization | None = None
    progress_report_on: date | None = None
    treatment_days_since_report: int | None = None
    author_credentials: str | None = None
    license_on_file: bool | None = None
    license_ends_on: date | None = None
    signed: bool | None = None
    cosign_needed: bool | None = None
    cosigned: bool | None = None
    traction_visits: int | None = None
    lymphedema: Lymphedema | None = None
    other_intervals: tuple[OtherInterval, ...] = ()
    note_text: str = ""
    recent_note_texts: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    rationales: Mapping[str, str] | None = None  # block id -> why skilled work was needed
    goal_links: Mapping[str, tuple[str, ...]] | None = None  # block id -> goals it serves
    chosen_units: Mapping[str, int] | None = None


_PARTS: dict[str, type] = {
    "certification": Certification,
    "order": Order,
    "authorization": Authorization,
    "lymphedema": Lymphedema,
}


def record_to_dict(record: Record) -> dict[str, Any]:
    """Plain JSON values; only what is known."""
    return _plain(record)


def record_from_dict(stored: Mapping[str, Any]) -> Record:
    """The reverse of `record_to_dict`."""
    values = dict(stored)
    for name, part in _PARTS.items():
        if name in values:
            values[name] = _part(part, values[name])
    if "other_intervals" in values:
        values["other_intervals"] = tuple(
            _part(OtherInterval, interval) for interval in values["other_intervals"]
        )
    if "goal_links" in values:
        values["goal_links"] = {key: tuple(goals) for key, goals in values["goal_links"].items()}
    built: Record = _part(Record, values)
    return built


def _plain(part: Any) -> dict[str, Any]:
    return {
        item.name: _value(getattr(part, item.name))
        for item in fields(part)
        if getattr(part, item.name) != item.default
    }


def _value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in sorted(value.items())}
    return _plain(value) if hasattr(value, "__dataclass_fields__") else value


def _part(kind: Any, values: Mapping[str, Any]) -> Any:
    dates = {item.name for item in fields(kind) if "date" in str(item.type)}
    return kind(
        **{
            name: date.fromisoformat(value)
            if name in dates and value is not None
            else tuple(value)
            if isinstance(value, list)
            else value
            for name, value in values.items()
        }
    )
