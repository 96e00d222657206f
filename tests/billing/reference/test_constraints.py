"""What the database itself refuses of a published table."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.models import CodePairEdit, EditEdition, EditionPart, FeeReference, UnitLimit

pytestmark = pytest.mark.django_db


def make_edition(**fields) -> EditEdition:
    values = {
        "kind": "pairs",
        "setting": "practitioner",
        "label": "2026Q3",
        "version": "v322r0",
        "effective_from": date(2026, 7, 1),
        "source_name": "ccipra-v322r0-f1.zip",
        "rows_total": 10,
        "rows_kept": 2,
        "imported_at": timezone.now(),
        "license_attested_at": timezone.now(),
    }
    return EditEdition.objects.create(**{**values, **fields})


def make_pair(edition: EditEdition, **fields) -> CodePairEdit:
    values = {"column1": "98940", "column2": "97140", "indicator": 1}
    return CodePairEdit.objects.create(edition=edition, **{**values, **fields})


def make_fee(edition: EditEdition) -> FeeReference:
    return FeeReference.objects.create(
        edition=edition,
        code="97140",
        status="A",
        work="0.43",
        pe_nonfacility="0.39",
        malpractice="0.01",
        multiple_procedure="5",
        conversion_factor="33.4009",
        price_cents=2772,
    )


def refused(act: Callable[[], object], model: type) -> None:
    before = model.objects.count()

    with pytest.raises(IntegrityError), transaction.atomic():
        act()

    assert model.objects.count() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"version": "v322r0"},
        {"version": "b", "status": "active"},
        {"version": "b", "accepted_at": timezone.now()},
        {"version": "b", "license_attested_at": None},
        {"version": "b", "starter": True},
        {"version": "b", "rows_kept": 11},
    ],
    ids=["twice", "active unaccepted", "accepted draft", "no license", "starter", "keeps more"],
)
def test_edition_that_contradicts_itself_is_refused(fields):
    make_edition()

    refused(lambda: make_edition(**fields), EditEdition)


def test_same_bytes_belong_to_one_edition():
    for edition in (make_edition(), make_edition(version="v322r1")):
        EditionPart.objects.create(edition=edition, name="f1", sha256=f"{edition.pk:064x}")

    refused(
        lambda: EditionPart.objects.create(edition=edition, name="f2", sha256=f"{edition.pk:064x}"),
        EditionPart,
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"effective": date(2020, 1, 1)},
        {"indicator": 2},
        {"column2": "98940"},
        {"effective": date(2021, 1, 1), "deletion": date(2020, 12, 31)},
    ],
    ids=["same start twice", "indicator", "one code", "ends before it starts"],
)
def test_pair_that_contradicts_itself_is_refused(fields):
    edition = make_edition()
    make_pair(edition, effective=date(2020, 1, 1))

    refused(lambda: make_pair(edition, **fields), CodePairEdit)


def test_void_row_may_share_its_start_with_the_row_that_counts():
    edition = make_edition()
    make_pair(edition, effective=date(2020, 1, 1))

    make_pair(edition, effective=date(2020, 1, 1), deletion=date(2020, 1, 1), indicator=9)

    assert edition.pairs.count() == 2


def test_limit_is_listed_once_and_has_a_known_indicator():
    edition = make_edition(kind="limits")
    UnitLimit.objects.create(edition=edition, code="97140", value=6, mai=3)

    for code, mai in (("97140", 2), ("97110", 4)):
        refused(
            lambda code=code, mai=mai: UnitLimit.objects.create(
                edition=edition, code=code, value=6, mai=mai
            ),
            UnitLimit,
        )


def test_fee_is_listed_once():
    edition = make_edition(kind="fees")
    make_fee(edition)

    refused(lambda: make_fee(edition), FeeReference)
