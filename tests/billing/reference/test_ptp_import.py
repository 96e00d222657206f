"""Code pairs: CMS's text form, read as published and refused with the line that is wrong."""

from datetime import date

import pytest

from billing.enums import EditionStatus
from billing.importers.difference import in_words
from billing.models import CodePairEdit, EditEdition
from billing.services.editions import accept_edition, discard_edition, import_pairs
from clinic.errors import HandlineError, NotAllowed
from clinic.models import AuditEvent
from clinic.published_files import PublishedFile
from clinic.scope import every_practice
from tests.billing.reference.published import (
    ACTIVE,
    BACK,
    BACK_AGAIN,
    ENDED,
    MUE_NAME,
    NEVER,
    OTHER_CODES,
    PTP_HEADING,
    VOID,
    mue_text,
    plain,
    ptp_parts,
    ptp_text,
    zipped,
)

pytestmark = pytest.mark.django_db
ROWS = (ACTIVE, ENDED, VOID, BACK, BACK_AGAIN, NEVER)


def pairs_of(edition: EditEdition) -> list[tuple]:
    fields = ("column1", "column2", "effective", "deletion", "indicator")
    return list(CodePairEdit.objects.filter(edition=edition).values_list(*fields))


def drafts() -> int:
    return EditEdition.objects.filter(starter=False).count()


def refused(files: list[PublishedFile]) -> str:
    """The sentence; shows as well that nothing was written."""
    before = (EditEdition.objects.count(), CodePairEdit.objects.count())

    with pytest.raises(HandlineError) as refusal:
        import_pairs(files, license_attested=True)

    assert (EditEdition.objects.count(), CodePairEdit.objects.count()) == before
    return str(refusal.value)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_pairs_are_read_with_dates_and_indicators(our_codes, end):
    edition = import_pairs(ptp_parts(*ROWS, end=end), license_attested=True)

    assert pairs_of(edition) == [
        ("97112", "97140", date(1999, 4, 1), date(1999, 4, 1), 9),
        ("97140", "97124", date(2000, 1, 1), None, 0),
        ("97140", "97530", date(1999, 4, 1), date(2019, 12, 31), 1),
        ("97530", "97535", date(1999, 4, 1), date(2019, 12, 31), 1),
        ("97530", "97535", date(2020, 10, 1), date(2021, 12, 31), 1),
        ("98940", "97140", date(1996, 1, 1), None, 1),
    ]


def test_edition_says_what_it_is_and_how_much_was_kept(our_codes):
    edition = import_pairs(ptp_parts(*ROWS, OTHER_CODES), license_attested=True)

    assert (edition.setting, edition.label, edition.version, edition.effective_from) == (
        "practitioner",
        "2026Q3",
        "v322r0",
        date(2026, 7, 1),
    )
    assert (edition.rows_total, edition.rows_kept, edition.status) == (10, 6, EditionStatus.DRAFT)
    assert [part.name[-6:] for part in edition.parts.all()] == [
        "f1.zip", "f2.zip", "f3.zip", "f4.zip"
    ]  # fmt: skip
    assert edition.license_attested_at is not None


def test_hospital_parts_make_a_hospital_edition(our_codes):
    edition = import_pairs(ptp_parts(ACTIVE, setting="oph"), license_attested=True)

    assert edition.setting == "hospital"


def test_text_parts_are_read_without_zips(our_codes):
    files = [plain(f"ccipra-v322r0-f{n}.TXT", ptp_text(OTHER_CODES) + b"\n" * n) for n in (1, 2, 3)]

    edition = import_pairs(
        [*files, plain("ccipra-v322r0-f4.TXT", ptp_text(ACTIVE))], license_attested=True
    )

    assert len(pairs_of(edition)) == 1


def test_further_codes_are_kept_when_asked_for(our_codes):
    edition = import_pairs(ptp_parts(ACTIVE), license_attested=True, also=["0001A", "0002A"])

    assert ("0001A", "0002A") in [row[:2] for row in pairs_of(edition)]


