"""Unit limits: a CSV with a notice of several lines and a broken heading."""

from datetime import date

import pytest

from billing.models import EditEdition, UnitLimit
from billing.services.editions import accept_edition, import_limits
from clinic.errors import HandlineError
from clinic.published_files import PublishedFile
from tests.billing.reference.published import (
    ACTIVE,
    MUE_NAME,
    RVU_NAME,
    mue_text,
    plain,
    ptp_text,
    rvu_row,
    rvu_text,
    zipped,
)

pytestmark = pytest.mark.django_db
SIX = "97140,6,3 Date of Service Edit: Clinical,Clinical: Data"
ONE = "97161,1,2 Date of Service Edit: Policy,Code Descriptor / CPT Instruction"
OTHER = "0001U,1,2 Date of Service Edit: Policy,Nature of Analyte"


def limits(*rows: str, name: str = MUE_NAME) -> PublishedFile:
    return plain(name, mue_text(*rows))


def refused(file: PublishedFile) -> str:
    with pytest.raises(HandlineError) as refusal:
        import_limits(file, license_attested=True)

    assert (EditEdition.objects.count(), UnitLimit.objects.count()) == (0, 0)
    return str(refusal.value)


def test_limits_of_our_codes_are_kept(our_codes):
    edition = import_limits(limits(OTHER, SIX, ONE), license_attested=True)

    assert list(edition.limits.values_list("code", "value", "mai")) == [
        ("97140", 6, 3),
        ("97161", 1, 2),
    ]
    assert (edition.label, edition.version, edition.effective_from, edition.setting) == (
        "2026Q3",
        "Eff_07-01-2026",
        date(2026, 7, 1),
        "practitioner",
    )
    assert (edition.rows_total, edition.rows_kept) == (3, 2)


def test_zipped_hospital_limits_are_read(our_codes):
    text = mue_text(SIX, of="Outpatient Hospital Services").replace("\n", "\r\n")
    name = "MCR_MUE_OutpatientHospitalServices_Eff_10-01-2026.csv"

    edition = import_limits(zipped("mue.zip", {name: text.encode()}), license_attested=True)

    assert (edition.setting, edition.label, edition.rows_kept) == ("hospital", "2026Q4", 1)


def test_report_names_what_changed(our_codes):
    accept_edition(import_limits(limits(SIX, ONE), license_attested=True))

    later = import_limits(
        limits(SIX.replace(",6,", ",4,"), name=MUE_NAME.replace("07-01", "10-01")),
        license_attested=True,
    )

    assert later.difference == {
        "against": "2026Q3 practitioner (Eff_07-01-2026)",
        "added": {},
        "deleted": {"97161": "1 a day, MAI 2"},
        "changed": {"97140": ["6 a day, MAI 3", "4 a day, MAI 3"]},
    }


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("97140,six,3 x,y", "the value is six, not a number of units"),
        ("97140,6,4 x,y", "the adjudication indicator does not start with 1, 2 or 3"),
        ("9714,6,3 x,y", "9714 is not a procedure code"),
        ("97140,6", "the row has 2 columns instead of 4"),
        (SIX, "97140 was listed before"),
        ('97140,"6,3 x,y', "this is not a comma-separated row"),
    ],
)
def test_malformed_row_is_refused_with_its_line(our_codes, row, fault):
    assert refused(limits(SIX, row)) == f"{MUE_NAME}, line 8: {fault}. Nothing was imported."


def test_name_must_say_from_when_it_counts(our_codes):
    assert refused(limits(SIX, name="limits.csv")) == (
        "limits.csv does not say from when it counts: keep CMS's name, which ends in Eff_ and "
        "the date."
    )


def test_day_that_does_not_exist_is_refused(our_codes):
    name = MUE_NAME.replace("07-01", "13-01")

    assert refused(limits(SIX, name=name)) == f"{name} names a day that does not exist."


@pytest.mark.parametrize(
    ("file", "what"),
    [
        (
            plain("a.txt", ptp_text(ACTIVE)),
            "a.txt is a code-pair (PTP) file, not a unit-limit (MUE) file: use import_ptp.",
        ),
        (
            plain(RVU_NAME, rvu_text(rvu_row("97140", "0.43", "0.39", "0.01"))),
            f"{RVU_NAME} is a relative value (RVU) file, not a unit-limit (MUE) file: "
            "use import_rvu.",
        ),
        (
            plain("c.csv", mue_text(SIX, of="Some Other Services")),
            "c.csv is not a unit-limit (MUE) file: its heading does not have the expected columns.",
        ),
        (
            plain("b.csv", "code,units\n97140,6\n"),
            "b.csv is not a unit-limit (MUE) file: its heading does not have the expected columns.",
        ),
    ],
)
def test_other_tables_are_told_apart(our_codes, file, what):
    assert refused(file) == what


def test_truncated_zip_is_refused(our_codes):
    whole = zipped("mue.zip", {MUE_NAME: mue_text(SIX).encode("latin-1")})

    assert refused(plain("mue.zip", whole.stream.getvalue()[:-30])) == (
        "mue.zip is damaged or cut short: download it again."
    )


def test_zip_with_two_tables_is_refused(our_codes):
    text = mue_text(SIX).encode("latin-1")

    assert refused(zipped("mue.zip", {"a.csv": text, "b.csv": text})) == (
        "mue.zip holds 2 such files: unpack it and give one."
    )
