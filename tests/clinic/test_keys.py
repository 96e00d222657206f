"""Custody of the signing keys, and the registry of what was signed with them."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from django.core.management import CommandError, call_command

from clinic.documents.authority import pem
from clinic.documents.errors import DocumentError
from clinic.documents.verify import verify_pdf
from clinic.errors import NotAllowed
from clinic.models import AuditEvent, SigningAuthority, SigningCertificate, StoredDocument
from clinic.scope import scope
from clinic.services import documents, keys, revocation
from clinic.services.issuing import registry, state_of
from notes.models import Note
from notes.services.addenda import add_addendum
from tests.factories import make_block, make_clinician, make_episode, make_note, make_visit, new_key
from tests.notes.acts import sign


def make_ground(practice) -> None:
    note = make_note(make_visit(episode=make_episode(coverage=None)))
    make_block(note, "09:00", "09:15")
    sign(note)


@pytest.fixture
def signed(in_practice) -> Note:
    return Note.objects.get()


def report_on(content: bytes):
    return verify_pdf(content, trust=keys.trust(), registry=registry, now=datetime.now(UTC))


def test_signed_note_is_genuine_unchanged_and_current(signed):
    report = report_on(bytes(signed.document.content))

    assert report.accepted
    assert report.verdict == "Genuine, unchanged and current."
    assert report.signer == str(signed.author)
    assert report.license == signed.author.licence


def test_changed_byte_is_refused(signed):
    content = bytearray(signed.document.content)
    content[len(content) // 2] ^= 1

    assert not report_on(bytes(content)).accepted


def test_document_of_another_practice_is_neither_registered_nor_trusted(signed, other_practice):
    content = bytes(signed.document.content)

    with scope(other_practice):
        keys.found_authority(other_practice, root_passphrase="another long passphrase", by=None)
        SigningAuthority.objects.filter(retired_at__isnull=False).delete()
        report = report_on(content)

    failed = {check.key for check in report.checks if not check.passed}
    assert report.entry is None
    assert {"registry"} < failed


def test_addendum_issues_a_version_that_carries_the_first(signed):
    first = signed.document

    add_addendum(
        signed, by=signed.author.user, submit_key=new_key(), text="Left, not right.",
        method="password",
    )  # fmt: skip

    second = StoredDocument.objects.get(number=signed.number, version=2)
    report = report_on(bytes(second.content))
    assert second.replaces == first
    assert report.accepted
    assert first.sha256 in {file.sha256 for file in report.carried}
    assert report_on(bytes(first.content)).verdict.startswith("Genuine and unchanged, but supersed")


def test_withdrawn_document_says_so(signed):
    documents.withdraw(signed.document, reason="wrong patient's chart", by=signed.author.user)

    document = StoredDocument.objects.get(pk=signed.document_id)
    assert state_of(document, None) == "withdrawn"
    assert report_on(bytes(document.content)).verdict == (
        "Genuine and unchanged, but withdrawn by the practice."
    )


def test_withdrawal_needs_a_reason(signed):
    with pytest.raises(NotAllowed, match="Say why"):
        documents.withdraw(signed.document, reason="no", by=signed.author.user)

    assert not AuditEvent.objects.filter(action="document.withdrawn").exists()


def test_revoked_certificate_signs_no_more_and_what_it_signed_stays_genuine(signed):
    row = SigningCertificate.objects.get(clinician=signed.author)

    keys.revoke_certificate(row, because="key_compromise", by=None)

    _, next_one = keys.signer_for(signed.author)
    assert next_one.serial != row.serial
    assert report_on(bytes(signed.document.content)).accepted


def test_expired_certificate_is_replaced(in_practice):
    clinician = make_clinician()
    _, first = keys.signer_for(clinician)
    SigningCertificate.objects.update(expires_at=datetime.now(UTC) - timedelta(days=1))

    _, second = keys.signer_for(clinician)

    assert second.serial != first.serial


def test_unknown_reason_is_refused(signed):
    row = SigningCertificate.objects.get(clinician=signed.author)

    with pytest.raises(NotAllowed, match="Give one of these reasons"):
        keys.revoke_certificate(row, because="because", by=None)

    row.refresh_from_db()
    assert row.revoked_at is None


def test_no_authority_refuses_with_the_command_to_run(in_practice):
    SigningAuthority.objects.update(retired_at=datetime.now(UTC))

    with pytest.raises(NotAllowed, match="make_signing_authority"):
        keys.signer_for(make_clinician())


def test_new_authority_leaves_old_documents_verifiable(signed, practice):
    keys.found_authority(practice, root_passphrase="another long passphrase", by=None)

    assert report_on(bytes(signed.document.content)).accepted


def test_wrong_passphrase_cannot_sign(signed, settings):
    settings.SIGNING_PASSPHRASE = "not the passphrase of these keys, no"

    with pytest.raises(DocumentError, match="passphrase is wrong"):
        keys.signer_for(signed.author)


def test_passphrase_changes_for_every_key(signed, settings):
    old, new = settings.SIGNING_PASSPHRASE, "a new passphrase that is long enough"

    assert keys.change_passphrase(old=old, new=new, by=None) == 2

    settings.SIGNING_PASSPHRASE = new
    assert keys.signer_for(signed.author)[1].clinician == signed.author


def test_wrong_old_passphrase_changes_no_key(signed):
    before = list(SigningCertificate.objects.values_list("key", flat=True))

    with pytest.raises(DocumentError):
        keys.change_passphrase(old="wrong", new="a new passphrase that is long enough", by=None)

    assert list(SigningCertificate.objects.values_list("key", flat=True)) == before


def test_crl_names_the_revoked(signed):
    row = SigningCertificate.objects.get(clinician=signed.author)
    keys.revoke_certificate(row, because="affiliation_changed", by=None)

    crl = x509.load_der_x509_crl(revocation.list_of(row.authority))

    assert [f"{entry.serial_number:x}" for entry in crl] == [row.serial]


def test_verify_pdf_command_answers_each_file(signed, tmp_path):
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    good.write_bytes(bytes(signed.document.content))
    bad.write_bytes(bytes(signed.document.content) + b"%")
    out = io.StringIO()

    call_command("verify_pdf", str(good), stdout=out)
    with pytest.raises(CommandError, match="1 of 2 files refused"):
        call_command("verify_pdf", str(good), str(bad), stdout=out)

    assert "good.pdf: Genuine, unchanged and current." in out.getvalue()


def test_certificates_are_listed_and_revoked_by_command(signed):
    row = SigningCertificate.objects.get(clinician=signed.author)
    out = io.StringIO()

    call_command("revoke_certificate", row.serial, "--because", "affiliation_changed", stdout=out)
    call_command("list_certificates", stdout=out)

    assert f"Revoked {row.serial}" in out.getvalue()
    assert "(affiliation_changed)" in out.getvalue()


def test_public_page_tells_the_state_and_no_patient(signed, client):
    page = client.get(f"/v/{signed.document.public_id}/")

    text = page.content.decode()
    assert page.status_code == 200
    assert str(signed.author) in text
    assert signed.visit.patient.last_name not in text
    assert "03/02/2026" not in text
    assert page["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(("tail", "answer"), [("", "<b>Yes.</b>"), ("x", "<b>No.</b>")])
def test_public_page_compares_the_fingerprint(signed, client, tail, answer):
    sha256 = ("0" * 64) if tail else signed.document.sha256

    page = client.get(f"/v/{signed.document.public_id}/", {"sha256": sha256})

    assert answer in page.content.decode()


def test_public_page_of_an_unknown_id_has_the_same_shape(in_practice, client):
    page = client.get(f"/v/{new_key()}/", {"sha256": "zz"})

    assert page.status_code == 200
    assert "No document was issued under this code" in page.content.decode()
    assert "A SHA-256 has 64 characters" in page.content.decode()


def test_staff_page_reports_in_full(signed, office_client):
    file = io.BytesIO(bytes(signed.document.content))
    file.name = "note.pdf"

    page = office_client.post("/verify/", {"file": file})

    assert "Genuine, unchanged and current." in page.content.decode()
    assert AuditEvent.objects.filter(action="document.verified").count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "The file is empty"), (b"<html>", "This is not a PDF")],
)
def test_staff_page_refuses_what_is_no_pdf(office_client, content, sentence):
    file = io.BytesIO(content)
    file.name = "x.pdf"

    page = office_client.post("/verify/", {"file": file})

    assert page.status_code == 422
    assert sentence in page.content.decode()


def test_root_certificate_is_given_out(signed, office_client):
    page = office_client.get("/verify/root.pem")

    root = bytes(SigningAuthority.objects.get().root_certificate)
    assert page.content == pem(root)
