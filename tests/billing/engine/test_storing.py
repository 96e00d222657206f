"""Facts that are kept come back as they were, and give the same answer to the byte."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from billing.engine.derive import derive
from billing.engine.presets import PresetLibrary
from billing.engine.reading import BadInput
from billing.engine.record import (
    Authorization,
    Certification,
    Lymphedema,
    Order,
    OtherInterval,
    Record,
    record_from_dict,
    record_to_dict,
)
from billing.engine.storing import visit_from_wire, visit_to_wire
from billing.engine.tables import starter_tables
from billing.engine.types import Block, Day, Region
from billing.engine.wire import parse_visit, to_wire
from tests.billing.engine.asking import MONDAY, block

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
ABROAD = {
    "date": "2026-03-08", "policy": "self-pay",
    "blocks": [block("97110", "2026-03-08T01:50:00-05:00", "2026-03-08T03:10:00-04:00")],
    "procedures": [{"code": "97012", "start": "2026-03-08T03:10:00-04:00"}],
}  # fmt: skip


def read(visit: dict[str, Any]) -> Any:
    return parse_visit(visit, PresetLibrary())


@pytest.mark.parametrize("visit", [FULL, ABROAD, {"date": MONDAY, "policy": "commercial"}])
def test_a_visit_comes_back_as_it_was(visit: dict[str, Any]) -> None:
    day, policy = read(visit)

    stored = json.loads(json.dumps(visit_to_wire(day, policy)))
    again = visit_from_wire(stored, starter_tables())

    assert again == (day, policy)
    assert visit_to_wire(*again) == stored
    tables = starter_tables()
    assert to_wire(derive(*again, tables)) == to_wire(derive(day, policy, tables))


def test_what_the_documented_form_has_no_key_for_is_kept_too() -> None:
    day, policy = read(FULL)
    own = Region("left_rib", "Left rib", ("rib_cage",))
    rich = replace(
        day,
        blocks=tuple(replace(b, practitioner="Ann", regions=(own,)) for b in day.blocks),
        procedures=tuple(replace(p, reduced=True, practitioner="Ben") for p in day.procedures),
    )
    house = replace(rich, blocks=tuple(replace(b, technique="house_special") for b in rich.blocks))

    for kept in (rich, house):
        assert visit_from_wire(visit_to_wire(kept, policy), starter_tables()) == (kept, policy)


def test_a_code_outside_the_list_is_kept() -> None:
    _, policy = read(FULL)
    day = Day("v", date(2026, 3, 2), blocks=(Block("b", "12345", 0, 60),))

    assert visit_from_wire(visit_to_wire(day, policy), starter_tables()) == (day, policy)


def test_stored_facts_carry_their_policy() -> None:
    with pytest.raises(BadInput) as refused:
        visit_from_wire(FULL, starter_tables())

    assert str(refused.value) == ("Stored facts name the policy medicare instead of carrying it.")


def test_a_stored_region_is_whole_and_holds_nothing_else() -> None:
    day, policy = read(FULL)
    stored = visit_to_wire(day, policy)
    stored["blocks"][1]["regions"][0]["size"] = 2

    with pytest.raises(BadInput) as refusal:
        visit_from_wire(stored, starter_tables())

    assert str(refusal.value) == (
        'Block own\'s regions has an unknown key "size"; known: key, label, buckets.'
    )


def test_the_documented_form_takes_no_stored_keys() -> None:
    for visit, sentence in (
        ({**FULL, "blocks": [block("97110", "09:00", "09:10", practitioner="Ann")]},
         'blocks[0] has an unknown key "practitioner"'),
        ({**FULL, "procedures": [{"code": "97012", "reduced": True}]},
         'procedures[0] has an unknown key "reduced"'),
    ):  # fmt: skip
        with pytest.raises(BadInput) as refused:
            read(visit)
        assert str(refused.value).startswith(sentence)


FACTS = Record(
    plan_of_care_on=date(2026, 1, 5),
    certification=Certification(date(2026, 1, 5), date(2026, 4, 4), date(2026, 1, 9),
                                order_on_file=True, initial=False),
    order=Order(True, techniques=("manual therapy",), must_name_technique=True, units_per_visit=3),
    authorization=Authorization(True, "A1", visits_granted=12, visits_used=4, codes=("97140",)),
    progress_report_on=date(2026, 2, 1),
    treatment_days_since_report=9,
    author_credentials="PT, DPT",
    signed=False,
    traction_visits=12,
    lymphedema=Lymphedema(diagnosed_by_physician=True, girth_measured=False),
    other_intervals=(OtherInterval(32400, 33300, "another patient"),),
    note_text="Better.",
    recent_note_texts=("Same.", "Better."),
    goals=("Reach overhead",),
    rationales={"b1": "restricted glide"},
    goal_links={"b1": ("g1", "g2"), "b2": ()},
    chosen_units={"97110": 1, "97140": 2},
)  # fmt: skip


@pytest.mark.parametrize("record", [FACTS, Record()], ids=["full", "empty"])
def test_the_charts_facts_come_back_as_they_were(record: Record) -> None:
    stored = json.loads(json.dumps(record_to_dict(record)))

    assert record_from_dict(stored) == record
    assert record_to_dict(record_from_dict(stored)) == stored


def test_what_is_not_known_is_not_stored() -> None:
    assert record_to_dict(Record()) == {}
    assert record_to_dict(Record(signed=False, order=Order())) == {"signed": False, "order": {}}
