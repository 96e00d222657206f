"""The note and the superbill set by Typst and by ReportLab, from the same strings and drawings.

Both get the facts, tables, texts, timeline, body figure and QR code that our templates get.
Typst tags and conforms (PDF/A-3a, PDF/UA-1) as ours does; ReportLab does neither.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import typst
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing, Polygon, Rect
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from clinic.documents.body_shapes import OUTLINE
from clinic.documents.glyphs import FONTS

BLOCK = ("number", "span", "minutes", "technique", "regions", "dose", "response", "by", "code")
LINE = ("date", "place", "code", "modifiers", "wording", "pointers", "minutes", "units", "fee",
        "charge")  # fmt: skip
Section = tuple[str, list[str], list[list[str]]]  # title, texts, rows of a table


def flat(texts: Iterable) -> Iterator[str]:
    """Each text of nested rows: a rule stands there as its name and its id."""
    for item in texts:
        if isinstance(item, str):
            yield item
        else:
            yield from flat(item)


def sections(values: dict) -> list[Section]:
    """What stands on the page, in its order."""
    found: list[Section] = [
        ("", [], [[text for pair in row for text in pair] for row in rows])
        for rows in (values.get("facts"), values.get("patient_facts"), values.get("provider_facts"))
        if rows
    ]
    found.append(("Diagnoses", [], [list(row) for row in values["diagnoses"]]))
    found.append(("Subjective", values.get("subjective", []), []))
    rows = [[block[key] for key in BLOCK] for block in values.get("blocks", [])]
    found.append(("Treatment", [], rows))
    rows = [[line[key] for key in LINE] for line in values.get("lines", [])]
    found.append(("Services", [], rows + [list(row) for row in values.get("sums", [])]))
    found.append(
        ("Objective", values.get("objective", []), list(map(list, values.get("measures", []))))
    )
    for section in values.get("sections", []):
        rows = [
            [f"{line['code']} {line['modifiers']}", line["minutes"], line["units"],
             line["pointers"], " ".join(flat(line["reasons"]))
             + " ".join(f"{p['title']} {p['sides']}" for p in line["proofs"])]
            for line in section["lines"]
        ]  # fmt: skip
        rest = [" ".join(flat(row)) for row in (*section["unbilled"], *section["findings"])]
        found.append((section["title"], [*rest, section["basis"]], rows))
    found.append(("Assessment", values.get("assessment", []), []))
    found.append(("Plan", values.get("plan", []), []))
    found.append(("Who took part", [], [list(row) for row in values.get("contributors", [])]))
    act = values["signature"]
    words = [act[key] for key in ("heading", "who", "attestation", "identity", "when", "how",
                                  "fingerprint")]  # fmt: skip
    found.append(("", [*words, values["verification"]["url"]], []))
    return [item for item in found if item[1] or item[2]]


def drawings(values: dict) -> dict[str, str]:
    figure = values.get("figure") or {}
    found = {"strip": values.get("strip", ""), "body": figure.get("drawing", "")}
    return {
        name: re.sub(r"<title>.*?</title>", "", svg, flags=re.S)
        for name, svg in (found | {"qr": values["verification"]["qr"]}).items()
        if svg
    }


TYPST = """
#let v = json(bytes(sys.inputs.values))
#set document(title: v.title, author: v.who)
#set page(paper: "us-letter", margin: 16mm, footer: context [#v.title #h(1fr) Page
  #counter(page).display("1 of 1", both: true)])
#set text(font: "Source Sans 3", size: 9pt, lang: "en")
#set table(stroke: none, inset: 2pt)
= #v.title
#for s in v.sections {
  if s.at(0) != "" [== #s.at(0)]
  if s.at(0) == "Treatment" { for d in v.drawings.keys() {
    if d == "strip" {
    image(bytes(v.drawings.strip), format: "svg", width: 100%, alt: "timeline") } } }
  if s.at(0) == "Objective" { for d in v.drawings.keys() {
    if d == "body" {
    image(bytes(v.drawings.body), format: "svg", height: 34mm, alt: "body") } } }
  for t in s.at(1) [#t #parbreak()]
  if s.at(2).len() > 0 { for group in s.at(2).dedup(key: r => r.len()) {
    let rows = s.at(2).filter(r => r.len() == group.len())
    table(columns: rows.at(0).map(c => 1fr), ..rows.flatten()) } }
}
#image(bytes(v.drawings.qr), format: "svg", width: 19mm, alt: "QR code")
"""


def by_typst(values: dict) -> bytes:
    facts = {
        "title": values["title"], "who": values["who"], "sections": sections(values),
        "drawings": drawings(values),
    }  # fmt: skip
    return typst.compile(
        TYPST.encode(),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"values": json.dumps(facts)},
        pdf_standards=["a-3a", "ua-1"],
        root=_EMPTY,
    )


_EMPTY = mkdtemp(prefix="handline-typst-")
TEXT = ParagraphStyle("text", fontName="Source", fontSize=9, leading=11)
HEAD = ParagraphStyle("head", parent=TEXT, fontName="SourceBold", spaceBefore=8)
GRID = TableStyle(
    [("LINEBELOW", (0, 0), (-1, -1), 0.3, "#c9d2d5"), ("VALIGN", (0, 0), (-1, -1), "TOP")]
)


def by_reportlab(values: dict) -> bytes:
    _register()
    story: list = [Paragraph(_escaped(values["title"]), HEAD)]
    for title, texts, rows in sections(values):
        story += [Paragraph(title, HEAD)] if title else []
        story += [_strip(values["blocks"])] if title == "Treatment" else []
        story += [_body()] if title == "Objective" else []
        story += [Paragraph(_escaped(text), TEXT) for text in texts]
        for width in dict.fromkeys(map(len, rows)):
            cells = [
                [Paragraph(_escaped(c), TEXT) for c in row] for row in rows if len(row) == width
            ]
            story.append(Table(cells, colWidths=[183 * mm / width] * width, style=GRID))
    code = Drawing(19 * mm, 19 * mm)
    code.add(QrCodeWidget(values["verification"]["url"], barWidth=19 * mm, barHeight=19 * mm))
    out = io.BytesIO()
    SimpleDocTemplate(out, title=values["title"]).build([*story, Spacer(1, 6), code])
    return out.getvalue()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _register() -> None:
    if "Source" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Source", str(Path(FONTS) / "SourceSans3-Regular.ttf")))
        pdfmetrics.registerFont(TTFont("SourceBold", str(Path(FONTS) / "SourceSans3-Bold.ttf")))


def _strip(blocks: list[dict]) -> Drawing:
    drawing, x = Drawing(183 * mm, 10 * mm), 0.0
    for block in blocks:
        width = float(block["minutes"]) * mm
        drawing.add(Rect(x, 0, width, 8 * mm, fillColor=None))
        x += width
    return drawing


def _body() -> Drawing:
    drawing = Drawing(30 * mm, 34 * mm)
    for center in (40, 124):
        points = [(center + x, 212 - y) for x, y in OUTLINE]
        points += [(center - x, 212 - y) for x, y in reversed(OUTLINE)]
        drawing.add(Polygon([part * 0.45 for point in points for part in point], fillColor=None))
    return drawing
