from datetime import date

import pytest

from billing.models import ChargeSet
from billing.services.policies import engine_policy
from billing.services.policies_difference import rules_of
from billing.services.policies_overrides import make_override
from billing.services.replay import replay, replay_after
from tests.billing.making import make_charge_set, make_draft, make_fees
from tests.billing.payers.making import changed, make_admin, make_draft_of, policy_with
from tests.factories import make_block, make_note, make_visit
from tests.snapshot import snapshot

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("in_practice")]
SPAN = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}


def make_ground(practice) -> None:
    """20 minutes of 97140 and 7 of 97110: one unit under the midpoint rule, two under CMS's."""
    make_fees()
    note = make_draft()
    make_block(note, "09:20", "09:27", technique="therapeutic_exercise", regions=(),
               diagnosis_codes=["M54.2"])  # fmt: skip
    make_charge_set(note)


@pytest.fixture
def bill(in_practice) -> ChargeSet:
    return ChargeSet.objects.get()


def last(payer, policy, **span):
    *_, tally = replay(payer, policy, **SPAN | span)
    return tally


def test_replay_says_what_the_draft_would_bill_otherwise(bill):
    payer = bill.note.visit.coverage.payer
    draft = changed(make_draft_of(payer), unit_rule="cms", plan_modifier=True)

    tally = last(payer, engine_policy(draft))

    assert (tally.total, tally.done, tally.changed) == (1, 1, 1)
    assert (tally.units_up, tally.units_down, tally.cents_up, tally.cents_down) == (1, 0, 6800, 0)
    assert (dict(tally.gained), dict(tally.lost)) == ({"GP": 2}, {})
    [visit] = tally.visits
    assert (visit.before, visit.after, visit.money) == (
        (("97140", (), 1),), (("97110", ("GP",), 1), ("97140", ("GP",), 1)), "$68.00",
    )  # fmt: skip


def test_replay_writes_nothing(bill):
    payer = bill.note.visit.coverage.payer
    policy = policy_with(payer.policies.get(), unit_rule="cms")
    before = snapshot()

    last(payer, policy)

    assert snapshot() == before


def test_rules_in_force_change_nothing(bill):
    payer = bill.note.visit.coverage.payer

    tally = last(payer, engine_policy(payer.policies.get()))

    assert (tally.total, tally.changed, tally.findings_only, tally.visits) == (1, 0, 0, [])


def test_visits_of_other_days_and_payers_are_left_out(bill):
    make_charge_set()
    payer = bill.note.visit.coverage.payer
    policy = policy_with(payer.policies.get(), unit_rule="cms")

    assert last(payer, policy).total == 1
    assert last(payer, policy, first=date(2026, 3, 3)).total == 0


def test_exception_of_the_episode_stays_over_the_draft(bill):
    visit = bill.note.visit
    payer = visit.coverage.payer
    make_override(visit.episode, by=make_admin(), payer=payer,
                  base=rules_of(payer.policies.get()), fields={"unit_rule": "ama"},
                  reason="Agreed", starts_on=visit.date, ends_on=None)  # fmt: skip

    tally = last(payer, policy_with(payer.policies.get(), unit_rule="cms"))

    assert tally.changed == 0


def test_change_of_warnings_alone_is_counted_apart(bill):
    payer = bill.note.visit.coverage.payer
    levels = payer.policies.get().fields["documentation"] | {"tables.edition": "warn"}

    tally = last(payer, policy_with(payer.policies.get(), documentation=levels))

    assert (tally.changed, tally.findings_only) == (0, 1)


def test_page_after_page_shows_every_visit_that_changes_once(bill, monkeypatch):
    payer = bill.note.visit.coverage.payer
    for served in (date(2026, 3, 4), date(2026, 3, 9)):
        note = make_note(make_visit(episode=bill.note.visit.episode, date=served))
        make_block(note, "09:00", "09:20", diagnosis_codes=["M54.2"])
        make_block(note, "09:20", "09:27", technique="therapeutic_exercise", regions=(),
                   diagnosis_codes=["M54.2"])  # fmt: skip
        make_charge_set(note)
    policy = policy_with(payer.policies.get(), unit_rule="cms")
    monkeypatch.setattr("billing.services.replay.MOST_SHOWN", 1)

    first = last(payer, policy)
    shown = list(first.visits)
    while page := replay_after(payer, policy, (shown[-1].date, shown[-1].pk), last=SPAN["last"]):
        shown += page

    assert first.changed == len(shown) == len({visit.pk for visit in shown}) == 3
