"""PDF/A-3a and PDF/UA-1, condition by condition. Each yields what is wrong with the file."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pikepdf

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
DC = "{http://purl.org/dc/elements/1.1/}"
EXTENSION = "{http://www.aiim.org/pdfa/ns/extension/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
STANDARD_TYPES = {
    "Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "P", "H1", "H2", "H3",
    "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot", "Span",
    "Link", "Form", "Figure", "NonStruct",
}  # fmt: skip
ACTIVE = {
    "/JavaScript", "/JS", "/Launch", "/URI", "/GoTo", "/GoToR", "/GoToE", "/SubmitForm",
    "/ResetForm", "/ImportData", "/RichMedia", "/Rendition", "/Sound", "/Movie", "/Named",
}  # fmt: skip
Condition = Callable[[pikepdf.Pdf], Iterator[str]]
CONDITIONS: dict[str, Condition] = {}


def condition(words: str) -> Callable[[Condition], Condition]:
    def keep(check: Condition) -> Condition:
        CONDITIONS[words] = check
        return check

    return keep


def faults(pdf: pikepdf.Pdf) -> dict[str, list[str]]:
    """Every condition that does not hold, with what is wrong."""
    found = {words: list(check(pdf)) for words, check in CONDITIONS.items()}
    return {words: wrong for words, wrong in found.items() if wrong}


def metadata(pdf) -> ET.Element:
    body = pdf.Root.Metadata.read_bytes().decode()
    return ET.fromstring(re.sub(r"<\?xpacket[^>]*\?>", "", body))  # noqa: S314 our own file


def attributes(pdf, name: str) -> list[str]:
    found = (item.attrib.get(name) for item in metadata(pdf).iter(RDF + "Description"))
    return [value for value in found if value is not None]


def kids(item) -> list:
    inside = item.get("/K", [])
    return [
        kid
        for kid in (inside if isinstance(inside, pikepdf.Array) else [inside])
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid
    ]


def below(top) -> Iterator:
    todo = [top]
    while todo:
        item = todo.pop()
        yield item
        todo += reversed(kids(item))


def elements(pdf) -> Iterator:
    return below(pdf.Root.StructTreeRoot.K[0])


def dictionaries(pdf) -> Iterator:
    return (item for item in pdf.objects if isinstance(item, pikepdf.Dictionary))


@dataclass
class Drawn:
    """What the conditions ask of a page's drawing; read once, for it is slow."""

    notdef: bool
    unmarked: list[str]
    marks: list[int]


_read: dict[bytes, Drawn] = {}


def drawn_on(page) -> Drawn:
    contents = page.Contents
    parts = contents if isinstance(contents, pikepdf.Array) else [contents]
    raw = b"".join(part.read_bytes() for part in parts)
    if raw not in _read:
        _read[raw] = _drawn(pikepdf.parse_content_stream(page, "BMC BDC EMC Tj TJ Do f S B"))
    return _read[raw]


def _drawn(operations) -> Drawn:
    drawn, depth = Drawn(notdef=False, unmarked=[], marks=[]), 0
    for operands, operator in operations:
        name = str(operator)
        if name in ("BMC", "BDC"):
            depth += 1
            if isinstance(operands[-1], pikepdf.Dictionary) and "/MCID" in operands[-1]:
                drawn.marks.append(int(operands[-1].MCID))
        elif name == "EMC":
            depth -= 1
        else:
            if depth < 1:
                drawn.unmarked.append(f"{name} outside any mark")
            drawn.notdef |= any(_has_notdef(text) for text in _strings(operands))
    if depth:
        drawn.unmarked.append("marks do not close")
    return drawn


def _has_notdef(text: bytes) -> bool:
    return any(text[n : n + 2] == b"\0\0" for n in range(0, len(text), 2))


def _strings(operands) -> Iterator[bytes]:
    for part in operands:
        for item in part if isinstance(part, pikepdf.Array) else [part]:
            if isinstance(item, pikepdf.String):
                yield bytes(item)


# --- PDF/A-3a -----------------------------------------------------------------------------


@condition("claims PDF/A-3a, once")
def _claims_a(pdf):
    if attributes(pdf, PDFA + "part") != ["3"]:
        yield "part"
    if attributes(pdf, PDFA + "conformance") != ["A"]:
        yield "conformance"


