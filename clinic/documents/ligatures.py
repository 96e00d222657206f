"""Arabic ligatures read back as one character: that of their presentation form.

The map from glyphs to text may give two characters for one glyph, but readers that turn a line
of right-to-left text around, as poppler does, then turn those two around as well.
"""

import re
import unicodedata
from functools import cache

import pydyf

_ENTRY = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>")


def read_as_one(pdf: pydyf.PDF) -> None:
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and b"begincmap" in item.stream:
            item.stream[:] = [_entry(part) for part in item.stream]


def _entry(part):
    match = _ENTRY.fullmatch(part) if isinstance(part, bytes) else None
    if match is None:
        return part
    form = _forms().get(bytes.fromhex(match[2].decode()).decode("utf-16-be"))
    return b"<%s> <%04x>" % (match[1], ord(form)) if form else part


@cache
def _forms() -> dict[str, str]:
    """Letters that stand for several: لا is U+FEFB."""
    found: dict[str, str] = {}
    for code in (*range(0xFB50, 0xFDFC), *range(0xFE70, 0xFEFD)):
        letters = unicodedata.normalize("NFKC", chr(code))
        if len(letters) > 1 and " " not in letters:
            found.setdefault(letters, chr(code))
    return found