def test_row_repeated_word_for_word_counts_once(our_codes):
    edition = import_pairs(ptp_parts(ACTIVE, ACTIVE), license_attested=True)

    assert edition.rows_kept == 1


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("98940\t97140\t*\t19960101\t*\t7\tx", "the modifier indicator is 7; it must be 0, 1 or 9"),
        ("98940\t97140\t*\t19960101\t*\t1", "the row has 6 columns instead of 7"),
        ("9894\t97140\t*\t19960101\t*\t1\tx", "9894 is not a procedure code"),
        ("98940\t\t*\t19960101\t*\t1\tx", "empty is not a procedure code"),
        ("98940\t97140\tx\t19960101\t*\t1\tx", "column 3 holds x instead of a star or nothing"),
        (
            "98940\t97140\t*\t1996-01\t*\t1\tx",
            "the effective date is 1996-01, not a day as YYYYMMDD",
        ),
        (
            "98940\t97140\t*\t19960101\t\t1\tx",
            "the deletion date is empty, not a day as YYYYMMDD or a star",
        ),
        ("98940\t97140\t*\t19960231\t*\t1\tx", "19960231 is not a date"),
        (
            "98940\t97140\t*\t19970101\t19960101\t1\tx",
            "the deletion date lies before the effective date",
        ),
        (
            "98940\t97140\t*\t19960101\t*\t\tx",
            "the modifier indicator is empty; it must be 0, 1 or 9",
        ),
        ("97140\t97140\t*\t19970101\t*\t1\tx", "both columns hold the same code"),
        ("x" * 9000, "the row is longer than any of such a table"),
    ],
)
def test_malformed_row_is_refused_with_its_line(our_codes, row, fault):
    sentence = refused(ptp_parts(ACTIVE, row))

    assert sentence == f"ccipra-v322r0-f4.TXT, line 8: {fault}. Nothing was imported."


def test_malformed_row_of_codes_that_are_not_ours_is_refused_too(our_codes):
    sentence = refused(ptp_parts(ACTIVE, "0001A\t0002A\t\t20210101\t*\t5\tx"))

    assert sentence.startswith("ccipra-v322r0-f4.TXT, line 8: the modifier indicator is 5")


def test_same_pair_and_start_with_other_values_is_refused(our_codes):
    other = ACTIVE.replace("\t1\t", "\t0\t")

    assert refused(ptp_parts(ACTIVE, other)) == (
        "ccipra-v322r0-f4.TXT, line 8: 98940/97140 from 1996-01-01 was listed before with other "
        "values. Nothing was imported."
    )


def test_missing_part_is_named(our_codes):
    assert refused(ptp_parts(ACTIVE)[:2] + ptp_parts(ACTIVE)[3:]) == (
        "Part 3 of 4 is missing: give all parts of the quarter at once, because the limits "
        "between them move."
    )


def test_parts_of_two_quarters_are_refused(our_codes):
    files = ptp_parts(ACTIVE)[:3] + ptp_parts(ACTIVE, version="v321r0")[3:]

    assert refused(files) == "Give the four parts of one quarter and one setting together."


def test_part_given_twice_is_refused(our_codes):
    files = ptp_parts(ACTIVE)
    again = plain("ccipra-v322r0-f4.TXT", ptp_text(ENDED))

    assert refused([*files, again]) == "Give each of the 4 parts once, and nothing else."


def test_version_without_a_quarter_is_refused(our_codes):
    assert refused(ptp_parts(ACTIVE, version="v324r0")) == (
        "There is no version 324: its last digit is the quarter, 0 to 3."
    )


def test_truncated_zip_is_refused(our_codes):
    files = ptp_parts(ACTIVE)
    files[3] = plain(files[3].name, files[3].stream.getvalue()[:-40])

    assert refused(files) == f"{files[3].name} is damaged or cut short: download it again."


def test_zip_with_a_damaged_member_is_refused(our_codes):
    files = ptp_parts(*[ACTIVE] * 400)
    content = bytearray(files[3].stream.getvalue())
    content[70] ^= 0xFF
    files[3] = plain(files[3].name, bytes(content))

    assert refused(files) == "ccipra-v322r0-f4.TXT is damaged or cut short: download it again."


def test_unit_limit_file_is_told_apart(our_codes):
    limits = plain(MUE_NAME, mue_text("97140,6,3 Date of Service Edit: Clinical,x"))

    assert refused([limits]) == (
        f"{MUE_NAME} is a unit-limit (MUE) file, not a code-pair (PTP) file: use import_mue."
    )


def test_other_file_under_the_right_name_is_refused(our_codes):
    files = ptp_parts(ACTIVE)
    files[3] = zipped(files[3].name, {"ccipra-v322r0-f4.TXT": b"hello\nworld\n"})

    assert refused(files) == (
        "ccipra-v322r0-f4.TXT is not a code-pair (PTP) file: its heading does not have the "
        "expected columns."
    )


def test_pair_file_under_another_name_is_asked_for_its_part(our_codes):
    assert refused([plain("edits.txt", ptp_text(ACTIVE))]) == (
        "edits.txt does not say which part it is: keep CMS's name, such as ccipra-v322r0-f1.TXT."
    )


