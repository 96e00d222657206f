"""What WeasyPrint leaves out: PDF/UA identification beside PDF/A, and the signature field."""

import pydyf

from .ligatures import read_as_one

# PDF/A wants every schema that is not its own described in the metadata (ISO 19005-3, 6.6.2.3).
UA_IDENTITY = b"""
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


def finish(document, pdf: pydyf.PDF) -> None:
    _claim_accessibility(pdf)
    _list_attachments_once(pdf)
    read_as_one(pdf)
    _make_signature_field(pdf)


def _claim_accessibility(pdf: pydyf.PDF) -> None:
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and item.extra.get("Type") == "/Metadata":
            head, end, tail = item.stream[0].rpartition(b"</rdf:RDF>")
            item.stream[0] = head + UA_IDENTITY + tail if end else item.stream[0]


def _list_attachments_once(pdf: pydyf.PDF) -> None:
    """WeasyPrint names each attachment of the document twice in the array of associated files."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def _make_signature_field(pdf: pydyf.PDF) -> None:
    """The page draws a checkbox over the printed block; here it becomes an empty signature.

    A widget placed by hand would stand outside the structure tree and fail PDF/UA.
    """
    form = pdf.catalog.get("AcroForm")
    if form is None:
        return
    form.pop("DR", None)
    form.pop("NeedAppearances", None)
    form["SigFlags"] = 1
    for item in list(pdf.objects):
        if isinstance(item, dict) and item.get("FT") == "/Btn":
            item["FT"] = "/Sig"
            for key in ("AS", "MK", "V"):
                item.pop(key, None)
            item["AP"] = pydyf.Dictionary({"N": _nothing_drawn(pdf, item["Rect"]).reference})


def _nothing_drawn(pdf: pydyf.PDF, box: list) -> pydyf.Stream:
    """The page shows the block; PDF/A still wants an appearance in every widget."""
    size = pydyf.Array((0, 0, abs(box[2] - box[0]), abs(box[3] - box[1])))
    drawing = pydyf.Stream(
        [], pydyf.Dictionary({"Type": "/XObject", "Subtype": "/Form", "BBox": size})
    )
    pdf.add_object(drawing)
    return drawing
