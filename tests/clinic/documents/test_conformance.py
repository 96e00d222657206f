"""PDF/A-3a and PDF/UA-1, condition by condition, before and after signing.

veraPDF itself cannot be installed from the registries; this holds what it checks that our
documents could get wrong, and a release check outside runs the real one (docs/documents.md).
"""

import io
import re
import xml.etree.ElementTree as ET

import pikepdf
import pytest

from tests.clinic.documents.golden import MAKERS
from tests.clinic.documents.reading import need, run

NAMES = sorted(MAKERS)
XMP = {
    "rdf": "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}",
    "a": "{http://www.aiim.org/pdfa/ns/id/}",
    "ua": "{http://www.aiim.org/pdfua/ns/id/}",
    "dc": "{http://purl.org/dc/elements/1.1/}",
    "ext": "{http://www.aiim.org/pdfa/ns/extension/}",
}
STANDARD_TYPES = {
    "Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "P", "H1", "H2", "H3",
    "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot", "Span",
    "Link", "Form", "Figure", "NonStruct",
}  # fmt: skip


@pytest.fixture(params=[(name, how) for name in NAMES for how in ("rendered", "signed")], ids=str)
def pdf(request, files):
    with pikepdf.open(io.BytesIO(files[request.param])) as opened:
        yield opened


def metadata(pdf) -> ET.Element:
    body = pdf.Root.Metadata.read_bytes().decode()
    return ET.fromstring(re.sub(r"<\?xpacket[^>]*\?>", "", body))  # noqa: S314 our own file


def attributes(pdf, name: str) -> list[str]:
    found = (item.attrib.get(name) for item in metadata(pdf).iter(XMP["rdf"] + "Description"))
    return [value for value in found if value is not None]


def elements(pdf):
    todo = [pdf.Root.StructTreeRoot.K[0]]
    while todo:
        item = todo.pop()
        yield item
        kids = item.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                todo.append(kid)


def test_claims_pdf_a_3a_once(pdf):
    assert attributes(pdf, XMP["a"] + "part") == ["3"]
    assert attributes(pdf, XMP["a"] + "conformance") == ["A"]


def test_claims_pdf_ua_1_and_describes_the_schema(pdf):
    assert attributes(pdf, XMP["ua"] + "part") == ["1"]
    assert len(list(metadata(pdf).iter(XMP["ext"] + "schemas"))) == 1
    assert len(list(metadata(pdf).iter(XMP["rdf"] + "RDF"))) == 1


def test_metadata_agrees_with_document_information(pdf):
    title = next(metadata(pdf).iter(XMP["dc"] + "title"))

    assert "".join(title.itertext()).strip() == str(pdf.docinfo.Title)
    assert pdf.pdf_version == "1.7"
    assert "/Filter" not in pdf.Root.Metadata or pdf.Root.Metadata.Filter == "/FlateDecode"


def test_has_an_output_intent_with_profile(pdf):
    (intent,) = pdf.Root.OutputIntents

    assert intent.S == "/GTS_PDFA1"
    assert intent.DestOutputProfile.N == 3


def test_is_tagged_titled_and_in_a_language(pdf):
    assert pdf.Root.MarkInfo.Marked is True
    assert str(pdf.Root.Lang) == "en-US"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle is True
    assert pdf.Root.StructTreeRoot.K[0].S == "/Document"
    assert all(page.Tabs == "/S" for page in pdf.pages)


def test_structure_types_are_standard(pdf):
    assert {str(item.S)[1:] for item in elements(pdf)} <= STANDARD_TYPES


def test_every_figure_has_an_alternative(pdf):
    figures = [item for item in elements(pdf) if item.S == "/Figure"]

    assert [item for item in figures if not str(item.get("/Alt", "")).strip()] == []


def test_headings_start_at_one_and_skip_no_level(pdf):
    levels = [int(str(i.S)[2:]) for i in elements(pdf) if re.fullmatch(r"/H\d", str(i.S))]

    assert levels.count(1) == 1
    assert set(levels) <= {1, 2, 3}
    assert 2 in levels or 3 not in levels


