"""Medicaid's code pairs: an edit source of their own beside Medicare's."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from django.core.management import call_command

from billing.engine.derive import derive
from billing.engine.presets import preset
from billing.engine.types import Block, Day, Edits
from billing.models import CodePairEdit, EditEdition
from billing.services.editions import accept_edition, import_pairs
from billing.services.reference import tables_on
from clinic.errors import HandlineError
from clinic.published_files import PublishedFile
from tests.billing.reference.published import ptp_parts, zipped

pytestmark = pytest.mark.django_db
EQUIPMENT = "medicaid-ncci-2026-q3-ptp-edits-durable-medical-equipment.zip"
NAME = "medicaid-ncci-2026-q3-ptp-edits-practitioner-services.zip"
HEADING = "\n".join(
    [
        "CPT only copyright 2025 American Medical Association.  All rights reserved.\t\t\t\t\t",
        "Column1/Column2 Edits\t\t\t\t\t",
        "Column 1\tColumn 2\tEffective\tDeletion\tModifier\tPTP Edit Rationale",
        "\t\tDate\tDate\t0=not allowed\t",
    ]
)
LIVE = "97140\t97530\t20101001\t*\t1\tInvented rationale"
ENDED = "97530\t97535\t20101001\t20211231\t1\tInvented rationale"
OTHERS = "0001A\t0002A\t20210101\t*\t1\tInvented rationale"
AUGUST = date(2026, 8, 3)


def medicaid(*rows: str, name: str = NAME, member: str = "edits.txt") -> PublishedFile:
    return zipped(name, {member: ("\n".join([HEADING, *rows]) + "\n").encode()})


def imported(*rows: str, **file: str) -> EditEdition:
    return import_pairs([medicaid(*rows, **file)], license_attested=True)


def test_medicaid_file_makes_an_edition_of_its_program(our_codes):
    edition = imported(OTHERS, LIVE, ENDED)

    assert (edition.program, edition.setting, edition.label, edition.effective_from) == (
        "medicaid", "practitioner", "2026Q3", date(2026, 7, 1),
    )  # fmt: skip
    assert str(edition) == "2026Q3 Medicaid practitioner"
    assert (edition.rows_total, edition.rows_kept) == (3, 2)
    fields = ("column1", "column2", "effective", "deletion", "indicator")
    assert list(CodePairEdit.objects.values_list(*fields)) == [
        ("97140", "97530", date(2010, 10, 1), None, 1),
        ("97530", "97535", date(2010, 10, 1), date(2021, 12, 31), 1),
    ]


@pytest.mark.parametrize(
    ("name", "label", "setting"),
    [
        ("medicaid-ncci-q2-2026-ptp-edits-practitioner-services.zip", "2026Q2", "practitioner"),
        ("medicaid-ncci-2026-q4-ptp-edits-outpatient-hospital-services.zip", "2026Q4", "hospital"),
    ],
)
def test_quarter_and_services_are_told_by_the_name(our_codes, name, label, setting):
    edition = imported(LIVE, name=name)

    assert (edition.label, edition.setting) == (label, setting)


def test_each_program_keeps_its_own_pairs(our_codes):
    accept_edition(imported(LIVE))
    accept_edition(import_pairs(ptp_parts("98940\t97140\t\t19960101\t*\t1\tx"),
                                license_attested=True))  # fmt: skip

    tables = tables_on()

    found = [
        (source, one, bool(tables.pair(source, one, other, AUGUST)))
        for source in ("ncci-practitioner", "ncci-medicaid", "ncci-medicaid-hospital")
        for one, other in (("97140", "97530"), ("98940", "97140"))
    ]
    assert found == [
        ("ncci-practitioner", "97140", False), ("ncci-practitioner", "98940", True),
        ("ncci-medicaid", "97140", True), ("ncci-medicaid", "98940", False),
        ("ncci-medicaid-hospital", "97140", False), ("ncci-medicaid-hospital", "98940", False),
    ]  # fmt: skip


def billed(source: str) -> dict[str, tuple[str, ...]]:
    """A visit of 97140 and 97530, one after the other, under a payer with these edits."""
    policy = replace(preset("medicaid", on=AUGUST), edits=Edits(source))
    blocks = (Block("b1", code="97140", start=32400, end=33300),
              Block("b2", code="97530", start=33300, end=34200))  # fmt: skip
    result = derive(Day(id="v", date=AUGUST, discipline="PT", blocks=blocks), policy, tables_on())
    missing = [f.text for f in result.findings if f.rule == "tables.missing"]
    return {line.code: line.modifiers for line in result.lines} | {"missing": tuple(missing)}


def test_visit_is_billed_by_the_programs_own_pairs(our_codes):
    accept_edition(imported(LIVE))

    assert billed("ncci-medicaid") == {"97140": (), "97530": ("59",), "missing": ()}


def test_rules_that_name_a_table_which_is_not_loaded_are_told_so(our_codes):
    assert billed("ncci-medicaid")["missing"] == (
        "No edits of ncci-medicaid are loaded, so no two codes were compared: import its current "
        "file.",
    )


def test_corrected_file_of_a_quarter_takes_its_place(our_codes):
    accept_edition(imported(LIVE))
    accept_edition(imported(LIVE.replace("*", "20260731")))

    assert tables_on().pair("ncci-medicaid", "97140", "97530", AUGUST) is None


def test_workbook_of_six_columns_is_read(our_codes):
    book, store = openpyxl.Workbook(), io.BytesIO()
    for line in [*HEADING.split("\n"), LIVE]:
        book.active.append([cell or None for cell in line.split("\t")])
    book.save(store)

    edition = import_pairs([zipped(NAME, {"edits.xlsx": store.getvalue()})], license_attested=True)

    assert edition.rows_kept == 1


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (lambda: [medicaid(LIVE), *ptp_parts(LIVE)[:1]],
         "Give Medicaid's file alone: it comes in one, apart from Medicare's."),
        (lambda: [medicaid(LIVE, name="medicaid-edits.zip")],
         "medicaid-edits.zip does not say which quarter and which services it is for: keep CMS's "
         "name, such as medicaid-ncci-2026-q3-ptp-edits-practitioner-services.zip."),
        (lambda: [medicaid(LIVE, name=EQUIPMENT)],
         f"{EQUIPMENT} does not say which quarter and which services it is for: keep CMS's name, "
         "such as "
         "medicaid-ncci-2026-q3-ptp-edits-practitioner-services.zip."),
        (lambda: [medicaid("98940\t97140\t*\t19960101\t*\t1\tx")],
         "edits.txt, line 5: the row has 7 columns instead of 6. Nothing was imported."),
        (lambda: [medicaid(LIVE, "97140\t97124\t20101001\t*\t7\tx")],
         "edits.txt, line 6: the modifier indicator is 7; it must be 0, 1 or 9. "
         "Nothing was imported."),
        (lambda: [medicaid("97140\t97530\t2010-10\t*\t1\tx")],
         "edits.txt, line 5: the effective date is 2010-10, not a day as YYYYMMDD. "
         "Nothing was imported."),
    ],
)  # fmt: skip
def test_what_is_not_medicaids_file_is_refused(our_codes, files, sentence):
    with pytest.raises(HandlineError) as refusal:
        import_pairs(files(), license_attested=True)

    assert str(refusal.value) == sentence
    assert not EditEdition.objects.exists()
    assert not CodePairEdit.objects.exists()


def test_command_accepts_the_programs_draft(our_codes, tmp_path, capsys):
    path = tmp_path / NAME
    path.write_bytes(medicaid(LIVE).stream.getvalue())

    call_command("import_ptp", path, "--attest-license")
    call_command("import_ptp", "--accept", "2026Q3", "--program", "medicaid")

    assert EditEdition.objects.get().status == "active"
    assert capsys.readouterr().out.endswith(
        "manage.py import_ptp --accept 2026Q3 --setting practitioner --program medicaid\n"
        "2026Q3 Medicaid practitioner is in force.\n"
    )
