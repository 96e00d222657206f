"""Segments as tuples of elements."""

Segment = tuple[str, ...]


def row(*elements: str) -> Segment:
    """A segment without its empty tail."""
    kept = list(elements)
    while kept and kept[-1] == "":
        kept.pop()
    return tuple(kept)


def pad(text: str, width: int) -> str:
    return text.ljust(width)[:width]


def composite(*parts: str) -> str:
    return ":".join(row(*parts))
