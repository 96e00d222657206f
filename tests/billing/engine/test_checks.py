"""Checks of the chart: each finds its defect, says so in a sentence, and changes no charge."""

import runpy
import sys
from dataclasses import replace
from datetime import date, timedelta

import pytest

from billing.engine.catalog import ALL_RULES, RULE_IDS
from billing.engine.checks import CHECKS, DENIAL_REASONS, chart, elsewhere, grants, people, plan
from billing.engine.checks import special as special_checks
from billing.engine.checks import text as text_checks
from billing.engine.checks.text import likeness
from billing.engine.derive import derive
from billing.engine.presets import preset
from billing.engine.record import (
    Authorization,
    Certification,
    Lymphedema,
    Order,
    OtherInterval,
    Record,
)
from billing.engine.rules_page import HEAD, page
from billing.engine.tables import starter_tables
from billing.engine.types import Block, Day, Finding, Procedure, Region, Result
from tests.billing.engine.asking import ask, shown

SERVED = date(2026, 3, 2)
NINE = 9 * 3600
CERVICAL = Region("cervical_spine", "Cervical spine", ("cervical",))
WORDS = (
    "Neck pain after desk work, rotation limited to the right, guarding of the levator, "
    "responds to mobilization, continue twice a week"
)


def manual(**fields) -> Block:
    whole = {
        "id": "b1",
        "code": "97140",
        "start": NINE,
        "end": NINE + 15 * 60,
        "technique": "joint_mobilization",
        "regions": (CERVICAL,),
        "response": "Rotation 52 to 61 degrees",
        "diagnoses": ("M54.2",),
    }
    return Block(**whole | fields)


def visit(*blocks: Block, **fields) -> Day:
    whole = {"id": "v", "date": SERVED, "discipline": "PT", "diagnoses": ("M54.2",)}
    return Day(**whole | {"blocks": blocks or (manual(),)} | fields)


CLEAN = Record(
    plan_of_care_on=SERVED - timedelta(days=20),
    plan_of_care_to=SERVED + timedelta(days=60),
    first_treatment_on=SERVED - timedelta(days=20),
    certification=Certification(signed_on=SERVED - timedelta(days=9)),
    order=Order(on_file=True, signed=True),
    treatment_days_since_report=4,
    author_credentials="PT, DPT",
    license_on_file=True,
    note_text=WORDS,
    rationales={"b1": "Restricted rotation at C5"},
    goals=("1",),
    goal_links={"b1": ("1",)},
)


def bill(day: Day, record: Record | None, policy: str = "medicare") -> Result:
    return derive(day, preset(policy, on=day.date), starter_tables(), record)


def found(day: Day, record: Record | None, policy: str = "medicare") -> dict[str, Finding]:
    """Findings of the chart's checks only, by rule."""
    own = {rule.id for module in MODULES for rule in module.RULES}
    return {f.rule: f for f in bill(day, record, policy).findings if f.rule in own}


MODULES = (chart, plan, grants, people, special_checks, elsewhere, text_checks)


def test_clean_chart_has_no_finding():
    assert found(visit(), CLEAN) == {}


def test_without_a_record_nothing_is_known_so_nothing_is_missing():
    assert found(visit(manual(technique="", regions=(), response="")), None) == {}


def lacking(**fields) -> Record:
    return replace(CLEAN, **fields)


