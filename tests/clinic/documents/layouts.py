"""Where each line of a document stands, as poppler reads it, to be compared by people and tests.

After a wanted change of a page, look at it, then write the new places down:

    python -m tests.clinic.documents.layouts
"""

import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from tests.clinic.documents.golden import JOBS, golden
from tests.clinic.documents.reading import run

KEPT = Path(__file__).parent / "layouts"
TOLERANCE = 1.5  # points; what another version of the shaping library may move
XHTML = "{http://www.w3.org/1999/xhtml}"
Line = tuple[int, float, float, str]


def lines_of(body: bytes, folder: Path) -> list[Line]:
    """Page, left edge, top edge and text of each line, in reading order."""
    path = folder / "places.pdf"
    path.write_bytes(body)
    answer = run("pdftotext", "-bbox-layout", "-enc", "UTF-8", str(path), "-").stdout
    return list(_lines(ET.fromstring(answer)))  # noqa: S314 poppler's own answer


def _lines(top: ET.Element) -> Iterator[Line]:
    for number, page in enumerate(top.iter(XHTML + "page"), start=1):
        for line in page.iter(XHTML + "line"):
            words = " ".join(word.text or "" for word in line.iter(XHTML + "word"))
            yield (
                number,
                round(float(line.get("xMin")), 1),
                round(float(line.get("yMin")), 1),
                words,
            )


def kept(name: str) -> list[Line]:
    rows = (KEPT / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    parts = (row.split(" ", 3) for row in rows)
    return [(int(page), float(x), float(y), text) for page, x, y, text in parts]


def written(lines: list[Line]) -> str:
    return "".join(f"{page} {x} {y} {text}\n" for page, x, y, text in lines)


def moved(before: list[Line], after: list[Line]) -> list[str]:
    """Lines that read the same but stand elsewhere."""
    return [
        f"page {was[0]}, {was[1:3]} is now page {now[0]}, {now[1:3]}: {was[3]}"
        for was, now in zip(before, after, strict=True)
        if was[0] != now[0] or max(abs(was[1] - now[1]), abs(was[2] - now[2])) > TOLERANCE
    ]


def main() -> None:
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(sys.argv[1:] or JOBS):
            lines = lines_of(golden(name), Path(folder))
            (KEPT / f"{name}.txt").write_text(written(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