def test_zip_without_a_table_is_refused(our_codes):
    assert refused([zipped("edits.zip", {"readme.pdf": b"x"})]) == (
        "edits.zip holds no .txt or .xlsx file: it is not the table looked for."
    )


def test_heading_alone_has_no_rows_for_us(our_codes):
    assert refused(ptp_parts()) == (
        "None of the rows has codes of this installation: nothing was imported."
    )


def test_rows_without_the_column_names_above_are_refused(our_codes):
    files = ptp_parts(ACTIVE)
    text = "\n".join([*PTP_HEADING[:2], ACTIVE]).encode()
    files[3] = zipped(files[3].name, {"ccipra-v322r0-f4.TXT": text})

    assert refused(files) == (
        "ccipra-v322r0-f4.TXT is not a code-pair (PTP) file: its heading does not have the "
        "expected columns."
    )


def test_license_must_be_attested(our_codes):
    with pytest.raises(NotAllowed, match="Confirm first that the clinic holds a CPT license"):
        import_pairs(ptp_parts(ACTIVE), license_attested=False)

    assert drafts() == 0


def test_same_file_is_not_imported_twice(our_codes):
    import_pairs(ptp_parts(ACTIVE), license_attested=True)

    sentence = refused(ptp_parts(ACTIVE))

    assert sentence.startswith("This file was imported on ")
    assert sentence.endswith(" as 2026Q3 practitioner. Nothing was imported again.")


def test_same_edition_in_other_files_is_not_imported_twice(our_codes):
    import_pairs(ptp_parts(ACTIVE), license_attested=True)

    again = [plain(f"ccipra-v322r0-f{n}.TXT", ptp_text(ENDED) + b"\n" * n) for n in (1, 2, 3, 4)]

    assert refused(again) == (
        "2026Q3 (v322r0) for this setting is here already. Nothing was imported."
    )


def test_one_file_given_four_times_is_refused(our_codes):
    files = [ptp_parts(ACTIVE)[3]] * 4

    assert refused(files) == "The same file was given twice."


def test_report_compares_with_the_edition_before(our_codes):
    first = import_pairs(ptp_parts(ACTIVE, NEVER, ENDED), license_attested=True)
    accept_edition(first)

    changed = ACTIVE.replace("\t1\t", "\t0\t")
    second = import_pairs(
        ptp_parts(changed, ENDED, "97150\t97140\t\t20261001\t*\t1\tx", version="v323r0"),
        license_attested=True,
    )

    assert second.difference == {
        "against": "2026Q3 practitioner (v322r0)",
        "added": {"97150/97140": "indicator 1"},
        "deleted": {"97140/97124": "indicator 0"},
        "changed": {"98940/97140": ["indicator 1", "indicator 0"]},
        "doubled": [],
    }


def test_report_names_pairs_that_are_listed_in_both_directions(our_codes):
    other_way = "97140\t98940\t\t20200101\t*\t0\tx"

    edition = import_pairs(ptp_parts(ACTIVE, other_way, ENDED), license_attested=True)

    assert edition.difference["doubled"] == ["97140/98940"]
    assert in_words(edition.difference)[-1] == (
        "  listed twice, the stricter row counts: 97140/98940"
    )


def test_draft_is_accepted_once_and_recorded(our_codes):
    edition = import_pairs(ptp_parts(ACTIVE), license_attested=True)

    accepted = accept_edition(edition)

    assert (accepted.status, accepted.accepted_at is not None) == (EditionStatus.ACTIVE, True)
    with every_practice("the tables belong to no practice"):
        events = AuditEvent.unscoped.filter(subject_type="billing.editedition").order_by("pk")
        assert [event.action for event in events] == ["edition.imported", "edition.accepted"]
    with pytest.raises(NotAllowed, match="2026Q3 practitioner is in force already"):
        accept_edition(edition)


def test_discarded_draft_can_be_imported_again(our_codes):
    discard_edition(import_pairs(ptp_parts(ACTIVE), license_attested=True))

    assert drafts() == 0
    assert import_pairs(ptp_parts(ACTIVE), license_attested=True).rows_kept == 1


def test_edition_in_force_is_not_discarded(our_codes):
    edition = accept_edition(import_pairs(ptp_parts(ACTIVE), license_attested=True))

    with pytest.raises(NotAllowed, match="in force: bills may rest on it, so it stays"):
        discard_edition(edition)

    assert drafts() == 1
