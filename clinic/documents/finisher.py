"""What WeasyPrint leaves out: PDF/UA identification beside PDF/A, and the signature field."""

import pydyf

SIGNATURE_FIELD = "Signature"

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
    _make_signature_field(pdf)


def _claim_accessibility(pdf: pydyf.PDF) -> None:
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and item.extra.get("Type") == "/Metadata":
            head, end, tail = item.stream[0].rpartition(b"</rdf:RDF>")
            item.stream[0] = head + UA_IDENTITY + tail if end else item.stream[0]


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
    for item in pdf.objects:
        if isinstance(item, dict) and item.get("FT") == "/Btn":
            item["FT"] = "/Sig"
            for key in ("AP", "AS", "MK", "V"):
                item.pop(key, None)
