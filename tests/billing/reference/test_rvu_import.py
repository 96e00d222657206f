"""Relative values: columns by their joined names, two layouts, two variants."""

from datetime import date
from decimal import Decimal

import pytest

from billing.models import EditEdition, FeeReference
from billing.services.editions import accept_edition, import_fees
from billing.services.reference import reference_fees
from clinic.errors import HandlineError
from clinic.published_files import PublishedFile
from tests.billing.reference.published import (
    MUE_NAME,
    RVU_NAME,
    mue_text,
    plain,
    rvu_row,
    rvu_text,
    zipped,
)

pytestmark = pytest.mark.django_db
MANUAL = rvu_row("97140", "0.43", "0.39", "0.01")


def refused(file: PublishedFile) -> str:
    with pytest.raises(HandlineError) as refusal:
        import_fees(file, license_attested=True)

    assert (EditEdition.objects.count(), FeeReference.objects.count()) == (0, 0)
    return str(refusal.value)


@pytest.mark.parametrize("with_pric", [True, False])
def test_values_are_found_by_column_name_in_both_layouts(our_codes, with_pric):
    text = rvu_text(MANUAL, rvu_row("0001F", "0.00", "0.00", "0.00"), with_pric=with_pric)

    edition = import_fees(plain(RVU_NAME, text), license_attested=True)

    fee = edition.fees.get()
    assert (fee.code, fee.status, fee.multiple_procedure, fee.price_cents) == (
        "97140",
        "A",
        "5",
        2772,
    )
    assert (fee.work, fee.pe_nonfacility, fee.malpractice, fee.conversion_factor) == (
        Decimal("0.43"),
        Decimal("0.39"),
        Decimal("0.01"),
        Decimal("33.4009"),
    )
    assert (edition.label, edition.version, edition.effective_from) == (
        "RVU26C",
        "nonQPP",
        date(2026, 7, 1),
    )


def test_titles_in_the_first_column_are_read(our_codes):
    text = "\n".join(
        line.lstrip(",") if index < 5 else line
        for index, line in enumerate(rvu_text(MANUAL).split("\n"))
    )

    assert import_fees(plain(RVU_NAME, text), license_attested=True).label == "RVU26C"


def test_parts_of_a_code_are_left_out(our_codes):
    text = rvu_text(MANUAL, rvu_row("97140", "0.10", "0.10", "0.00", modifier="TC"))

    edition = import_fees(plain(RVU_NAME, text), license_attested=True)

    assert (edition.rows_total, edition.rows_kept) == (2, 1)


def test_most_clinicians_variant_is_taken_from_the_zip(our_codes):
    other = rvu_text(rvu_row("97140", "9.00", "9.00", "9.00"))
    archive = zipped(
        "RVU26C.zip",
        {
            "GPCI2026.csv": b"x",
            "PPRRVU2026_Jul_QPP.csv": other.encode(),
            RVU_NAME: rvu_text(MANUAL).encode(),
        },
    )

    assert import_fees(archive, license_attested=True).fees.get().price_cents == 2772


def test_qualifying_variant_is_taken_when_given(our_codes):
    file = plain("PPRRVU2026_Jul_QPP.csv", rvu_text(MANUAL))

    assert import_fees(file, license_attested=True).version == "QPP"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (rvu_row("97140", "x", "0.39", "0.01"), "WORK RVU is x, not a number"),
        (rvu_row("97140", "0.43", "", "0.01"), "NON-FAC PE RVU is empty, not a number"),
        (rvu_row("97140", "0.43", "NaN", "0.01"), "NON-FAC PE RVU is NaN, not a number"),
        (rvu_row("9714", "0.43", "0.39", "0.01"), "9714 is not a procedure code"),
        ("97140,,Invented words,A", "the row has only 4 columns"),
        (
            rvu_row("97140", "-9.00", "0.39", "0.01"),
            "the relative values add up to less than nothing",
        ),
    ],
)
def test_malformed_row_is_refused_with_its_line(our_codes, row, fault):
    assert refused(plain(RVU_NAME, rvu_text(row))) == (
        f"{RVU_NAME}, line 11: {fault}. Nothing was imported."
    )


def test_code_listed_twice_is_refused(our_codes):
    assert refused(plain(RVU_NAME, rvu_text(MANUAL, MANUAL))) == (
        "97140 is listed twice. Nothing was imported."
    )


def test_unknown_layout_names_the_missing_column(our_codes):
    text = rvu_text(MANUAL).replace("MULT,BILAT", "MANY,BILAT")

    assert refused(plain(RVU_NAME, text)) == (
        f"{RVU_NAME} has no column MULT PROC: its layout is not known."
    )


def test_title_must_say_the_release(our_codes):
    text = rvu_text(MANUAL, title="2026 National Physician Fee Schedule of some day")

    assert refused(plain(RVU_NAME, text)) == (
        f"{RVU_NAME} does not say in its title which release it is."
    )


def test_unit_limits_are_told_apart(our_codes):
    assert refused(plain(MUE_NAME, mue_text("97140,6,3 x,y"))) == (
        f"{MUE_NAME} is a unit-limit (MUE) file, not a relative value (RVU) file: use import_mue."
    )


def test_reference_fees_are_of_the_newest_release_not_later(shipped):
    accept_edition(import_fees(plain(RVU_NAME, rvu_text(MANUAL)), license_attested=True))

    def releases(on: date) -> dict[str, str]:
        fees = reference_fees(["97140", "95851"], on)
        return {code: fee.edition.label for code, fee in fees.items()}

    fee = reference_fees(["97140"], date(2026, 8, 1))["97140"]
    assert (fee.price_cents, fee.edition.starter) == (2772, False)
    assert releases(date(2026, 8, 1)) == {"97140": "RVU26C", "95851": "RVU24C"}
    assert releases(date(2026, 6, 30)) == {"97140": "RVU24C", "95851": "RVU24C"}
    assert releases(date(2024, 6, 30)) == {}
