"""The import commands as a person runs them: draft, report, then accept."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from billing.models import EditEdition
from clinic.published_files import PublishedFile
from tests.billing.reference.published import (
    ACTIVE,
    ENDED,
    MUE_NAME,
    RVU_NAME,
    mue_text,
    plain,
    ptp_parts,
    rvu_row,
    rvu_text,
)

pytestmark = pytest.mark.django_db


def on_disk(folder: Path, files: list[PublishedFile]) -> list[str]:
    for file in files:
        (folder / file.name).write_bytes(file.stream.getvalue())
    return [str(folder / file.name) for file in files]


def refused(*arguments: str, **options) -> str:
    with pytest.raises(CommandError) as refusal:
        call_command(*arguments, **options)
    return str(refusal.value)


def test_load_reference_says_what_it_loaded_and_then_nothing(db, capsys):
    call_command("load_reference")
    first = capsys.readouterr().out
    call_command("load_reference")

    assert first.splitlines() == [
        "Code pairs 2024Q3 practitioner: 1516 rows",
        "Code pairs 2024Q3 outpatient hospital: 567 rows",
        "Unit limits 2024Q3 practitioner: 98 rows",
        "Fees RVU24C practitioner: 100 rows",
        "Fees RVU26C practitioner: 88 rows",
    ]
    assert capsys.readouterr().out == ("The shipped tables were loaded before; nothing changed.\n")


def test_pairs_become_a_draft_and_are_accepted_by_a_second_call(our_codes, tmp_path, capsys):
    paths = on_disk(tmp_path, ptp_parts(ACTIVE, ENDED))

    call_command("import_ptp", *paths, attest_license=True)

    assert capsys.readouterr().out.splitlines() == [
        "2026Q3 practitioner (v322r0), from 2026-07-01: 2 of 5 rows have our codes.",
        "Against no earlier edition:",
        "  added: 1",
        "    98940/97140 (indicator 1)",
        "  deleted: 0",
        "  changed: 0",
        "It is a draft. To put it in force: manage.py import_ptp --accept 2026Q3 "
        "--setting practitioner",
    ]
    assert EditEdition.objects.get().status == "draft"

    call_command("import_ptp", accept="2026Q3")

    assert capsys.readouterr().out == "2026Q3 practitioner is in force.\n"
    assert EditEdition.objects.get().status == "active"


def test_limits_and_fees_have_commands_of_their_own(our_codes, tmp_path):
    limits = plain(MUE_NAME, mue_text("97140,6,3 Date of Service Edit: Clinical,x"))
    fees = plain(RVU_NAME, rvu_text(rvu_row("97140", "0.43", "0.39", "0.01")))

    call_command("import_mue", *on_disk(tmp_path, [limits]), attest_license=True)
    call_command("import_rvu", *on_disk(tmp_path, [fees]), attest_license=True)

    assert list(EditEdition.objects.values_list("kind", "label", "rows_kept")) == [
        ("fees", "RVU26C", 1),
        ("limits", "2026Q3", 1),
    ]


def test_draft_is_discarded(our_codes, tmp_path, capsys):
    call_command("import_ptp", *on_disk(tmp_path, ptp_parts(ACTIVE)), attest_license=True)

    call_command("import_ptp", discard="2026Q3")

    assert not EditEdition.objects.exists()
    assert capsys.readouterr().out.endswith("The draft 2026Q3 is gone.\n")


def test_refusals_are_one_sentence_and_write_nothing(our_codes, tmp_path):
    paths = on_disk(tmp_path, ptp_parts(ACTIVE))

    assert refused("import_ptp", *paths).startswith("Confirm first that the clinic holds")
    assert refused("import_ptp") == "Give the files to import, or --accept EDITION."
    assert refused("import_ptp", accept="2026Q3") == "There is no draft 2026Q3 for this setting."
    assert refused("import_ptp", *paths, accept="2026Q3", attest_license=True) == (
        "Import first, read the report, then accept in a second call."
    )
    assert refused("import_ptp", str(tmp_path / "none.zip"), attest_license=True) == (
        "none.zip cannot be opened: No such file or directory."
    )
    assert refused("import_mue", *paths, attest_license=True) == "Give one file."
    assert not EditEdition.objects.exists()
