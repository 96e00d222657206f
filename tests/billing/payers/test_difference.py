from datetime import date

import pytest

from billing.engine.policy import FIELDS, policy_to_wire
from billing.engine.presets import preset_versions
from billing.services.policies_difference import (
    Rules,
    differences,
    preset_on,
    rules_of,
    rules_of_preset,
)
from billing.services.policies_words import CONFIDENCE, SETTINGS, in_words, parts_in_words
from tests.billing.making import make_payer_with

ON = date(2026, 3, 2)


def said(before, after):
    return [(d.setting, d.before, d.after) for d in differences(before, after)]


def test_every_policy_field_has_words_and_no_other():
    assert sorted(setting.name for setting in SETTINGS) == sorted(FIELDS)
    assert all(setting.label and setting.meaning.endswith(".") for setting in SETTINGS)


@pytest.mark.parametrize("key", preset_versions())
def test_every_shipped_value_is_said_in_words(key):
    for version in preset_versions()[key]:
        wire = policy_to_wire(version.policy)
        for name, value in wire.items():
            assert in_words(name, value)
            assert isinstance(parts_in_words(name, value), dict)
            assert version.facts[name].confidence in CONFIDENCE


def test_presets_differ_setting_by_setting():
    aetna, commercial = rules_of_preset("aetna", ON), rules_of_preset("commercial", ON)

    assert said(commercial, aetna) == [
        ("Limit per visit", "No limit", "4 units"),
        ("97140 beside an adjustment", "Billed, with proof of a separate region",
         "Billed in a separate region, records attached"),
        ("Codes by license: MT", "97010, 97124, 97140", "any code"),
    ]  # fmt: skip


def test_edits_of_an_older_day_are_said():
    legacy = rules_of_preset("commercial-legacy-edits", ON)

    assert said(rules_of_preset("commercial", ON), legacy) == [
        ("Table of code pairs", "Medicare, practitioners",
         "Medicare, practitioners, as it stood on Dec 31, 2019"),
    ]  # fmt: skip


def test_lists_differ_entry_by_entry():
    before = rules_of_preset("commercial", ON)
    fields = before.fields | {
        "overlays": [{"column1": "97530", "column2": "97140", "indicator": 1, "ground": "time"}],
        "never_paid_together": [["97140", "97124"]],
        "documentation": before.fields["documentation"] | {"minutes.overlap": "block"},
    }

    assert said(before, Rules("draft", fields, {})) == [
        ("Pairs of this payer's own: 97530 and 97140", "as the table has it",
         "97140 with a modifier where the times differ"),
        ("Never paid together: 97140 and 97124", "no such rule", "denied"),
        ("What stops signing, what warns: A minute is counted once: for the entry that began "
         "first, and as the therapist's where an assistant gave the same code at the same time",
         "the check's own level", "must be mended"),
    ]  # fmt: skip


def test_same_rules_do_not_differ(in_practice):
    row = make_payer_with("medicare").policies.get()

    assert said(rules_of(row), rules_of_preset("medicare", row.starts_on)) == []


def test_difference_carries_the_source_of_the_new_value(in_practice):
    [cap, *_] = differences(rules_of_preset("commercial", ON), rules_of_preset("aetna", ON))

    assert cap.source["source"].startswith("AAPC forum 2017 and 2020")


def test_preset_of_a_day_is_the_version_that_began():
    assert preset_on("medicare", date(2021, 5, 5)).starts_on == date(2020, 1, 1)
    assert preset_on("medicare", date(1999, 1, 1)).starts_on == date(2000, 4, 1)
