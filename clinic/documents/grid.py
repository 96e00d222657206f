"""Characters on a fixed grid as PDF, for forms that are printed elsewhere.

Black Courier of 12 points, ten characters to the inch, six lines to the inch. No styling: the
red form's readers want nothing else. The same cells always give the same bytes.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pikepdf

INCH = 72.0
WIDTH, HEIGHT = 8.5 * INCH, 11 * INCH
LEFT = 0.3 * INCH  # of column 1
ACROSS, DOWN = INCH / 10, INCH / 6
TENTH_MM = INCH / 254
DATA, CAPTION = 12.0, 5.5
NOT_THE_FORM = "PLAIN COPY, NOT FOR SUBMISSION"


@dataclass(frozen=True)
class Mark:
    """Text whose first character stands on this line and column, counted from 1."""

    line: int
    column: int
    text: str


@dataclass(frozen=True)
class Offset:
    """How far the print is moved, in tenths of a millimeter: printers differ."""

    right: int = 0
    down: int = 0


def grid_pdf(
    pages: Sequence[Iterable[Mark]],
    *,
    offset: Offset = Offset(),
    captions: Iterable[Mark] = (),
) -> bytes:
    """One page for each set of marks; with captions it is a plain copy for reading."""
    captions = tuple(captions)
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        fonts = pikepdf.Dictionary(
            Data=pdf.make_indirect(_font("Courier")), Caption=pdf.make_indirect(_font("Helvetica"))
        )
        for marks in pages:
            _add_page(pdf, fonts, tuple(marks), offset, captions)
        pdf.docinfo["/Title"] = "Claim form, data" if not captions else "Claim form, plain copy"
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _font(name: str) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name(f"/{name}"),
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )


def _add_page(pdf, fonts, marks: tuple[Mark, ...], offset: Offset, captions) -> None:
    page = pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
    page.obj.Resources = pikepdf.Dictionary(Font=fonts)
    drawing = [([], "BT")]
    drawing += _texts(captions, "Caption", CAPTION, Offset())
    if captions:
        drawing += _texts((Mark(1, 1, NOT_THE_FORM),), "Caption", 9, Offset())
    drawing += _texts(marks, "Data", DATA, offset)
    drawing.append(([], "ET"))
    page.obj.Contents = pdf.make_stream(pikepdf.unparse_content_stream(drawing))


def _texts(marks: Iterable[Mark], font: str, size: float, offset: Offset) -> list:
    found: list = [([pikepdf.Name(f"/{font}"), size], "Tf")]
    for mark in marks:
        x = LEFT + (mark.column - 1) * ACROSS + offset.right * TENTH_MM
        y = HEIGHT - mark.line * DOWN - offset.down * TENTH_MM
        text = pikepdf.String(mark.text.encode("ascii", "replace"))
        found += [([1, 0, 0, 1, round(x, 2), round(y, 2)], "Tm"), ([text], "Tj")]
    return found