@condition("metadata is one XMP packet that is not encrypted")
def _one_packet(pdf):
    if len(list(metadata(pdf).iter(RDF + "RDF"))) != 1:
        yield "more than one RDF block"
    if pdf.Root.Metadata.get("/Filter", "/FlateDecode") != "/FlateDecode":
        yield "filter"


@condition("metadata and document information agree")
def _agrees(pdf):
    title = next(metadata(pdf).iter(DC + "title"))
    if "".join(title.itertext()).strip() != str(pdf.docinfo.Title):
        yield "title"
    author = next(metadata(pdf).iter(DC + "creator"))
    if "".join(author.itertext()).strip() != str(pdf.docinfo.Author):
        yield "author"


@condition("the file is PDF 1.7 and not encrypted")
def _version(pdf):
    if pdf.pdf_version != "1.7":
        yield pdf.pdf_version
    if pdf.is_encrypted:
        yield "encrypted"


@condition("an output intent carries its color profile")
def _intent(pdf):
    intents = list(pdf.Root.get("/OutputIntents", []))
    if [str(i.S) for i in intents] != ["/GTS_PDFA1"]:
        yield "output intent"
    elif intents[0].DestOutputProfile.N != 3 or not intents[0].DestOutputProfile.read_bytes():
        yield "profile"


@condition("every font is embedded and maps to Unicode")
def _fonts(pdf):
    fonts = [item for item in dictionaries(pdf) if item.get("/Type") == "/Font"]
    if not fonts:
        yield "no font"
    for font in fonts:
        if font.Subtype == "/Type0":
            if "/ToUnicode" not in font:
                yield f"{font.BaseFont} has no Unicode map"
            if "/FontFile2" not in font.DescendantFonts[0].FontDescriptor:
                yield f"{font.BaseFont} is not embedded"
        elif font.Subtype != "/CIDFontType2" or "/CIDToGIDMap" not in font:
            yield f"{font.BaseFont} is a {font.Subtype}"


@condition("every embedded font is a subset")
def _subsets(pdf):
    for item in dictionaries(pdf):
        if item.get("/Type") == "/FontDescriptor" and not re.match(
            r"/[A-Z]{6}\+", str(item.FontName)
        ):
            yield str(item.FontName)


@condition("no .notdef glyph is drawn")
def _notdef(pdf):
    yield from (f"page {n}" for n, page in enumerate(pdf.pages, start=1) if drawn_on(page).notdef)


@condition("every attachment is an associated file with relation, type and date")
def _associated(pdf):
    names = list(pdf.Root.get("/Names", {}).get("/EmbeddedFiles", {}).get("/Names", []))
    keys, specs = [str(name) for name in names[::2]], names[1::2]
    if keys != sorted(keys):
        yield "names are not sorted"
    if len(pdf.Root.get("/AF", [])) != len(specs):
        yield "not each is associated"
    for key, spec in zip(keys, specs, strict=True):
        if spec.get("/AFRelationship") not in ("/Data", "/Source"):
            yield f"{key}: relation"
        if str(spec.UF) != str(spec.F) or not str(spec.get("/Desc", "")):
            yield f"{key}: name or description"
        if str(spec.EF.F.Subtype) not in ("/application/json", "/application/pdf"):
            yield f"{key}: type"
        if "/ModDate" not in spec.EF.F.Params:
            yield f"{key}: date"


@condition("nothing active is inside: no action, script, link, sound or launch")
def _passive(pdf):
    for item in dictionaries(pdf):
        if str(item.get("/S", "")) in ACTIVE or "/JS" in item:
            yield str(item.get("/S", "/JS"))
        if item.get("/Subtype") in ("/Link", "/FileAttachment", "/Screen", "/Movie", "/RichMedia"):
            yield str(item.Subtype)
    yield from (key for key in ("/OpenAction", "/AA", "/XFA") if key in pdf.Root)


@condition("no transparency groups, no external or optional content")
def _plain(pdf):
    for item in dictionaries(pdf):
        if item.get("/Type") in ("/OCG", "/OPI") or ("/Ref" in item and "/BBox" in item):
            yield str(item.get("/Type"))
        if item.get("/SMask", "/None") != "/None" or float(item.get("/ca", 1)) != 1:
            yield "transparency"
    if "/OCProperties" in pdf.Root:
        yield "optional content"


# --- PDF/UA-1 -----------------------------------------------------------------------------


