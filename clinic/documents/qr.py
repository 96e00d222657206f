"""A QR code as one vector path: scans from a 100 dpi copy and costs one shape."""

from xml.sax.saxutils import escape

QUIET = 2  # modules; the white page around it gives the rest of the quiet zone


def drawing(url: str, size_mm: float = 19) -> str:
    import segno  # noqa: PLC0415 slow import

    rows = [bytes(row) for row in segno.make(url, error="m", micro=False).matrix]
    side = len(rows) + 2 * QUIET
    path = "".join(_runs(row, y + QUIET) for y, row in enumerate(rows))
    return (
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" width="{size_mm}mm" '
        f'height="{size_mm}mm" viewBox="0 0 {side} {side}">'
        f'<title>QR code that opens {escape(url)}</title><path d="{path}"/></svg>'
    )


def _runs(row: bytes, y: int) -> str:
    """Neighboring dark modules as one rectangle."""
    path, x = [], 0
    while x < len(row):
        length = 0
        while x + length < len(row) and row[x + length]:
            length += 1
        if length:
            path.append(f"M{x + QUIET} {y}h{length}v1h-{length}z")
        x += length or 1
    return "".join(path)