# rule, level, the visit, the chart, the sentence
DEFECTS = [
    ("chart.technique", "block", visit(manual(technique="")), CLEAN,
     "Block 1 does not say which technique was used."),
    ("chart.region", "block", visit(manual(regions=())), CLEAN,
     "Block 1 does not say which region was treated."),
    ("chart.response", "warn", visit(manual(response=" ")), CLEAN,
     "Block 1 does not say how the patient responded."),
    ("chart.rationale", "warn", visit(), lacking(rationales={"b1": ""}),
     "Block 1 does not say which restriction called for skilled hands."),
    ("chart.goal-link", "warn", visit(), lacking(goal_links={}),
     "Block 1 is not linked to a goal of the plan."),
    ("chart.minutes", "warn", visit(manual(end=NINE + 75 * 60)), CLEAN,
     "Block 1 lasts 75 minutes without a break: check the times."),
    ("chart.note-empty", "block", visit(), lacking(note_text="  "),
     "The note has no text: write it before the visit is billed."),
    ("plan.certification", "warn", visit(), lacking(certification=None),
     "The plan of care of 02/10/2026 is not certified yet; the signature is due by 03/12/2026."),
    ("plan.certification", "warn", visit(),
     lacking(certification=None, first_treatment_on=SERVED - timedelta(days=40)),
     "The plan of care of 02/10/2026 is not certified, and the signature was due by "
     "02/20/2026."),
    ("plan.missing", "warn", visit(), lacking(plan_of_care_on=None),
     "No plan of care covers this visit."),
    ("plan.expired", "block", visit(), lacking(plan_of_care_to=SERVED - timedelta(days=1)),
     "The plan of care ran to 03/01/2026: recertify it before this visit is billed."),
    ("plan.expired", "block", visit(),
     lacking(plan_of_care_on=SERVED - timedelta(days=91), plan_of_care_to=None),
     "The plan of care ran to 03/01/2026: recertify it before this visit is billed."),
    ("plan.progress-report-near", "info", visit(), lacking(treatment_days_since_report=8),
     "This is treatment day 8 since the last progress report; the next is due by day 10."),
    ("plan.progress-report", "block", visit(), lacking(treatment_days_since_report=11),
     "This is treatment day 11 since the last progress report; one was due by day 10."),
    ("order.missing", "warn", visit(), lacking(order=Order(on_file=False)),
     "The order or referral is not on file."),
    ("order.missing", "warn", visit(), lacking(order=Order(on_file=True, signed=False)),
     "The order or referral is not signed."),
    ("order.expired", "warn", visit(), lacking(order=Order(valid_to=date(2026, 3, 1))),
     "The order ended on 03/01/2026."),
    ("order.expired", "warn", visit(), lacking(order=Order(valid_from=date(2026, 3, 3))),
     "The order begins on 03/03/2026."),
    ("order.technique", "warn", visit(),
     lacking(order=Order(must_name_technique=True, techniques=("myofascial_release",))),
     "The order does not name joint mobilization."),
    ("order.units", "block", visit(manual(end=NINE + 30 * 60)),
     lacking(order=Order(units_per_visit=1)),
     "2 timed units are billed, but the order names 1 a visit."),
    ("authorization.missing", "block", visit(), lacking(authorization=Authorization(required=True)),
     "This payer asks for an authorization, and none is on file."),
    ("authorization.expired", "block", visit(),
     lacking(authorization=Authorization(number="A7", valid_to=date(2026, 3, 1))),
     "Authorization A7 ended on 03/01/2026."),
    ("authorization.expired", "block", visit(),
     lacking(authorization=Authorization(number="A7", valid_from=date(2026, 3, 3))),
     "Authorization A7 begins on 03/03/2026."),
    ("authorization.used-up", "block", visit(),
     lacking(authorization=Authorization(number="A7", visits_granted=6, visits_used=6)),
     "All 6 visits of authorization A7 are used."),
    ("authorization.used-up", "block", visit(),
     lacking(authorization=Authorization(number="A7", units_granted=12, units_used=12)),
     "Authorization A7 has 0 units left, and 1 unit is billed."),
    ("authorization.used-up", "block", visit(manual(end=NINE + 30 * 60)),
     lacking(authorization=Authorization(number="A7", units_per_visit=1)),
     "Authorization A7 allows 1 unit a visit, and 2 units are billed."),
    ("authorization.codes", "warn", visit(),
     lacking(authorization=Authorization(number="A7", codes=("97110",))),
     "Authorization A7 does not name 97140."),
    ("people.credentials", "block", visit(), lacking(author_credentials=""),
     "The author's credentials are missing: an admin enters them."),
    ("people.license", "block", visit(), lacking(license_on_file=False),
     "The author's license is not on file: an admin enters it."),
    ("people.license", "block", visit(), lacking(license_ends_on=date(2026, 3, 1)),
     "The author's license ended on 03/01/2026."),
    ("people.signature", "block", visit(), lacking(signed=False),
     "The note is not signed by its author."),
    ("people.cosign", "warn", visit(), lacking(cosign_needed=True),
     "This payer asks for the supervisor's co-signature."),
    ("special.traction", "warn", visit(manual(technique="manual_traction")),
     lacking(traction_visits=13),
     "This is visit 13 with traction in the episode; this payer looks at more than 12."),
    ("special.lymphedema-diagnosis", "warn",
     visit(manual(technique="manual_lymphatic_drainage")), CLEAN,
     "Lymphatic drainage is charted, but no diagnosis of lymphedema (I89.0, I97.2 and Q82.0)."),
    ("special.lymphedema", "warn",
     visit(manual(technique="manual_lymphatic_drainage", diagnoses=("I89.0",)),
           diagnoses=("I89.0",)),
     lacking(lymphedema=Lymphedema(girth_measured=False, cause_recorded=False)),
     "For lymphatic drainage the chart lacks the cause and girth measurements."),
    ("elsewhere.one-on-one", "block", visit(),
     lacking(other_intervals=(OtherInterval(NINE + 600, NINE + 1800, "20418"),)),
     "Block 1 overlaps one-on-one time in the chart of record 20418 from 09:10 to 09:15: "
     "correct one of the two, or chart group time."),
    ("text.cloned", "warn", visit(), lacking(recent_note_texts=("", WORDS.upper())),
     "The text is 100 % the same as the note 2 visits ago: write what was different today."),
    ("text.cloned", "warn", visit(), lacking(recent_note_texts=(WORDS,)),
     "The text is 100 % the same as the last note: write what was different today."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "level", "day", "record", "sentence"), DEFECTS, ids=[row[4][:48] for row in DEFECTS]
)
def test_defect_is_found_at_its_level_with_its_sentence(rule, level, day, record, sentence):
    findings = found(day, record)

    assert list(findings) == [rule]
    assert (findings[rule].level, findings[rule].text) == (level, sentence)


