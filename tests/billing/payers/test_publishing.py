from datetime import date

import pytest

from billing.models import ChargeSet, SettingChange
from billing.services.policies import engine_policy, policy_on, publish_from_preset
from billing.services.policies_cases import expect_instead, retire_case, run_cases, save_case
from billing.services.policies_difference import rules_of
from billing.services.policies_drafts import start_draft
from billing.services.policies_publishing import obstacles, publish_draft, rebilled_visits
from clinic.errors import Conflict, NotAllowed
from tests.billing.making import make_charge_set, make_payer_with
from tests.billing.payers.making import (
    LATER,
    changed,
    content_of,
    day,
    make_admin,
    make_draft_of,
    rows_but,
)
from tests.snapshot import snapshot

TWICE_SEVEN = (("97110", 0, 7), ("97112", 7, 14))


def published(draft, **given):
    return publish_draft(draft, by=make_admin(), revision=draft.revision, **given)


def test_published_draft_follows_on_the_day_it_says(in_practice):
    draft = changed(make_draft_of(), unit_rule="cms")

    row = published(draft)

    first = row.payer.policies.get(version=1)
    assert (row.status, row.version, first.ends_on) == ("published", 2, date(2026, 12, 31))
    assert policy_on(row.payer, date(2026, 12, 31)) == first
    assert policy_on(row.payer, LATER) == row
    said = SettingChange.objects.filter(subject__endswith="v2", setting="Counting rule").first()
    assert (said.before, said.after, said.why) == (
        "Each code alone, from its 8th minute (CPT midpoint)",
        "All timed minutes of the day together (CMS)",
        "New contract",
    )


def test_changed_rule_without_a_source_of_its_own_is_refused(in_practice):
    draft = make_draft_of()
    content = content_of(draft, unit_rule="cms")
    content.facts["unit_rule"] = draft.facts["unit_rule"]
    draft = changed(draft, fields=content.fields, facts=content.facts)
    before = rows_but("clinic_user")

    with pytest.raises(NotAllowed) as raised:
        published(draft)

    assert str(raised.value) == (
        "Counting rule changed, but its source is still that of v1: say where the payer says so, "
        "or confirm the source with the day you checked it."
    )
    assert rows_but("clinic_user") == before


def test_draft_without_a_reason_is_refused(in_practice):
    draft = changed(make_draft_of(), why="")

    assert obstacles(draft) == ["Say why these rules change, so that the next admin knows."]


def test_failing_test_case_stops_publishing_until_it_is_accepted(in_practice):
    draft = make_draft_of()
    admin, payer = make_admin(), draft.payer
    ama = engine_policy(payer.policies.get(version=1))
    case = save_case(
        payer, by=admin, name="Two short codes", day=day(*TWICE_SEVEN), policy=ama, rules_label="v1"
    )
    draft = changed(draft, unit_rule="cms")
    before = rows_but("clinic_user")

    with pytest.raises(NotAllowed) as raised:
        published(draft)

    assert str(raised.value) == (
        "Test case “Two short codes” gives 97110 ×1 instead of nothing billed: change the draft, "
        "or accept the new answer."
    )
    assert rows_but("clinic_user") == before

    expect_instead(case, by=admin, policy=engine_policy(draft), why="CMS rule from 2027")

    assert published(draft).status == "published"


def test_retired_case_is_asked_no_more(in_practice):
    draft = make_draft_of()
    case = save_case(draft.payer, by=make_admin(), name="Short", day=day(*TWICE_SEVEN),
                     policy=engine_policy(draft), rules_label="draft")  # fmt: skip
    draft = changed(draft, unit_rule="cms")

    retire_case(case, by=make_admin(), why="No such visits")

    assert obstacles(draft) == []


def test_case_name_is_used_once(in_practice):
    draft = make_draft_of()
    given = {"day": day(*TWICE_SEVEN), "policy": engine_policy(draft), "rules_label": "draft"}
    case = save_case(draft.payer, by=draft.saved_by, name="Short", **given)
    before = snapshot()

    with pytest.raises(NotAllowed, match="There is a test case “Short” already"):
        save_case(draft.payer, by=draft.saved_by, name="Short", **given)

    assert snapshot() == before
    assert [outcome.passes for outcome in run_cases([case], engine_policy(draft))] == [True]


def test_start_before_a_version_that_is_in_force_is_refused(in_practice):
    draft = changed(make_draft_of(), starts_on=date(2025, 6, 1))
    before = rows_but("clinic_user")

    with pytest.raises(NotAllowed) as raised:
        published(draft)

    assert str(raised.value) == (
        "Version 1 starts on 01/01/2026: the next one has to start after it."
    )
    assert rows_but("clinic_user") == before


def test_start_inside_a_version_with_a_known_end_is_refused(in_practice):
    draft = changed(make_draft_of(), ends_on=date(2027, 6, 30))
    payer = published(draft).payer
    second = payer.policies.get(version=2)
    third = start_draft(payer, by=make_admin(), rules=rules_of(second), preset="uhc", why="Next")

    assert third.starts_on == date(2027, 7, 1)
    third = changed(third, starts_on=date(2027, 6, 30))
    assert obstacles(third) == [
        "Version 2 is in force until 06/30/2027: the next one has to start after that."
    ]


def test_publishing_what_another_admin_changed_is_refused(in_practice):
    draft = make_draft_of()
    changed(draft, unit_rule="cms")
    before = rows_but("clinic_user")

    with pytest.raises(Conflict, match="changed this draft after you opened it: look at it again"):
        published(draft)

    assert rows_but("clinic_user") == before


def test_published_version_is_not_published_again(in_practice):
    row = make_payer_with("commercial").policies.get()

    with pytest.raises(NotAllowed, match="v1 is published and stays as it is"):
        published(row)


@pytest.mark.slow
def test_start_before_a_signed_visit_needs_a_reason_and_leaves_its_bill_alone(in_practice):
    bill = make_charge_set()
    payer = bill.note.visit.coverage.payer
    draft = changed(make_draft_of(payer), starts_on=date(2026, 3, 1), unit_rule="cms")
    before = rows_but("clinic_user")

    with pytest.raises(NotAllowed) as raised:
        published(draft)

    assert str(raised.value) == (
        "1 signed visit is on or after 03/01/2026 and billed already: start later, or give the "
        "reason for the earlier date. Their bills stay as they were signed."
    )
    assert (rebilled_visits(draft), rows_but("clinic_user")) == (1, before)

    row = published(draft, backdating_reason="The contract began on March 1")

    assert (row.status, row.backdating_reason) == ("published", "The contract began on March 1")
    fresh = ChargeSet.objects.get(pk=bill.pk)
    assert (fresh.policy.version, fresh.answer, fresh.digest) == (1, bill.answer, bill.digest)


def test_reason_is_kept_only_where_it_was_needed(in_practice):
    row = published(make_draft_of(), backdating_reason="No visit needs it")

    assert row.backdating_reason == ""


def test_publishing_from_a_preset_keeps_its_sources(in_practice):
    row = publish_from_preset(
        make_payer_with("uhc"), key="medicare", starts_on=date(2026, 6, 1), by=None
    )

    assert row.facts["cap"] == {
        "source": "No daily limit of this payer was found",
        "link": "",
        "checked_on": "2026-11-22",
        "confidence": "-",
    }
