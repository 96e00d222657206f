"""Whatever stands anywhere in a visit: an answer or a sentence, never a traceback."""

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from billing.engine.policy import policy_to_wire
from billing.engine.presets import preset_versions
from tests.billing.engine.asking import MONDAY, ask_raw, block
from tests.billing.engine.test_properties import often

FULL = {
    "id": "v1", "date": MONDAY, "policy": "medicare", "policy_overrides": {"cap": None},
    "clinician": {"discipline": "PT", "assistant": True}, "diagnoses": ["M54.2", "M75.02"],
    "patient": {"accrued": {"pt_slp": 2500.5, "ot": 0}, "active_treatment": False, "abn": "none"},
    "blocks": [
        {"code": "97110", "minutes": 7.5},
        block("97140", "09:00", "09:15:30", technique="joint_mobilization", side="left",
              regions=["upper_trapezius", "cervical"], by="therapist", diagnoses=["M54.2"],
              response="pain 6 to 4", telehealth=True, id="own"),
        {"technique": "rest", "minutes": 5},
    ],
    "procedures": [
        {"code": "98941", "regions": ["lumbar"], "start": "09:20", "diagnoses": ["M75.02"]},
        {"code": "97012", "minutes": 10, "id": "p", "by": "together", "side": "right"},
        block("97161", "10:00", "10:30"),
    ],
}  # fmt: skip
WHOLE = {
    **FULL,
    "policy": {
        **policy_to_wire(preset_versions()["aetna"][-1].policy),
        "overlays": [{"column1": "97140", "column2": "97530", "indicator": 1, "ground": "time"}],
        "never_paid_together": [["97140", "97530"]],
        "code_allow_list": {"MT": ["97124"]},
        "documentation": {"limits.mue": "off"},
    },
    "policy_overrides": {"unit_rule": "cms"},
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8)
    | st.sampled_from(["97140", "09:00", "2026-03-02", "none", "CMT", "2026-03-02T09:00-05:00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=5,
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, part in inner:
        found.append((*path, key))
        if isinstance(part, dict | list):
            found.extend(places(part, (*path, key)))
    return found


PLACES = places(WHOLE)


@often
@given(st.lists(st.tuples(st.sampled_from(PLACES), ANYTHING), min_size=1, max_size=3))
def test_any_value_anywhere_gets_an_answer(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    visit = copy.deepcopy(WHOLE)
    for path, value in changes:
        holder: Any = visit
        for key in path[:-1]:
            inside = isinstance(holder, dict) and key in holder
            inside = inside or (isinstance(holder, list) and key in range(len(holder)))
            if not inside:
                break
            holder = holder[key]
        else:
            if isinstance(holder, dict) or (
                isinstance(holder, list) and path[-1] in range(len(holder))
            ):
                holder[path[-1]] = value

    answers, refused = ask_raw(json.dumps(visit).encode())

    assert len(answers) == 1
    assert ("error" in answers[0]) == bool(refused)
    assert set(answers[0]) == {"id", "error"} or list(answers[0]) == [
        "id", "policy", "engine", "timed_minutes", "treatment_minutes", "lines", "unbilled",
        "alternatives", "findings",
    ]  # fmt: skip


@often
@given(st.binary(max_size=60))
def test_any_bytes_get_an_answer(line: bytes) -> None:
    single = line.replace(b"\n", b" ")

    answers, refused = ask_raw(single)

    assert len(answers) == refused <= 1
