"""PDF/A-3a and PDF/UA-1 on every golden file, before and after signing.

veraPDF itself cannot be installed from the registries; this holds what it checks that our
documents could get wrong, and a release check outside runs the real one (docs/documents.md).
"""

import io

import pikepdf
import pytest

from tests.clinic.documents.conformance import CONDITIONS, faults
from tests.clinic.documents.golden import JOBS, SIGNED, golden
from tests.clinic.documents.reading import need, run

FILES = [(name, "rendered") for name in sorted(JOBS)] + [(name, "signed") for name in SIGNED]


@pytest.fixture(params=FILES, ids=" ".join)
def body(request, signed_file) -> bytes:
    name, how = request.param
    return golden(name) if how == "rendered" else signed_file(name)


def test_every_condition_of_both_standards_holds(body):
    with pikepdf.open(io.BytesIO(body)) as pdf:
        assert faults(pdf) == {}


def test_qpdf_finds_no_fault(body, tmp_path):
    need("qpdf")
    path = tmp_path / "checked.pdf"
    path.write_bytes(body)

    answer = run("qpdf", "--check", str(path))

    assert (answer.returncode, answer.stderr) == (0, b"")


def without(*path):
    def change(pdf):
        top = pdf.Root
        for key in path[:-1]:
            top = top[key]
        del top[path[-1]]

    return change


def _unmark(pdf):
    pdf.pages[0].contents_add(b"0 0 9 9 re f")


def _link(pdf):
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("http://x")),
    )  # fmt: skip
    pdf.pages[0].Annots = pdf.make_indirect([pdf.make_indirect(link)])


def _no_alternative(pdf):
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure":
            del item.Alt


def _no_font_file(pdf):
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
            del item.FontFile2


def _other_title(pdf):
    pdf.docinfo.Title = pikepdf.String("Other")


def _plain_cells(pdf):
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/TH":
            item.S = pikepdf.Name.TD


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("/OutputIntents"), "an output intent carries its color profile"),
        (without("/MarkInfo"), "the document is marked, tagged and in a language"),
        (without("/Lang"), "the document is marked, tagged and in a language"),
        (without("/ViewerPreferences", "/DisplayDocTitle"),
         "readers show the title, which is not empty"),
        (without("/AF"),
         "every attachment is an associated file with relation, type and date"),
        (_unmark, "all that is drawn is tagged or marked as decoration"),
        (_link, "nothing active is inside: no action, script, link, sound or launch"),
        (_no_alternative, "every figure has an alternative"),
        (_no_font_file, "every font is embedded and maps to Unicode"),
        (_other_title, "metadata and document information agree"),
        (_plain_cells, "tables are made of rows and cells, with headers"),
    ],
)  # fmt: skip
def test_condition_finds_what_it_is_for(change, words):
    with pikepdf.open(io.BytesIO(golden("note-8"))) as pdf:
        change(pdf)

        assert words in faults(pdf)


def test_documents_page_names_every_condition():
    """docs/documents.md lists what is asserted; the list and the checks stay together."""
    from pathlib import Path  # noqa: PLC0415

    page = (Path(__file__).parents[3] / "docs" / "documents.md").read_text()

    assert [words for words in CONDITIONS if words not in page] == []


def test_large_files_stay_small(signed_file):
    assert len(signed_file("note-8")) <= 90_000
    assert len(signed_file("superbill-1")) <= 50_000
