"""The claim form as a file: every text where the form has its box, read from the PDF itself."""

import io

import pikepdf
import pytest

from billing.claims.form1500 import pages_of
from clinic.documents.grid import Mark, Offset, grid_pdf
from tests.billing.claims.build import (
    make_claim,
    make_compensation,
    make_dependent,
    make_elsewhere,
    make_full_compensation,
    make_line,
    make_screened,
    make_secondary,
)

# The published grid: line, column and width in characters of each box, counted from 1.
DATES = ((1, 2), (4, 2), (7, 2), (10, 2), (13, 2), (16, 2))
SERVICE = (*DATES, (19, 2), (22, 2), (25, 7), (33, 12), (45, 4), (50, 8), (59, 3), (63, 2),
           (68, 10))  # fmt: skip
SPAN = ((54, 2), (57, 2), (60, 4), (68, 2), (71, 2), (74, 4))
BOXES = {
    2: ((41, 31),), 3: ((41, 31),), 4: ((41, 31),), 5: ((41, 31),),
    8: ((1, 1), (8, 1), (15, 1), (24, 1), (31, 1), (39, 1), (45, 1), (50, 29)),
    10: ((1, 28), (31, 2), (34, 2), (37, 4), (42, 1), (47, 1), (50, 29)),
    12: ((1, 28), (33, 1), (38, 1), (42, 1), (47, 1), (50, 28)),
    14: ((1, 20), (26, 2), (50, 20), (74, 2)),
    16: ((1, 10), (15, 3), (19, 7), (50, 10), (65, 3), (69, 7)),
    18: ((1, 28), (50, 30)),
    20: ((1, 28), (35, 1), (41, 1), (53, 2), (56, 2), (59, 4), (68, 1), (75, 1)),
    22: ((35, 1), (41, 1), (45, 2), (50, 2), (53, 27)),
    24: ((35, 1), (41, 1), (50, 30)),
    26: ((1, 28), (34, 17), (52, 1), (57, 1)),
    29: ((7, 17), (55, 17)),
    32: ((2, 2), (5, 2), (8, 4), (16, 3), (31, 3), (37, 2), (40, 2), (43, 4), *SPAN),
    34: ((1, 2), (4, 25), (33, 10), *SPAN),
    36: ((1, 48), (52, 1), (57, 1)),
    37: ((42, 1),),
    38: ((3, 8), (16, 8), (29, 8), (42, 8), (50, 10), (62, 18)),
    39: ((3, 8), (16, 8), (29, 8), (42, 8)),
    40: ((3, 8), (16, 8), (29, 8), (42, 8), (50, 29)),
    **{43 + 2 * n: ((65, 2), (68, 10)) for n in range(6)},
    **{44 + 2 * n: SERVICE for n in range(6)},
    56: ((1, 15), (17, 1), (19, 1), (23, 15), (38, 1), (43, 1), (52, 8), (62, 8)),
    57: ((66, 13),),
    58: ((23, 26), (50, 29)), 59: ((23, 26), (50, 29)),
    60: ((1, 20), (23, 26), (50, 29)),
    61: ((6, 8), (23, 10), (36, 14), (50, 10), (63, 17)),
}  # fmt: skip
CLAIMS = [make_claim(), make_dependent(), make_secondary(), make_compensation(), make_elsewhere(),
          make_full_compensation(), make_screened(),
          make_claim(lines=tuple(make_line(n) for n in range(1, 8)))]  # fmt: skip


def printed(claim, **given) -> bytes:
    pages = [[Mark(c.line, c.column, c.text) for c in page.cells] for page in pages_of(claim)]
    return grid_pdf(pages, **given)


def texts(body: bytes) -> list[tuple[float, float, str]]:
    """Inches from the left and the top edge, and the text, of everything on the pages."""
    found = []
    with pikepdf.open(io.BytesIO(body)) as pdf:
        for page in pdf.pages:
            assert [float(n) for n in page.mediabox] == [0, 0, 612, 792]
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    font, size = page.Resources.Font[str(operands[0])], float(operands[1])
                elif str(operator) == "Tm":
                    *_, x, y = (float(n) for n in operands)
                elif str(operator) == "Tj":
                    # Courier is 0.6 em wide: at 12 points that is 10 characters to the inch.
                    assert (str(font.BaseFont), size) == ("/Courier", 12)
                    found.append((x / 72, (792 - y) / 72, str(operands[0])))
    return found


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.number}x{len(claim.lines)}")
def test_each_text_starts_at_its_box_and_stays_in_it(claim):
    placed = texts(printed(claim))

    assert len(placed) > 40
    for left, top, text in placed:
        line, column = round(top * 6, 2), round((left - 0.3) * 10 + 1, 2)
        width = dict(BOXES[int(line)]).get(int(column))
        assert (line % 1, column % 1) == (0, 0), text
        assert width is not None, (line, column, text)
        assert len(text) <= width, (line, column, text)


def test_first_printable_line_lies_a_third_of_an_inch_below_the_first_inch():
    left, top, _ = next(row for row in texts(printed(make_claim())) if row[2] == "X")

    assert (round(left, 2), round(top, 2)) == (0.3, 1.33)


def test_offset_moves_everything_by_tenths_of_a_millimeter():
    plain, moved = (
        texts(printed(make_claim(), offset=offset)) for offset in (Offset(), Offset(13, -20))
    )

    assert [
        (round((b[0] - a[0]) * 254), round((b[1] - a[1]) * 254))
        for a, b in zip(plain, moved, strict=True)
    ] == [(13, -20)] * len(plain)


def test_print_is_upper_case_and_amounts_hold_no_sign():
    for _, _, text in texts(printed(make_dependent())):
        assert text == text.upper()
        assert not set(text) & {"$", "."}
