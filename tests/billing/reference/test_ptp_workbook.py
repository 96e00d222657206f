"""The same pairs as a workbook."""

import io
import re
import zipfile
from datetime import date

import openpyxl
import pytest

from billing.importers import workbook as reader
from billing.models import CodePairEdit
from billing.services.editions import import_pairs
from clinic.published_files import FileRefused, PublishedFile
from tests.bench.workbooks import write_workbook
from tests.billing.reference.published import ACTIVE, ENDED, PTP_HEADING, plain, zipped

pytestmark = pytest.mark.django_db


def workbook(*rows: list) -> bytes:
    book = openpyxl.Workbook()
    for line in PTP_HEADING:
        book.active.append([cell or None for cell in line.split("\t")])
    for row in rows:
        book.active.append(row)
    store = io.BytesIO()
    book.save(store)
    return store.getvalue()


def parts(*rows: list) -> list[PublishedFile]:
    other = ["0001A", "0002A", None, 20210101, "*", 1, "x"]
    first = [plain(f"ccipra-v322r0-f{n}.xlsx", workbook(*[other] * n)) for n in (1, 2, 3)]
    return [*first, zipped("f4.zip", {"ccipra-v322r0-f4.xlsx": workbook(*rows)})]


def test_numbers_and_texts_in_cells_are_read_alike(our_codes):
    edition = import_pairs(
        parts(
            [98940, 97140, "*", 19960101, "*", 1, "x"],
            ["97140", "97530", None, date(1999, 4, 1), "20191231", "1", "x"],
        ),
        license_attested=True,
    )

    fields = ("column1", "column2", "effective", "deletion", "indicator")
    assert list(CodePairEdit.objects.filter(edition=edition).values_list(*fields)) == [
        ("97140", "97530", date(1999, 4, 1), date(2019, 12, 31), 1),
        ("98940", "97140", date(1996, 1, 1), None, 1),
    ]
    assert edition.rows_total == 8


def test_text_wins_where_a_zip_holds_both_forms(our_codes):
    text = "\n".join([*PTP_HEADING, ACTIVE, ENDED]).encode()
    both = {
        "ccipra-v322r0-f4.xlsx": workbook(),
        "ccipra-v322r0-f4.TXT": text,
    }

    edition = import_pairs([*parts()[:3], zipped("f4.zip", both)], license_attested=True)

    assert edition.rows_kept == 2


def test_malformed_cell_is_refused_with_its_row(our_codes):
    with pytest.raises(FileRefused) as refusal:
        import_pairs(parts([98940, 97140, "*", 19960101, "*", 3, "x"]), license_attested=True)

    assert str(refusal.value) == (
        "ccipra-v322r0-f4.xlsx, line 7: the modifier indicator is 3; it must be 0, 1 or 9. "
        "Nothing was imported."
    )
    assert not CodePairEdit.objects.exists()


def test_texts_that_cells_share_are_read(our_codes, tmp_path):
    """As Excel writes it; a full-size one is made by the bench in the same way."""
    path = tmp_path / "part.xlsx"
    rows: list[list] = [line.split("\t") for line in PTP_HEADING]
    write_workbook(path, [*rows, ["97140", "97530", "", 19990401, "*", 1, "x"]])
    files = [*parts()[:3], plain("ccipra-v322r0-f4.xlsx", path.read_bytes())]

    edition = import_pairs(files, license_attested=True)

    pair = CodePairEdit.objects.get(edition=edition)
    assert (pair.column1, pair.column2, pair.effective, pair.deletion, pair.indicator) == (
        "97140", "97530", date(1999, 4, 1), None, 1,
    )  # fmt: skip


def with_sheet(change) -> bytes:
    """A workbook whose sheet is rewritten by hand."""
    store = io.BytesIO()
    row = ["98940", "97140", None, 20210101, "*", 1, "x"]
    with (
        zipfile.ZipFile(io.BytesIO(workbook(row))) as book,
        zipfile.ZipFile(store, "w") as other,
    ):
        for name in book.namelist():
            held = book.read(name)
            other.writestr(name, change(held) if name.endswith("sheet1.xml") else held)
    return store.getvalue()


