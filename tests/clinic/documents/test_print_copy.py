"""Print copies are whole and never pass for signed; the originals travel byte for byte."""

import io
import zipfile

import pikepdf
import pytest

from clinic.documents.errors import DocumentError
from clinic.documents.print_copy import Original, merge_for_print, zip_of_originals
from tests.clinic.documents.golden import golden
from tests.clinic.documents.reading import need, run, squeezed, text_of


@pytest.fixture
def originals(signed) -> list[Original]:
    return [
        Original("SN-240000-v1.pdf", signed),
        Original("SB-100234.pdf", golden("superbill-1")),
    ]


def test_print_copy_has_every_page_labelled_and_bookmarked(originals, tmp_path):
    merged = merge_for_print(originals)

    pages = text_of(merged, tmp_path).split("\f")[:-1]
    assert len(pages) == 3
    assert all("printcopy.thesignedoriginalisaseparatefile" in squeezed(page) for page in pages)
    assert "sb-100234.pdf" in squeezed(pages[-1])
    with pikepdf.open(io.BytesIO(merged)) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["SN-240000-v1.pdf", "SB-100234.pdf"]


def test_page_that_was_never_signed_is_not_called_a_copy_of_a_signed_one(originals, tmp_path):
    cover = Original("cover", golden("appeal"), is_signed=False)

    pages = text_of(merge_for_print([cover, originals[0]]), tmp_path).split("\f")[:-1]

    labelled = ["printcopy" in squeezed(page) for page in pages]
    assert labelled == [False] * (len(pages) - 2) + [True, True]


def test_print_copy_holds_no_signature(originals, tmp_path):
    merged = merge_for_print(originals)

    with pikepdf.open(io.BytesIO(merged)) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert "/Perms" not in pdf.Root
        assert all("/Annots" not in page for page in pdf.pages)
    need("pdfsig")
    path = tmp_path / "copy.pdf"
    path.write_bytes(merged)
    assert b"does not contain any signatures" in run("pdfsig", str(path)).stdout


def test_print_copy_is_the_same_each_time(originals):
    assert merge_for_print(originals) == merge_for_print(originals)


def test_print_copy_of_nothing_is_refused():
    with pytest.raises(DocumentError, match="no document to print"):
        merge_for_print([])


def test_print_copy_of_a_damaged_file_names_it(originals):
    with pytest.raises(DocumentError, match=r"stored file x\.pdf is damaged"):
        merge_for_print([*originals, Original("x.pdf", b"%PDF-1.7 broken")])


def test_zip_holds_the_originals_and_their_hashes(originals, tmp_path):
    with zipfile.ZipFile(io.BytesIO(zip_of_originals(originals))) as archive:
        archive.extractall(tmp_path)

    assert (tmp_path / "SN-240000-v1.pdf").read_bytes() == originals[0].body
    need("sha256sum")
    answer = run("sh", "-c", f"cd {tmp_path} && sha256sum -c SHA256SUMS")
    assert answer.returncode == 0
