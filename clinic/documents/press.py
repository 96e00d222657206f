"""HTML to PDF/A-3a and PDF/UA-1, with WeasyPrint. Runs in the worker process."""

import logging
import warnings
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from .errors import DocumentError
from .fetcher import AssetsOnly
from .finisher import finish
from .glyphs import FAMILIES
from .job import Attached, Job

STYLES = Path(__file__).resolve().parents[2] / "templates" / "pdf"
SIZES = {"letter": "letter", "a4": "A4"}


def press(job: Job) -> bytes:
    styles = [*_house_style(), *_sheet_style(job.kind, job.size, job.mark)]
    with _Complaints() as complaints, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its ICC file open
        try:
            source = weasyprint.HTML(string=job.html, url_fetcher=AssetsOnly())
            pdf = source.write_pdf(
                stylesheets=styles,
                font_config=_fonts(),
                pdf_variant="pdf/a-3a",
                pdf_forms=False,
                attachments=[_attachment(item, job.made_at) for item in _by_name(job.attached)],
                finisher=finish,
            )
        except FatalURLFetchingError as error:
            raise DocumentError(f"The document was not made. {error}") from error
    if complaints.found:
        raise DocumentError(f"The document was not made: {complaints.found[0]}")
    return pdf


def warm_up() -> None:
    """What the first document would wait for: fonts found and opened, styles read."""
    page = '<!DOCTYPE html><html lang="en-US"><title>Ready</title><h2>Ready</h2><p>to <b>set</b>'
    press(Job(page, datetime(2000, 1, 1, tzinfo=UTC)))


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _house_style() -> list:
    faces = "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url(asset:{name}) }}'
        for family, weights in FAMILIES.items()
        for weight, name in weights.items()
    )
    return [_css(faces), _css((STYLES / "document.css").read_text())]


@cache
def _sheet_style(kind: str, size: str, mark: str) -> list:
    page = f"@page {{ size: {SIZES[size]} }}"
    if mark:
        page += (STYLES / "mark.css").read_text()
        page += f'body::after {{ content: "{mark}" }}'
    return [_css((STYLES / f"{kind}.css").read_text()), _css(page)]


def _css(text: str) -> weasyprint.CSS:
    return weasyprint.CSS(string=text, font_config=_fonts(), url_fetcher=AssetsOnly())


def _by_name(attached: tuple[Attached, ...]) -> list[Attached]:
    """A PDF name tree is searched by halves: its names must be sorted."""
    return sorted(attached, key=lambda item: item.name)


def _attachment(item: Attached, at: datetime) -> weasyprint.Attachment:
    return weasyprint.Attachment(
        string=item.body,
        name=item.name,
        description=item.description,
        relationship=item.relation,
        created=at.astimezone(UTC),
        modified=at.astimezone(UTC),
    )


class _Complaints(logging.Handler):
    """WeasyPrint only logs what would break conformance; here it stops the document."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.ERROR or text.startswith(".notdef"):
            self.found.append(text)

    def __enter__(self) -> "_Complaints":
        logging.getLogger("weasyprint").addHandler(self)
        return self

    def __exit__(self, *error) -> None:
        logging.getLogger("weasyprint").removeHandler(self)