def test_texts_in_the_cells_themselves_are_read(our_codes):
    inline = b'<c r="G7" t="inlineStr"><is><t>x &amp; y</t></is></c>'
    changed = with_sheet(lambda sheet: re.sub(rb'<c r="G7".*?</c>', inline, sheet))
    files = [*parts()[:3], plain("ccipra-v322r0-f4.xlsx", changed)]

    assert import_pairs(files, license_attested=True).rows_kept == 1


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (rb'<c r="F7"', rb'<c cm="1" r="F7"'),
        (rb'<c r="A7" .*?</c>', rb'<c r="A7" t="s"><v>999</v></c>'),
        (rb'(<c r="D7"[^>]*>)<v>\d+</v>', rb"\1<v>1e999</v>"),
        (rb'(<c r="D7"[^>]*>)<v>\d+</v>', rb"\1<v>soon</v>"),
    ],
    ids=["unknown attribute", "no such text", "no such number", "no number"],
)
def test_cell_that_cannot_be_read_is_refused_with_its_row(our_codes, cell, written):
    changed = with_sheet(lambda sheet: re.sub(cell, written, sheet))
    files = [*parts()[:3], plain("ccipra-v322r0-f4.xlsx", changed)]

    with pytest.raises(FileRefused) as refusal:
        import_pairs(files, license_attested=True)

    assert str(refusal.value) == (
        "ccipra-v322r0-f4.xlsx, line 7: a cell cannot be read; give the text file of the same zip. "
        "Nothing was imported."
    )
    assert not CodePairEdit.objects.exists()


def spoiled(member: str, content: bytes) -> bytes:
    """A workbook with one of its members replaced."""
    store = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as book, zipfile.ZipFile(store, "w") as other:
        for name in book.namelist():
            other.writestr(name, content if name == member else book.read(name))
    return store.getvalue()


def test_sheet_that_does_not_tell_its_size_is_not_read_twice(our_codes):
    changed = with_sheet(lambda sheet: re.sub(rb"<dimension[^>]*/>", b"", sheet))
    files = [*parts()[:3], plain("ccipra-v322r0-f4.xlsx", changed)]

    assert import_pairs(files, license_attested=True).rows_kept == 1


@pytest.mark.parametrize(
    "content",
    [
        b"not a workbook",
        spoiled("[Content_Types].xml", b"<Types"),
        spoiled("xl/workbook.xml", b"<workbook><sheets><sheet/></sheets></workbook>"),
        spoiled("xl/_rels/workbook.xml.rels", b"<Relationships/>"),
    ],
    ids=["text", "types", "book", "relations"],
)
def test_file_that_is_no_workbook_is_refused(our_codes, content):
    files = [*parts()[:3], plain("ccipra-v322r0-f4.xlsx", content)]

    with pytest.raises(FileRefused, match="is not a workbook that can be read"):
        import_pairs(files, license_attested=True)

    assert not CodePairEdit.objects.exists()


def packed(beside: int, sheet: int) -> bytes:
    """A workbook in name, whose members unpack to so many bytes."""
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b" " * beside)
        archive.writestr("xl/worksheets/sheet1.xml", b" " * sheet)
    return store.getvalue()


@pytest.mark.parametrize(("beside", "sheet"), [(1001, 1), (1, 2001)])
def test_workbook_that_unpacks_to_too_much_is_not_unpacked(our_codes, monkeypatch, beside, sheet):
    monkeypatch.setattr(reader, "MAX_BESIDE", 1000)
    monkeypatch.setattr(reader, "MAX_CONTENT", 2000)
    files = [*parts()[:3], plain("ccipra-v322r0-f4.xlsx", packed(beside, sheet))]

    with pytest.raises(FileRefused) as refusal:
        import_pairs([files[3], *files[:3]], license_attested=True)

    assert str(refusal.value) == (
        "ccipra-v322r0-f4.xlsx unpacks to more than any such table has: it was not read. Download "
        "it again, or give the text file of the same zip."
    )
    assert not CodePairEdit.objects.exists()
