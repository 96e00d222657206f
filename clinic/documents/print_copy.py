"""Many issued documents as one file for the printer, and as the originals in a zip.

No merge can keep signatures: each covers its own bytes. So the merged file drops them and says
on every page that it is a copy; the zip holds the originals byte for byte, with their hashes.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

import pikepdf

from .errors import DocumentError

LABEL = "Print copy. The signed original is a separate file: "
OLDEST = (1980, 1, 1, 0, 0, 0)  # a zip entry needs a date; a fixed one keeps the bytes the same


@dataclass(frozen=True)
class Original:
    """An issued file and the name it is known by, such as SN-240000-v1.pdf."""

    name: str
    body: bytes
    is_signed: bool = True


def merge_for_print(originals: Iterable[Original]) -> bytes:
    """Takes them one by one: a list of hundreds need not be held at once."""
    out = io.BytesIO()
    with pikepdf.new() as merged:
        font = merged.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )
        with merged.open_outline() as outline:
            for original in originals:
                outline.root.append(pikepdf.OutlineItem(original.name, len(merged.pages)))
                _append(merged, original, font)
        if not merged.pages:
            raise DocumentError("There is no document to print. Choose at least one.")
        merged.docinfo["/Title"] = "Print copy, not signed"
        merged.save(out, deterministic_id=True)
    return out.getvalue()


def _append(merged: pikepdf.Pdf, original: Original, font: pikepdf.Object) -> None:
    try:
        with pikepdf.open(io.BytesIO(original.body)) as source:
            first = len(merged.pages)
            for page in source.pages:
                for key in ("/Annots", "/StructParents", "/Tabs"):
                    if key in page:
                        del page[key]
            merged.pages.extend(source.pages)
    except pikepdf.PdfError as error:
        raise DocumentError(
            f"The stored file {original.name} is damaged. Restore it from a backup."
        ) from error
    if not original.is_signed:
        return
    for number in range(first, len(merged.pages)):
        _label(merged, merged.pages[number], original.name, font)


def _label(merged: pikepdf.Pdf, page: pikepdf.Page, name: str, font: pikepdf.Object) -> None:
    words = pikepdf.String((LABEL + name).encode("cp1252", "replace"))
    page.add_resource(font, pikepdf.Name.Font, pikepdf.Name.CopyLabel, replace_existing=True)
    page.contents_add(b"q", prepend=True)
    drawing = pikepdf.unparse_content_stream(
        [
            ([], "Q"),
            ([], "q"),
            ([], "BT"),
            ([pikepdf.Name.CopyLabel, 7], "Tf"),
            ([1, 0, 0, 1, 46, 12], "Tm"),
            ([words], "Tj"),
            ([], "ET"),
            ([], "Q"),
        ]
    )
    page.contents_add(merged.make_stream(drawing))


def zip_of_originals(originals: Iterable[Original]) -> bytes:
    """`sha256sum -c SHA256SUMS` in the unpacked folder checks every file."""
    out, sums = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for item in originals:
            archive.writestr(zipfile.ZipInfo(item.name, OLDEST), item.body)
            sums.append(f"{hashlib.sha256(item.body).hexdigest()}  {item.name}\n")
        archive.writestr(zipfile.ZipInfo("SHA256SUMS", OLDEST), "".join(sums))
    return out.getvalue()
