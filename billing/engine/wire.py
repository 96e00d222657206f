"""The documented JSON form of a visit and of its answer."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol, cast

from billing.engine.policy import DISCIPLINES, policy_from_wire, with_overrides
from billing.engine.reading import (
    BadInput,
    as_choice,
    as_date,
    as_flag,
    as_list,
    as_number,
    as_object,
    as_text,
    only_keys,
)
from billing.engine.timeline import blocks_from_wire, procedures_from_wire
from billing.engine.times import LATEST_CLOCK
from billing.engine.types import Block, Day, Line, Policy, Procedure, Result, VisitId
from billing.engine.vocabulary import Vocabulary, shipped_vocabulary

VISIT = (
    "id", "date", "policy", "policy_overrides", "clinician", "diagnoses", "patient", "blocks",
    "procedures",
)  # fmt: skip
MOST_DOLLARS = 10_000_000


class PolicyLibrary(Protocol):
    def find(self, key: str, on: date) -> Policy: ...


def parse_visit(
    obj: object, library: PolicyLibrary, vocabulary: Vocabulary | None = None
) -> tuple[Day, Policy]:
    """The visit and the policy that it names. `BadInput` says what to write instead."""
    words = vocabulary or shipped_vocabulary()
    given = as_object(obj, "The visit")
    only_keys(given, VISIT, "The visit")
    on = as_date(_needed(given, "date"), "date")
    policy = _policy(given, library, on)
    discipline, assistant = _clinician(given.get("clinician"))
    by = "assistant" if assistant else "therapist"
    blocks = blocks_from_wire(given.get("blocks"), words, on, by)
    procedures = procedures_from_wire(given.get("procedures"), words, on, by)
    _check_together(blocks, procedures)
    day = Day(
        id=visit_id(given),
        date=on,
        discipline=cast(Any, discipline),
        assistant=assistant,
        diagnoses=_diagnoses(given.get("diagnoses"), (*blocks, *procedures)),
        blocks=blocks,
        procedures=procedures,
        **_patient(given.get("patient")),
    )
    return day, policy


def visit_id(given: object) -> VisitId:
    """The visit's id, to be echoed; None where there is none."""
    if not isinstance(given, Mapping) or given.get("id") is None:
        return None
    value = given["id"]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return value
    return as_text(value, "id")


def to_wire(result: Result) -> dict[str, Any]:
    """The answer, with its keys in the documented order."""
    return {
        "id": result.id,
        "policy": result.policy,
        "engine": result.engine,
        "timed_minutes": result.timed_minutes,
        "treatment_minutes": result.treatment_minutes,
        "lines": [_line(line) for line in result.lines],
        "unbilled": [
            {
                "code": part.code or None,
                "minutes": part.minutes,
                "blocks": list(part.blocks),
                "rule": part.rule,
                "text": part.text,
            }
            for part in result.unbilled
        ],
        "alternatives": [dict(choice) for choice in result.alternatives],
        "findings": [
            {
                "level": finding.level,
                "rule": finding.rule,
                "text": finding.text,
                "blocks": list(finding.blocks),
            }
            for finding in result.findings
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "units": line.units,
        "modifiers": list(line.modifiers),
        "minutes": line.minutes,
        "blocks": list(line.blocks),
        "diagnoses": list(line.diagnoses),
        "reasons": [
            {"rule": reason.rule, "source": reason.source, "text": reason.text}
            for reason in line.reasons
        ],
    }


def _needed(given: Mapping[str, Any], key: str) -> object:
    if key not in given:
        raise BadInput(f"The visit has no {key}.")
    return given[key]


def _policy(given: Mapping[str, Any], library: PolicyLibrary, on: date) -> Policy:
    named = _needed(given, "policy")
    if isinstance(named, str):
        policy = library.find(named, on)
    elif isinstance(named, Mapping):
        policy = policy_from_wire(named)
    else:
        raise BadInput("policy must be a preset's key or an object with all policy fields.")
    overrides = given.get("policy_overrides")
    return policy if overrides is None else with_overrides(policy, overrides)


def _clinician(value: object) -> tuple[str, bool]:
    if value is None:
        return "", False
    given = as_object(value, "clinician")
    only_keys(given, ("discipline", "assistant"), "clinician")
    discipline = given.get("discipline")
    assistant = given.get("assistant")
    return (
        "" if discipline is None else as_choice(discipline, "clinician.discipline", DISCIPLINES),
        False if assistant is None else as_flag(assistant, "clinician.assistant"),
    )


def _patient(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    given = as_object(value, "patient")
    only_keys(given, ("accrued", "active_treatment", "abn"), "patient")
    so_far = given.get("accrued")
    accrued = {} if so_far is None else as_object(so_far, "patient.accrued")
    only_keys(accrued, ("pt_slp", "ot"), "patient.accrued")
    active, abn = given.get("active_treatment"), given.get("abn")
    return {
        "accrued_pt_slp_cents": _cents(accrued.get("pt_slp"), "patient.accrued.pt_slp"),
        "accrued_ot_cents": _cents(accrued.get("ot"), "patient.accrued.ot"),
        "active_treatment": None if active is None else as_flag(active, "patient.active_treatment"),
        "abn": None
        if abn is None
        else as_choice(abn, "patient.abn", ("none", "mandatory", "voluntary")),
    }


def _cents(value: object, where: str) -> int | None:
    return None if value is None else round(as_number(value, where, MOST_DOLLARS) * 100)


def _diagnoses(value: object, items: tuple[Any, ...]) -> tuple[str, ...]:
    """The visit's list; without one, what its blocks point at."""
    if value is None:
        return tuple(sorted({code for item in items for code in item.diagnoses}))
    listed = tuple(
        as_text(code, f"diagnoses[{place}]", 30)
        for place, code in enumerate(as_list(value, "diagnoses", 50))
    )
    for place, code in enumerate(listed):
        if code in listed[:place]:
            raise BadInput(f"diagnoses names {code} twice; list each diagnosis once.")
    known = set(listed)
    for item in items:
        for code in item.diagnoses:
            if code not in known:
                raise BadInput(
                    f"{item.id or item.code} points at {code}, which is not among the visit's "
                    "diagnoses; add it there."
                )
    return listed


def _check_together(blocks: tuple[Block, ...], procedures: tuple[Procedure, ...]) -> None:
    """What no single entry can show: ids that occur twice, times on two scales."""
    seen: set[str] = set()
    scales: set[bool] = set()
    items: tuple[Block | Procedure, ...] = (*blocks, *procedures)
    for item in items:
        if item.id and item.id in seen:
            raise BadInput(f"Two entries have the id {item.id}; give each one its own.")
        seen.add(item.id)
        if item.start is not None and (isinstance(item, Procedure) or item.clock):
            scales.add(item.start > LATEST_CLOCK)
    if len(scales) > 1:
        raise BadInput("The visit mixes clock times with full times; write all the same way.")
