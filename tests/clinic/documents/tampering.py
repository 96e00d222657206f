"""Ways to alter an issued file, and a count of those that a verifier lets through."""

import io
import re
from collections.abc import Iterable
from dataclasses import replace

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers import PdfSigner
from pyhanko.stamp.noop import NoOpStampStyle

from clinic.documents import pades
from clinic.documents.errors import DocumentError
from clinic.documents.sign import Intent, Signer
from clinic.documents.verify import verify_pdf


def revised(body: bytes, change) -> bytes:
    """An incremental update appended to the signed file."""
    writer = IncrementalPdfFileWriter(io.BytesIO(body))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def replace_content(writer) -> None:
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    stream = generic.StreamObject(stream_data=b"BT ET")
    page["/Contents"] = writer.add_object(stream)
    writer.update_container(page)


def add_annotation(writer) -> None:
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    note = generic.DictionaryObject({
        generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
        generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
        generic.pdf_name("/Contents"): generic.pdf_string("4 units"),
        generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (9, 9, 99, 99))),
    })  # fmt: skip
    page["/Annots"] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page)


def add_page(writer) -> None:
    pages = writer.root["/Pages"]
    pages["/Kids"].append(pages["/Kids"].raw_get(0))
    pages["/Count"] = generic.NumberObject(len(pages["/Kids"]))
    writer.update_container(pages)


def change_information(writer) -> None:
    writer.set_info(
        generic.DictionaryObject({generic.pdf_name("/Title"): generic.pdf_string("Other")})
    )


def resaved(body: bytes, change=lambda pdf: None) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(body)) as pdf:
        change(pdf)
        pdf.save(out)
    return out.getvalue()


def drop_signature(pdf) -> None:
    del pdf.Root.AcroForm
    del pdf.Root.Perms
    for page in pdf.pages:
        if "/Annots" in page:
            del page.Annots


def swap_attachment(pdf) -> None:
    pdf.attachments["record.json"] = pikepdf.AttachedFileSpec(pdf, b"{}", filename="record.json")


def signed_leniently(body: bytes, signer: Signer, intent: Intent) -> bytes:
    """Certified like ours, but with forms and further signatures allowed (DocMDP P 2)."""
    ours = pades._metadata(signer, intent, None)
    lenient = replace(ours, docmdp_permissions=MDPPerm.FILL_FORMS)
    tool = PdfSigner(lenient, pades._cms_signer(signer), stamp_style=NoOpStampStyle())
    writer = IncrementalPdfFileWriter(io.BytesIO(body))
    return tool.sign_pdf(writer, existing_fields_only=True).getvalue()


def flipped(body: bytes) -> bytes:
    place = body.index(b"stream\n", 20_000) + 40
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


def padded(body: bytes) -> bytes:
    """Change the zeros after the signature, which no digest covers."""
    place = body.index(b"0000000000>")
    return body[:place] + b"00DEAD0000>" + body[place + 11 :]


TAMPERINGS = {
    "one byte of a stream": flipped,
    "padding of the signature": padded,
    "comment after the end": lambda body: body + b"% more\n",
    "content replaced by an update": lambda body: revised(body, replace_content),
    "annotation added by an update": lambda body: revised(body, add_annotation),
    "page added by an update": lambda body: revised(body, add_page),
    "title changed by an update": lambda body: revised(body, change_information),
    "saved again unchanged": resaved,
    "page dropped and saved again": lambda body: resaved(
        body, lambda pdf: pdf.pages.__delitem__(0)
    ),
    "attachment swapped": lambda body: resaved(body, swap_attachment),
    "signature stripped": lambda body: resaved(body, drop_signature),
}


def slipped_through(body: bytes, places: Iterable[tuple[int, int]], **how) -> list[tuple[int, int]]:
    """Those single-byte changes (place, bits turned) after which the file is still accepted."""
    slipped = []
    for place, bits in places:
        changed = bytearray(body)
        changed[place] ^= bits
        try:
            accepted = verify_pdf(bytes(changed), **how).accepted
        except DocumentError:  # refused as unreadable
            accepted = False
        if accepted:
            slipped.append((place, bits))
    return slipped


def structural_places(body: bytes) -> list[int]:
    """One byte of each part that the file hangs on, and of what the digest leaves out."""
    (found,) = re.finditer(rb"/ByteRange ?\[0 (\d+) (\d+) (\d+)", body)
    start, after = int(found[1]), int(found[2])
    signature = body[start:after]
    padding = start + len(signature.rstrip(b"0>")) + 40
    words = (b"/Contents", b"/DocMDP", b"/Perms", b"/AcroForm", b"/StructTreeRoot", b"/Metadata",
             b"startxref", b"/SubFilter", b"/Reason", b"%%EOF")  # fmt: skip
    places = [body.rfind(word) + 2 for word in words]
    places += [start, start + 1, start + 9, start + 200, padding, after - 1, after]
    return sorted({place for place in places if place > 1} | {0, 5, len(body) - 1})
