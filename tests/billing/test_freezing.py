import json
from datetime import UTC, date, datetime

import pytest

from billing.engine.derive import derive
from billing.engine.presets import preset, preset_versions
from billing.engine.record import record_from_dict
from billing.engine.types import Day
from billing.engine.wire import to_wire
from billing.models import ChargeSet
from billing.services.deriving import charges_of
from billing.services.facts import day_of
from billing.services.freezing import (
    DIGEST_VERSION,
    canonical,
    charges_digest,
    digest,
    facts_from_plain,
    facts_to_plain,
)
from billing.services.reference import tables_on
from notes.models import Visit
from tests.billing.making import make_charge_set, make_draft, make_fees
from tests.factories import make_block, make_procedure
from tests.notes.acts import sign


@pytest.fixture
def visit(in_practice) -> Visit:
    """A visit with all kinds of facts: sides, times, an adjustment, time that is not billed."""
    note = make_draft()
    make_block(note, "09:20", "09:33", technique="therapeutic_exercise", regions=[],
               performed_by="assistant")  # fmt: skip
    make_block(note, "09:33", "09:41", regions=["shoulder", "upper_trapezius"], side="left")
    make_block(note, "09:41", "09:45", technique="rest", regions=[])
    make_procedure(note, "CMT", regions=["lumbar_spine", "sacrum"], start="09:45", minutes=7)
    make_procedure(note, "97010")
    return Visit.objects.get(pk=note.visit_id)


def stored_and_read(value):
    """As the database gives it back."""
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("key", preset_versions())
def test_facts_come_back_as_they_were_stored(visit, key):
    day, policy = day_of(visit), preset(key, on=visit.date)

    assert facts_from_plain(stored_and_read(facts_to_plain(day, policy))) == (day, policy)


def test_empty_day_comes_back_too():
    day, policy = Day("v", date(2026, 3, 2)), preset("medicare", on=date(2026, 3, 2))

    assert facts_from_plain(stored_and_read(facts_to_plain(day, policy))) == (day, policy)


def test_only_what_differs_from_the_default_is_stored():
    plain = facts_to_plain(Day("v", date(2026, 3, 2)), preset("medicare", on=date(2026, 3, 2)))

    assert plain["day"] == {"id": "v", "date": "2026-03-02"}


def test_digest_does_not_depend_on_the_order_of_keys_and_sees_each_change():
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"}) != digest({"a": 1}, {})
    assert canonical({"ü": [1, None], "a": True}) == '{"a":true,"ü":[1,null]}'


def test_same_facts_give_the_same_digest(visit):
    facts = facts_to_plain(day_of(visit), preset("medicare", on=visit.date))

    again = facts_to_plain(day_of(Visit.objects.get(pk=visit.pk)),
                           preset("medicare", on=visit.date))  # fmt: skip

    assert digest(facts) == digest(again) == digest(stored_and_read(facts))


@pytest.mark.slow
def test_charge_set_holds_what_was_derived(visit):
    make_fees()
    live = charges_of(visit)
    at = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

    charge_set = ChargeSet.objects.get(note=sign(visit.note, at=at))

    assert charge_set.answer == live.answer
    assert facts_from_plain(charge_set.facts) == (live.day, live.in_force.policy)
    assert record_from_dict(charge_set.record_facts) == live.record
    assert (charge_set.policy, charge_set.policy_label) == (
        live.in_force.row, live.in_force.label,
    )  # fmt: skip
    assert (charge_set.edition, charge_set.engine_version, charge_set.created_at) == (
        live.result.edition, live.result.engine, at,
    )  # fmt: skip
    assert charge_set.digest_version == DIGEST_VERSION == 2
    assert charge_set.digest == digest(charge_set.facts, charge_set.record_facts, charge_set.answer)
    assert (charge_set.line_count, charge_set.total_cents) == (
        len(live.result.lines), live.total_cents,
    )  # fmt: skip


def test_earlier_digests_verify_as_they_were_made_and_new_ones_see_the_chart():
    facts, record, answer = {"day": 1}, {"goals": ["1"]}, {"lines": []}

    earlier = charges_digest(facts, record, answer, version=1)
    now = charges_digest(facts, record, answer, version=2)

    assert earlier == digest(facts, answer) == charges_digest(facts, {}, answer, version=1)
    assert now not in {earlier, charges_digest(facts, {"goals": ["2"]}, answer, version=2)}


@pytest.mark.slow
def test_lines_are_the_answers_lines_with_the_fees_of_the_day(visit):
    make_fees()

    charge_set = sign(visit.note).charge_set

    rows = [
        {
            "code": line.code, "units": line.units, "modifiers": line.modifiers,
            "minutes": line.minutes, "diagnoses": list(line.pointers), "reasons": line.reasons,
        }
        for line in charge_set.lines.all()
    ]  # fmt: skip
    answer = [{key: row[key] for key in rows[0]} for row in charge_set.answer["lines"]]
    assert rows == answer
    assert {line.code: (line.fee_cents, line.charge_cents) for line in charge_set.lines.all()} == {
        "97140": (6200, 6200 * units_of(charge_set, "97140")),
        "97110": (6800, 6800 * units_of(charge_set, "97110")),
        "98940": (5200, 5200),
        "97010": (None, 0),
    }
    assert charge_set.total_cents == sum(line.charge_cents for line in charge_set.lines.all())


def units_of(charge_set: ChargeSet, code: str) -> int:
    return sum(row["units"] for row in charge_set.answer["lines"] if row["code"] == code)


@pytest.mark.slow
@pytest.mark.parametrize("key", preset_versions())
def test_frozen_charges_derive_again_to_the_same_bytes(in_practice, key):
    note = make_draft(preset=key)
    make_block(note, "09:20", "09:33", technique="therapeutic_activities", regions=[])
    stored = ChargeSet.objects.get(pk=make_charge_set(note).pk)

    day, policy = facts_from_plain(stored.facts)
    record = record_from_dict(stored.record_facts)
    result = derive(day, policy, tables_on(stored.created_at), record)

    assert canonical(to_wire(result)) == canonical(stored.answer)
