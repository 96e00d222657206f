"""The two references of our paper's cost: WeasyPrint used plainly, and our own page bare.

*Naive* is how it is usually called: style in the page, fonts read each time, automatic tables,
styles on the cells. *Leanest* is our own markup and parsed styles without tags and PDF/A.
"""

import re

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from clinic.documents.glyphs import FAMILIES, FONTS
from clinic.documents.job import Job
from clinic.documents.press import STYLES, _fonts, _house_style, _sheet_style

CELL = ' style="padding: .85mm 1.2mm; text-align: left; vertical-align: top"'


def naive(job: Job) -> bytes:
    faces = "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight};'
        f" src: url(file://{FONTS / name}.ttf) }}"
        for family, weights in FAMILIES.items()
        if family == "Source Sans 3"  # the one its text needs
        for weight, name in weights.items()
    )
    css = (STYLES / "document.css").read_text() + (STYLES / f"{job.kind}.css").read_text()
    css = css.replace("table-layout: fixed", "table-layout: auto")
    html = job.html.replace("<head>", f"<head><style>{faces}{css}@page{{size:{job.size}}}</style>")
    html = re.sub(r"<(td|th)(?=[ >])", rf"<\1{CELL}", html)
    return weasyprint.HTML(string=html).write_pdf(font_config=FontConfiguration())


def leanest(job: Job) -> bytes:
    styles = [*_house_style(), *_sheet_style(job.kind, job.size, job.mark)]
    return weasyprint.HTML(string=job.html).write_pdf(stylesheets=styles, font_config=_fonts())