@pytest.mark.parametrize(("day", "record"), [(row[2], row[3]) for row in DEFECTS])
def test_check_changes_no_charge(day, record):
    with_record, without = bill(day, record), bill(day, None)

    assert with_record.lines == without.lines
    assert with_record.unbilled == without.unbilled


def test_every_rule_of_the_checks_has_a_defect_that_shows_it():
    shown = {row[0] for row in DEFECTS}

    assert {rule.id for module in MODULES for rule in module.RULES} == shown


def test_every_check_is_listed():
    written = {
        getattr(module, name)
        for module in MODULES
        for name in vars(module)
        if callable(getattr(module, name))
        and getattr(module, name).__module__ == module.__name__
        and not name.startswith("_")
        and name != "likeness"
    }

    assert set(CHECKS) == written


def test_five_denial_reasons_have_each_a_rule_that_exists():
    assert len(DENIAL_REASONS) == 5
    assert {rule for rules in DENIAL_REASONS.values() for rule in rules} <= RULE_IDS


@pytest.mark.parametrize("policy", ["commercial", "self-pay", "workers-comp"])
def test_medicares_certification_is_not_asked_of_others(policy):
    record = lacking(plan_of_care_on=None, certification=None, treatment_days_since_report=30)

    assert found(visit(), record, policy) == {}


def test_signed_order_and_a_plan_sent_in_time_stand_in_for_the_first_signature():
    sent = Certification(sent_on=SERVED - timedelta(days=18), order_on_file=True)

    assert found(visit(), lacking(certification=sent)) == {}
    assert set(found(visit(), lacking(certification=replace(sent, initial=False)))) == {
        "plan.certification"
    }
    late = replace(sent, sent_on=SERVED + timedelta(days=30))
    assert set(found(visit(), lacking(certification=late))) == {"plan.certification"}


def test_adjustment_alone_needs_no_plan():
    day = visit(
        blocks=(),
        procedures=(Procedure(code="98940", id="p1", regions=(CERVICAL,)),),
        discipline="DC",
        active_treatment=True,
    )

    assert found(day, lacking(plan_of_care_on=None, treatment_days_since_report=30)) == {}