@condition("claims PDF/UA-1, once, and describes that schema")
def _claims_ua(pdf):
    if attributes(pdf, PDFUA + "part") != ["1"]:
        yield "part"
    if len(list(metadata(pdf).iter(EXTENSION + "schemas"))) != 1:
        yield "schema"


@condition("the document is marked, tagged and in a language")
def _tagged(pdf):
    if pdf.Root.get("/MarkInfo", {}).get("/Marked") is not True:
        yield "not marked"
    if pdf.Root.get("/MarkInfo", {}).get("/Suspects", False):
        yield "suspects"
    if str(pdf.Root.get("/Lang", "")) != "en-US":
        yield "language"
    if pdf.Root.StructTreeRoot.K[0].S != "/Document":
        yield "no document element"


@condition("readers show the title, which is not empty")
def _titled(pdf):
    if pdf.Root.ViewerPreferences.get("/DisplayDocTitle") is not True:
        yield "display"
    if not str(pdf.docinfo.Title).strip():
        yield "title"


@condition("tabs go in the order of the structure")
def _tabs(pdf):
    yield from (
        f"page {n}" for n, page in enumerate(pdf.pages, start=1) if page.get("/Tabs") != "/S"
    )


@condition("structure types are standard")
def _standard(pdf):
    yield from sorted({str(item.S)[1:] for item in elements(pdf)} - STANDARD_TYPES)


@condition("all that is drawn is tagged or marked as decoration")
def _all_marked(pdf):
    for number, page in enumerate(pdf.pages, start=1):
        yield from (f"page {number}: {what}" for what in drawn_on(page).unmarked)


@condition("every marked content is in the structure, once")
def _in_structure(pdf):
    for number, page in enumerate(pdf.pages, start=1):
        marks = drawn_on(page).marks
        if len(marks) != len(set(marks)):
            yield f"page {number}: a mark is used twice"
        parents = _parents(pdf, int(page.get("/StructParents", -1)))
        if parents is None or set(marks) - set(range(len(parents))):
            yield f"page {number}: marks without parent"


def _parents(pdf, key: int):
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    return next((numbers[n + 1] for n in range(0, len(numbers), 2) if numbers[n] == key), None)


@condition("every figure has an alternative")
def _alternatives(pdf):
    for item in elements(pdf):
        if item.S == "/Figure" and not str(item.get("/Alt", "")).strip():
            yield "figure"


@condition("headings begin with one of the first level and skip none")
def _headings(pdf):
    levels = [int(str(i.S)[2:]) for i in elements(pdf) if re.fullmatch(r"/H\d", str(i.S))]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"levels {levels}"
    deepest = 0
    for level in levels:
        if level > deepest + 1 and level > levels[0] + deepest:
            yield f"levels {levels}"
        deepest = level


@condition("tables are made of rows and cells, with headers")
def _tables(pdf):
    for table in (item for item in elements(pdf) if item.S == "/Table"):
        inside = {str(item.S) for item in below(table)} - {"/Table"}
        if "/TH" not in inside:
            yield "no header"
        for part in kids(table):
            if str(part.S) not in ("/TR", "/THead", "/TBody", "/TFoot", "/Caption"):
                yield f"{part.S} in a table"
            for row in kids(part) if part.S != "/TR" else [part]:
                yield from (
                    f"{cell.S} in a row" for cell in kids(row) if cell.S not in ("/TH", "/TD")
                )


@condition("the only annotation is the signature's field, in its tag, named, printed, drawn")
def _field(pdf):
    widgets = [item for page in pdf.pages for item in page.get("/Annots", [])]
    forms = [item for item in elements(pdf) if item.S == "/Form"]
    if len(widgets) > 1 or len(widgets) != len(forms):
        yield f"{len(widgets)} annotations, {len(forms)} tags"
    for widget, form in zip(widgets, forms, strict=False):
        facts = tuple(str(widget.get(key)) for key in ("/Subtype", "/FT", "/T"))
        if facts != ("/Widget", "/Sig", "Signature"):
            yield f"{facts}"
        if not str(widget.get("/TU", "")).startswith("Digital signature of "):
            yield "no name for readers"
        shown = int(widget.get("/F", 0))
        if "/N" not in widget.get("/AP", {}) or not shown & 4 or shown & 2:
            yield "not drawn, not printed, or hidden"
        if form.K[0].Obj.objgen != widget.objgen:
            yield "another tag"
    if "/NeedAppearances" in pdf.Root.get("/AcroForm", {}):
        yield "asks for appearances"
