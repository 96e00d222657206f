"""The chart's facts that are kept come back as they were."""

import json
from datetime import date

import pytest

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
