"""Nothing that was changed is accepted, whatever the change; what is ours is."""

import io
import random
from dataclasses import replace
from datetime import timedelta

import pikepdf
import pytest

from clinic.documents import authority
from clinic.documents.errors import DocumentError
from clinic.documents.render import render_note
from clinic.documents.sign import sign_pdf
from clinic.documents.verify import LARGEST, RegistryEntry, Report, Trust, verify_pdf
from tests.clinic.documents import samples as s
from tests.clinic.documents.conftest import INTENT, NOW, make_house
from tests.clinic.documents.golden import golden, small
from tests.clinic.documents.tampering import (
    TAMPERINGS,
    signed_leniently,
    slipped_through,
    structural_places,
)


def trusting(_digest: str) -> RegistryEntry:
    """A registry that knows every file: what is left is what the signature alone can say."""
    return RegistryEntry("note", "SN-240000", 1, "issued", NOW, "Renata Oyelaran")


def failed(report: Report) -> set[str]:
    return {check.key for check in report.checks if not check.passed}


def accepted(body: bytes, house, registry) -> bool:
    """Refused by a check or refused as unreadable: both are a no."""
    try:
        return verify_pdf(body, trust=house.trust, registry=registry, now=NOW).accepted
    except DocumentError:
        return False


def test_issued_document_is_accepted(house, signed, registry):
    report = verify_pdf(signed, trust=house.trust, registry=registry, now=NOW)

    assert report.accepted
    assert report.verdict == "Genuine, unchanged and current."
    assert (report.signer, report.license) == ("Renata Oyelaran, PT, DPT", "ME PT4417")
    assert report.serial == house.leaf.serial
    assert report.level == "B-B"
    assert [item.name for item in report.carried] == ["derivation.json", "record.json"]
    assert report.carried[1].sha256 == s.signed().fingerprint()


@pytest.mark.parametrize("name", sorted(TAMPERINGS))
def test_tampered_document_is_refused_by_registry_and_by_signature(house, signed, registry, name):
    changed = TAMPERINGS[name](signed)

    with_registry = verify_pdf(changed, trust=house.trust, registry=registry, now=NOW)
    without = verify_pdf(changed, trust=house.trust, registry=trusting, now=NOW)

    assert not with_registry.accepted
    assert "registry" in failed(with_registry)
    assert not without.accepted
    assert failed(without) - {"registry"}


@pytest.mark.parametrize("name", ["content replaced by an update", "annotation added by an update"])
def test_changed_document_whose_signature_would_allow_more_is_refused(house, name):
    """What many readers let through on files that are certified less strictly than ours."""
    lenient = signed_leniently(golden("note-8"), house.signer, INTENT)

    report = verify_pdf(TAMPERINGS[name](lenient), trust=house.trust, registry=trusting, now=NOW)

    assert not report.accepted
    assert failed(report)


def test_truncated_document_is_refused(house, signed, registry):
    with pytest.raises(DocumentError, match="damaged and cannot be read"):
        verify_pdf(signed[: len(signed) // 2], trust=house.trust, registry=registry, now=NOW)


def test_changed_bytes_are_refused_by_the_signature_alone(house, signed_file):
    """60 by chance, and in each place that only our own checks watch. `make soak` does 1,000."""
    body = signed_file("note-bare")
    chance = random.Random(5)
    places = [(chance.randrange(len(body)), 1 << chance.randrange(8)) for _ in range(60)]
    places += [(place, 1) for place in structural_places(body)]

    assert slipped_through(body, places, trust=house.trust, registry=trusting, now=NOW) == []


def test_changed_byte_is_no_longer_in_the_registry(house, signed, registry):
    places = [(place, 1) for place in (0, len(signed) // 2, len(signed) - 1)]

    assert slipped_through(signed, places, trust=house.trust, registry=registry, now=NOW) == []


def test_signature_moved_to_another_note_is_refused(house, signed):
    """The signed revision of one note, appended to another note of the same length."""
    first, other = golden("note-8"), render_note(s.signed(plan="Stop treatment."))
    moved = other + signed[len(first) :]

    assert accepted(signed, house, trusting)
    assert not accepted(moved, house, trusting)


def test_impostor_with_the_same_name_is_refused(house):
    impostor = make_house("Renata Oyelaran")
    forged = sign_pdf(golden("note-8"), signer=impostor.signer, intent=INTENT)

    report = verify_pdf(forged, trust=house.trust, registry=trusting, now=NOW)

    assert report.signer == "Renata Oyelaran, PT, DPT"
    assert failed(report) == {"trusted", "alone"}
    assert report.verdict.startswith("Not accepted. The signer's certificate was not issued by")


def test_unsigned_document_is_refused(house):
    report = verify_pdf(golden("note-8"), trust=house.trust, registry=trusting, now=NOW)

    assert report.verdict == (
        "Not accepted. The file has no signatures; a document of ours has exactly one."
    )


def crl(house, at) -> bytes:
    entry = authority.Revoked(house.leaf.serial, at, "key_compromise")
    return authority.make_crl(house.unlocked_issuing(), [entry], number=2, now=NOW)


def test_document_of_a_signer_revoked_before_is_refused(house, signed, registry):
    trust = replace(house.trust, crls=(crl(house, NOW - timedelta(hours=1)),))

    report = verify_pdf(signed, trust=trust, registry=registry, now=NOW)

    assert failed(report) == {"revoked"}


def test_document_made_before_revocation_and_expiry_stays_genuine(house, signed, registry):
    trust = replace(house.trust, crls=(crl(house, NOW + timedelta(hours=1)),))
    years_later = NOW + timedelta(days=365 * 9)

    report = verify_pdf(signed, trust=trust, registry=registry, now=years_later)

    assert report.verdict == "Genuine, unchanged and current."


@pytest.mark.parametrize(
    ("state", "replaced_by", "verdict"),
    [
        ("superseded", "version 2", "Genuine and unchanged, but superseded by version 2."),
        ("superseded", "", "Genuine and unchanged, but superseded."),
        ("withdrawn", "", "Genuine and unchanged, but withdrawn by the practice."),
    ],
)
def test_state_of_the_registry_is_told(house, signed, state, replaced_by, verdict):
    entry = replace(trusting(""), state=state, replaced_by=replaced_by)

    report = verify_pdf(signed, trust=house.trust, registry=lambda _: entry, now=NOW)

    assert (report.accepted, report.verdict) == (True, verdict)


def locked(body: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(body)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04 a zip", "This is not a PDF"),
        (b"%PDF-1.7\nnothing of the kind", "damaged and cannot be read"),
        (b"%PDF-" + b"\0" * LARGEST, "larger than 25 MB"),
    ],
    ids=["empty", "zip", "corrupt", "huge"],
)
def test_unreadable_upload_gets_a_sentence(house, body, words):
    with pytest.raises(DocumentError, match=words):
        verify_pdf(body, trust=house.trust, registry=trusting, now=NOW)


def test_password_protected_upload_gets_a_sentence(house):
    with pytest.raises(DocumentError, match="asks for a password"):
        verify_pdf(locked(small()), trust=house.trust, registry=trusting, now=NOW)


def test_trust_needs_a_root(signed):
    report = verify_pdf(signed, trust=Trust(()), registry=trusting, now=NOW)

    assert failed(report) == {"trusted", "alone"}
