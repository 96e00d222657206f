"""From editions in force to the engine's tables, now and as they stood."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.engine.tables import starter_tables
from billing.models import CodePairEdit, EditEdition, ProcedureCode, UnitLimit
from billing.services.editions import accept_edition, import_limits, import_pairs
from billing.services.reference import tables_on
from billing.services.starter import load_reference
from notes.models import DiagnosisCode
from tests.billing.reference.published import ACTIVE, MUE_NAME, mue_text, plain, ptp_parts

pytestmark = pytest.mark.django_db
PRA, OPH = "ncci-practitioner", "ncci-hospital"
AUGUST = date(2026, 8, 3)


def indicator(tables, one: str, other: str, on: date, source: str = PRA) -> int | None:
    pair = tables.pair(source, one, other, on)
    return pair.indicator if pair else None


def accept_forbidden_pair():
    row = ACTIVE.replace("\t1\t", "\t0\t")
    return accept_edition(import_pairs(ptp_parts(row), license_attested=True))


def test_shipped_editions_give_the_starter_tables(shipped):
    tables = tables_on()

    starter = starter_tables()
    assert (tables.pairs, tables.limits, tables.thresholds, tables.codes) == (
        starter.pairs,
        starter.limits,
        starter.thresholds,
        starter.codes,
    )


def test_empty_database_answers_with_the_starter_tables():
    assert tables_on() is starter_tables()


@pytest.mark.parametrize(
    ("one", "other", "on", "expected"),
    [
        ("97140", "97530", date(2024, 8, 1), None),
        ("97140", "97530", date(2019, 12, 31), 1),
        ("97530", "97535", date(2021, 12, 31), 1),
        ("97530", "97535", date(2022, 1, 1), None),
        ("97140", "97124", date(2024, 8, 1), 0),
        ("98940", "97140", date(2024, 8, 1), 1),
        ("98925", "97140", date(2024, 8, 1), 0),
        ("97012", "97140", date(2024, 8, 1), 1),
        ("97112", "97140", date(1999, 4, 1), None),
        ("97161", "97140", date(2020, 1, 1), None),
        ("97164", "97530", date(2019, 12, 31), 1),
        ("97164", "97530", date(2020, 10, 1), None),
        ("G0283", "97032", date(2024, 8, 1), 1),
    ],
)
def test_starter_answers_for_its_quarter_and_for_pinned_days(shipped, one, other, on, expected):
    assert indicator(tables_on(), one, other, on) == expected


def test_draft_changes_nothing(shipped):
    import_pairs(ptp_parts(ACTIVE.replace("\t1\t", "\t0\t")), license_attested=True)

    assert indicator(tables_on(), "98940", "97140", AUGUST) == 1


def test_accepted_edition_counts_from_its_quarter(shipped):
    accept_forbidden_pair()

    tables = tables_on()
    assert indicator(tables, "98940", "97140", AUGUST) == 0
    assert indicator(tables, "98940", "97140", date(2024, 8, 1)) == 1
    assert tables.edition_for(PRA, AUGUST) == "2026Q3"
    assert tables.edition_for(OPH, AUGUST) == "2024Q3"


def test_accepted_limits_count_from_their_quarter(shipped):
    text = mue_text("97140,2,3 Date of Service Edit: Clinical,x")
    accept_edition(import_limits(plain(MUE_NAME, text), license_attested=True))

    tables = tables_on()
    assert tables.limit("97140", AUGUST).value == 2
    assert tables.limit("97140", date(2024, 8, 1)).value == 6


def test_tables_of_an_earlier_moment_do_not_know_a_later_edition(shipped):
    moment = timezone.now()
    accept_forbidden_pair()

    assert indicator(tables_on(moment), "98940", "97140", AUGUST) == 1
    assert indicator(tables_on(), "98940", "97140", AUGUST) == 0


def test_first_starter_counts_for_moments_before_it_was_loaded(shipped):
    before = timezone.now() - timedelta(days=400)

    assert tables_on(before).pairs == starter_tables().pairs


def test_own_import_of_a_quarter_wins_over_a_starter_loaded_later(our_codes):
    files = ptp_parts(ACTIVE.replace("\t1\t", "\t0\t"), version="v302r0")
    accept_edition(import_pairs(files, license_attested=True))

    load_reference()

    assert indicator(tables_on(), "98940", "97140", date(2024, 8, 1)) == 0


def test_edition_in_force_is_guarded_by_the_database(shipped):
    edition = EditEdition.objects.get(kind="pairs", setting="practitioner")
    changes = (
        lambda: EditEdition.objects.filter(pk=edition.pk).update(label="2026Q3"),
        lambda: edition.pairs.update(indicator=0),
        lambda: edition.pairs.first().delete(),
        lambda: UnitLimit.objects.first().delete(),
    )

    for change in changes:
        with pytest.raises(IntegrityError, match="An edition in force"), transaction.atomic():
            change()

    assert edition.pairs.filter(indicator=1).exists()


def test_tables_are_built_once_and_noticed_by_one_query(shipped, django_assert_num_queries):
    first = tables_on()

    with django_assert_num_queries(1):
        second = tables_on()

    assert second is first


def test_edition_accepted_by_another_process_is_noticed(shipped):
    tables_on()
    edition = import_pairs(ptp_parts(ACTIVE.replace("\t1\t", "\t0\t")), license_attested=True)

    EditEdition.objects.filter(pk=edition.pk).update(
        status="active", accepted_at=datetime.fromisoformat("2026-08-01T00:00:00+00:00")
    )

    assert indicator(tables_on(), "98940", "97140", AUGUST) == 0


def counts() -> list[int]:
    models = (EditEdition, CodePairEdit, UnitLimit, ProcedureCode, DiagnosisCode)
    return [model.objects.count() for model in models]


def test_loading_again_changes_nothing(shipped):
    before = counts()

    assert load_reference() == []

    assert counts() == before
    assert all(before)


def test_hospital_table_keeps_its_own_indicators(shipped):
    august = date(2024, 8, 1)

    tables = tables_on()

    assert indicator(tables, "97161", "97750", august, OPH) == 1
    assert indicator(tables, "97161", "97750", august, PRA) == 0
