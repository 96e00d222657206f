from dataclasses import replace
from datetime import date

import pytest

from billing.engine.presets import preset
from billing.engine.types import Edits
from billing.services.policies_currency import stale
from billing.services.starter import load_reference

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)


def test_old_edition_is_said_with_its_quarter_and_what_to_do():
    load_reference()

    assert stale(ON, [preset("medicare", on=ON)]) == [
        "The code pairs are of 2024Q3; the quarter of 11/24/2026 is 2026Q4. Import the current "
        "file under Tables.",
        "The daily limits are of 2024Q3; the quarter of 11/24/2026 is 2026Q4.",
    ]


def test_payer_is_warned_only_of_what_it_uses():
    load_reference()

    assert stale(ON, [preset("workers-comp", on=ON)]) == []
    assert stale(ON, [preset("commercial-legacy-edits", on=ON)]) == []


def test_payer_of_medicaids_own_table_is_told_that_none_is_loaded():
    load_reference()
    policy = replace(preset("medicaid", on=ON), edits=Edits("ncci-medicaid"))

    assert stale(ON, [policy])[:1] == [
        "No code pairs of Medicaid are loaded: import the current file under Tables."
    ]


def test_yearly_figures_of_the_next_year_are_missed_from_january_on():
    load_reference()

    found = stale(date(2027, 1, 1))

    assert found[2:] == [
        "The KX threshold of 2027 is not loaded (the last is of 2026): KX cannot be judged for "
        "that year. Update Handline.",
        "The conversion factor is of 2026 (RVU26C); expected payments for 2027 need that year's "
        "relative value file.",
        "The diagnosis codes are from 10/01/2025; the release for 01/01/2027 is that of FY2027.",
    ]


def test_edition_of_the_visits_own_quarter_is_current():
    load_reference()

    assert stale(date(2024, 8, 1), [preset("medicare", on=date(2024, 8, 1))]) == []
