"""Pieces that the note and the superbill share."""

from functools import cache
from pathlib import Path

from django.template import Context, Engine

from clinic.documents import qr
from clinic.documents.parts import Addendum, Practice, Region, Signature
from clinic.documents.wording import ago, day, grouped, joined, moment

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"


@cache
def _engine() -> Engine:
    """Django's template language without the site's settings: paper never changes with them."""
    return Engine(dirs=[TEMPLATES], autoescape=True)


def fill(template: str, values: dict) -> str:
    return _engine().get_template(template).render(Context(values))


def facts(*pairs: tuple[str, str], per_row: int = 3) -> list[list[tuple[str, str]]]:
    """Label and value, those with nothing to say left out, in rows of equal length."""
    known = [pair for pair in pairs if pair[1]]
    known += [("", "")] * (-len(known) % per_row)
    return [known[start : start + per_row] for start in range(0, len(known), per_row)]


def practice(of: Practice) -> dict:
    return {
        "name": of.name,
        "line": joined(of.address, of.phone, of.email, f"NPI {of.npi}" if of.npi else ""),
    }


def paragraphs(text: str) -> list[str]:
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    return [part.strip("\n") for part in clean.split("\n\n") if part.strip()]


def region(of: Region) -> str:
    return joined(of.label, of.side, by=", ")


def regions(of: tuple[Region, ...]) -> str:
    return "; ".join(map(region, of))


def signature(of: Signature, zone: str, *, heading: str = "Electronically signed by") -> dict:
    seconds = of.seconds_since_authentication
    identity = ""
    if seconds is not None:
        moment_before = f"{ago(seconds)} before signing" if seconds else "at signing"
        identity = f"identity confirmed {moment_before}"
    return {
        "heading": heading,
        "who": joined(of.name, of.credential, by=", "),
        "attestation": of.attestation,
        "identity": joined(
            f"License {of.license}" if of.license else "",
            f"NPI {of.npi}" if of.npi else "",
            f"Certificate {of.certificate_serial}" if of.certificate_serial else "",
        ),
        "when": moment(of.signed_at, zone),
        "how": joined(of.method, identity),
        "fingerprint": grouped(of.record_sha256),
        "trail": f"{of.audit_event}, {grouped(of.audit_seal)}" if of.audit_event else "",
    }


def addenda(of: tuple[Addendum, ...], zone: str) -> list[dict]:
    return [
        {
            "title": f"{item.kind} {item.number}",
            "paragraphs": paragraphs(item.text),
            "signature": signature(item.signature, zone),
        }
        for item in of
    ]


def verification(url: str | None) -> dict | None:
    return {"url": url, "qr": qr.drawing(url)} if url else None


def supersedes(earlier) -> str:
    if earlier is None:
        return ""
    return (
        f"Replaces {earlier.number} version {earlier.version}, which travels unchanged inside "
        f"this file. SHA-256 of that file: {grouped(earlier.file_sha256)}"
    )


def void_words(void, zone: str) -> str:
    if void is None:
        return ""
    words = f"Voided {moment(void.voided_at, zone)} by {void.by}: {void.reason}"
    return words + (f" Replaced by {void.replaced_by}." if void.replaced_by else "")


def period(start, end) -> str:
    return f"{day(start)} – {day(end)}" if start and end else day(start or end)