def test_every_table_cell_knows_its_headers(pdf):
    for table in (item for item in elements(pdf) if item.S == "/Table"):
        body = below(table)
        assert any(item.S == "/TH" for item in body)


def below(top):
    todo, found = [top], []
    while todo:
        item = todo.pop()
        found.append(item)
        kids = item.get("/K", [])
        todo += [
            kid
            for kid in (kids if isinstance(kids, pikepdf.Array) else [])
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid
        ]
    return found


def test_every_font_is_embedded_with_unicode_map(pdf):
    fonts = [
        item
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"
    ]

    assert fonts
    for font in fonts:
        if font.Subtype == "/Type0":
            assert "/ToUnicode" in font
            assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor
        else:
            assert font.Subtype == "/CIDFontType2"
            assert font.CIDToGIDMap is not None


def test_no_notdef_glyph_is_drawn(pdf):
    """Glyph 0 in a text string would be .notdef."""
    for page in pdf.pages:
        drawn = [
            bytes(operand)
            for operands, operator in pikepdf.parse_content_stream(page)
            if str(operator) in ("Tj", "TJ")
            for part in operands
            for operand in (part if isinstance(part, pikepdf.Array) else [part])
            if isinstance(operand, pikepdf.String)
        ]
        glyphs = {text[n : n + 2] for text in drawn for n in range(0, len(text), 2)}
        assert b"\0\0" not in glyphs


def test_every_attachment_is_an_associated_file(pdf):
    names = pdf.Root.get("/Names", {}).get("/EmbeddedFiles", {}).get("/Names", [])
    specs = list(names)[1::2]
    keys = [str(name) for name in list(names)[::2]]

    assert keys == sorted(keys)
    assert len(pdf.Root.get("/AF", [])) == len(specs)
    for spec in specs:
        assert spec.AFRelationship in ("/Data", "/Source")
        assert str(spec.UF) == str(spec.F)
        assert str(spec.EF.F.Subtype) in ("/application/json", "/application/pdf")
        assert "/ModDate" in spec.EF.F.Params


def test_nothing_active_is_inside(pdf):
    forbidden = {"/JavaScript", "/JS", "/Launch", "/URI", "/GoToR", "/SubmitForm", "/RichMedia"}
    actions = [
        str(item.get("/S"))
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary) and "/S" in item
    ]

    assert forbidden.isdisjoint(actions)
    assert "/OpenAction" not in pdf.Root
    assert "/AA" not in pdf.Root
    assert not pdf.is_encrypted


def test_the_only_annotation_is_the_signature_in_its_form_tag(pdf):
    widgets = [item for page in pdf.pages for item in page.get("/Annots", [])]

    assert len(widgets) == 1
    (widget,) = widgets
    assert (widget.Subtype, widget.FT, str(widget.T)) == ("/Widget", "/Sig", "Signature")
    assert str(widget.TU).startswith("Digital signature of ")
    assert "/N" in widget.AP
    assert int(widget.F) & 4  # printed
    assert not int(widget.F) & 2  # not hidden
    forms = [item for item in elements(pdf) if item.S == "/Form"]
    assert len(forms) == 1
    assert forms[0].K[0].Obj.objgen == widget.objgen
    assert "/NeedAppearances" not in pdf.Root.AcroForm


@pytest.mark.parametrize("how", ["rendered", "signed"])
@pytest.mark.parametrize("name", NAMES)
def test_qpdf_finds_no_fault(files, tmp_path, name, how):
    need("qpdf")
    path = tmp_path / "checked.pdf"
    path.write_bytes(files[name, how])

    answer = run("qpdf", "--check", str(path))

    assert (answer.returncode, answer.stderr) == (0, b"")


def test_large_files_stay_small(files):
    assert len(files["note-8", "signed"]) <= 90_000
    assert len(files["superbill-1", "signed"]) <= 50_000