def test_order_that_names_the_technique_is_enough():
    order = Order(must_name_technique=True, techniques=("joint_mobilization",))

    assert found(visit(), lacking(order=order)) == {}


def test_authorization_within_everything_is_silent():
    grant = Authorization(
        required=True,
        number="A7",
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 6, 30),
        visits_granted=12,
        visits_used=3,
        units_granted=40,
        units_used=9,
        units_per_visit=4,
        codes=("97140",),
    )

    assert found(visit(), lacking(authorization=grant)) == {}


def test_time_with_another_patient_before_or_after_is_no_overlap():
    others = (OtherInterval(NINE - 900, NINE), OtherInterval(NINE + 900, NINE + 1800))

    assert found(visit(), lacking(other_intervals=others)) == {}


def test_group_time_may_run_beside_another_chart():
    day = visit(manual(code="97150", technique="group_therapy", regions=()))

    assert found(day, lacking(other_intervals=(OtherInterval(NINE, NINE + 900),))) == {}


def test_traction_within_the_limit_is_silent():
    day = visit(manual(technique="manual_traction"))

    assert found(day, lacking(traction_visits=12)) == {}
    assert found(visit(), lacking(traction_visits=99)) == {}


def test_block_with_a_name_of_its_own_is_named_by_it():
    finding = found(visit(manual(id="morning", response="")), CLEAN)["chart.response"]

    assert finding.text == "Block morning does not say how the patient responded."
    assert finding.blocks == ("morning",)


@pytest.mark.parametrize(
    ("words", "earlier", "share"),
    [("", "", 0.0), ("a b c d", "a b c d", 1.0), ("a b c d", "w x y z", 0.0)],
)
def test_likeness(words, earlier, share):
    assert likeness(words.split(), earlier.split()) == share


def test_same_words_in_another_order_are_not_alike():
    words = [str(n) for n in range(40)]

    assert likeness(words, words[::-1]) < 0.9


def test_short_text_is_alike_by_chance():
    assert (
        found(visit(), lacking(note_text="Same as before", recent_note_texts=("Same as before",)))
        == {}
    )


def test_rules_page_lists_every_rule_and_is_current():
    from pathlib import Path  # noqa: PLC0415 only this test reads a file

    written = Path(__file__).resolve().parents[3] / "docs" / "rules.md"
    text = page()

    assert text.startswith(HEAD)
    assert all(f"`{rule.id}`" in text for rule in ALL_RULES)
    assert written.read_text(encoding="utf-8") == text


def test_rules_page_is_written_by_its_command(capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "billing.engine.rules_page")

    runpy.run_module("billing.engine.rules_page", run_name="__main__")

    assert capsys.readouterr().out == page()


def bare(**documentation: str) -> list[str]:
    """The command's findings on two blocks of 97140, of which the first says nothing."""
    named = {f"chart.{rule}": level for rule, level in documentation.items()}
    first = {"code": "97140", "start": "09:00", "end": "10:01"}
    second = {"technique": "joint_mobilization", "regions": ["knee"], "response": "less pain",
              "start": "10:01", "end": "10:16"}  # fmt: skip
    answer = ask({"policy": "self-pay", "policy_overrides": {"documentation": named},
                  "blocks": [first, second]})  # fmt: skip
    assert shown(answer) == ["97140 x5"]
    return [f"{f['level']} {f['text']} {f['blocks']}" for f in answer["findings"]]


def test_what_a_block_itself_can_say_is_looked_for_where_the_policy_names_it() -> None:
    assert bare(technique="warn", region="block", response="info", minutes="warn") == [
        "block Block 1 does not say which region was treated. ['b1']",
        "warn Block 1 lasts 61 minutes without a break: check the times. ['b1']",
        "warn Block 1 does not say which technique was used. ['b1']",
        "info Block 1 does not say how the patient responded. ['b1']",
    ]


def test_without_the_chart_nothing_else_is_looked_for() -> None:
    assert bare() == []
    assert bare(response="off", rationale="block") == []
