"""Signing with help from outside: a security module, a time-stamping authority, a public list."""

import io
from datetime import UTC, datetime

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings as site
from django.core.management import call_command

from clinic.documents import authority
from clinic.documents.errors import DocumentError
from clinic.documents.verify import verify_pdf
from clinic.errors import NotAllowed
from clinic.models import SigningAuthority, SigningCertificate, StoredDocument
from clinic.services import keys, revocation, timestamping
from clinic.services.issuing import registry
from notes.models import Note
from tests.clinic.documents.authority_of_time import (
    make_authority_of_time,
    make_stamper,
    served,
)
from tests.clinic.documents.softhsm import PIN, make_token
from tests.factories import make_block, make_clinician, make_episode, make_note, make_visit
from tests.notes.acts import sign

pytestmark = pytest.mark.one_engine  # what a token or an authority answers, not what is stored


@pytest.fixture
def draft(in_practice) -> Note:
    note = make_note(make_visit(episode=make_episode(coverage=None)))
    make_block(note, "09:00", "09:15")
    return Note.objects.get(pk=note.pk)


def report_on(content: bytes):
    return verify_pdf(content, trust=keys.trust(), registry=registry, now=datetime.now(UTC))


@pytest.fixture(scope="module")
def stamper():
    return make_stamper()


@pytest.fixture
def time_authority(stamper, settings, tmp_path):
    """Its address and root in the settings; what it was asked."""
    made, root = stamper
    roots = tmp_path / "time.pem"
    roots.write_bytes(authority.pem(root))
    with served(made) as (address, asked):
        settings.TIMESTAMP_URL, settings.TIMESTAMP_ROOTS = address, str(roots)
        settings.PUBLIC_URL = "https://notes.example.org"
        yield asked


def test_with_a_time_authority_the_note_carries_its_evidence_in_one_revision(draft, time_authority):
    signed = sign(draft)

    body = bytes(signed.document.content)
    report = report_on(body)
    assert (report.accepted, report.level) == (True, "B-LT"), report.verdict
    assert body.count(b"startxref") == 2  # as rendered, and the one signed revision
    with pikepdf.open(io.BytesIO(body)) as pdf:
        (held,) = (x509.load_der_x509_crl(item.read_bytes()) for item in pdf.Root.DSS.CRLs)
        assert len(pdf.Root.DSS.Certs) >= 3
    row = SigningCertificate.objects.get(clinician=signed.author)
    assert held.issuer == x509.load_der_x509_certificate(bytes(row.certificate)).issuer


def test_only_a_digest_leaves_for_the_time_authority(draft, time_authority):
    signed = sign(draft)

    patient = signed.visit.patient
    sent = b"".join(time_authority)
    assert {len(request) < 120 for request in time_authority} == {True}
    assert [w for w in (patient.last_name, signed.number) if w.encode() in sent] == []


def test_silent_time_authority_leaves_no_half_signed_note(draft, settings):
    settings.TIMESTAMP_URL = "http://127.0.0.1:9/"

    with pytest.raises(DocumentError, match="time-stamping authority did not answer"):
        sign(draft)

    draft.refresh_from_db()
    assert (draft.status, draft.number, draft.digest) == ("draft", "", "")
    assert not StoredDocument.objects.exists()


def test_unreadable_roots_leave_no_half_signed_note(draft, time_authority, settings, tmp_path):
    settings.TIMESTAMP_ROOTS = str(tmp_path / "nowhere.pem")

    with pytest.raises(NotAllowed, match="HANDLINE_TIMESTAMP_ROOTS names a PEM file"):
        sign(draft)

    draft.refresh_from_db()
    assert draft.status == "draft"
    assert not StoredDocument.objects.exists()


def test_lists_in_the_folder_of_the_settings_are_read(settings, tmp_path):
    body = make_authority_of_time().revoked_none
    listed = x509.load_der_x509_crl(body)
    (tmp_path / "a.crl").write_bytes(body)
    (tmp_path / "b.pem").write_bytes(listed.public_bytes(Encoding.PEM))
    settings.TIMESTAMP_CRLS = str(tmp_path)

    assert timestamping.lists() == (body, body)


@pytest.mark.parametrize("content", [None, b"not a list"])
def test_unreadable_lists_leave_no_half_signed_note(
    draft, time_authority, settings, tmp_path, content
):
    folder = tmp_path / "lists"
    if content is not None:
        folder.mkdir()
        (folder / "a.crl").write_bytes(content)
    settings.TIMESTAMP_CRLS = str(folder)

    with pytest.raises(NotAllowed, match="HANDLINE_TIMESTAMP_CRLS names a folder"):
        sign(draft)

    draft.refresh_from_db()
    assert draft.status == "draft"
    assert not StoredDocument.objects.exists()


@pytest.fixture
def security_module(settings, tmp_path_factory):
    token = make_token(tmp_path_factory.mktemp("module"))
    settings.SIGNER, settings.PKCS11_MODULE = "pkcs11", token.module
    settings.PKCS11_TOKEN, settings.PKCS11_PIN = token.label, PIN
    return token


def test_note_is_signed_by_a_key_in_a_security_module(draft, security_module):
    signed = sign(draft)

    row = SigningCertificate.objects.get(clinician=signed.author)
    assert bytes(row.key).startswith(keys.IN_TOKEN)
    assert report_on(bytes(signed.document.content)).accepted


def test_switching_back_issues_a_certificate_whose_key_is_here(
    in_practice, security_module, settings
):
    clinician = make_clinician()
    _, first = keys.signer_for(clinician)
    settings.SIGNER = "file"

    _, second = keys.signer_for(clinician)

    first.refresh_from_db()
    assert first.revoked_because == "superseded"
    assert bytes(second.key).startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY")


def test_new_passphrase_leaves_keys_in_the_module_alone(draft, security_module):
    sign(draft)

    changed = keys.change_passphrase(
        old=site.SIGNING_PASSPHRASE, new="a new passphrase that is long enough", by=None
    )

    assert changed == 1  # the authority's


@pytest.mark.parametrize("signer", ["pkcs11", "usb"])
def test_half_a_setting_for_the_module_is_told(in_practice, settings, signer):
    settings.SIGNER = signer

    with pytest.raises(NotAllowed, match="HANDLINE_SIGNER is file or pkcs11"):
        keys.signer_for(make_clinician())

    assert not SigningCertificate.objects.exists()


def lists_named_in(row: SigningCertificate) -> list[str]:
    facts = x509.load_der_x509_certificate(bytes(row.certificate)).extensions
    points = facts.get_extension_for_class(x509.CRLDistributionPoints).value
    return [name.value for point in points for name in point.full_name]


def test_certificate_names_a_list_that_anybody_can_fetch(in_practice, settings, client):
    settings.PUBLIC_URL = "https://notes.example.org"
    row = keys.issue_certificate(make_clinician(), by=None)
    keys.revoke_certificate(row, because="key_compromise", by=None)

    (address,) = lists_named_in(row)
    answer = client.get(address.removeprefix("https://notes.example.org"))

    crl = x509.load_der_x509_crl(answer.content)
    assert answer["Content-Type"] == "application/pkix-crl"
    assert "max-age=3600" in answer["Cache-Control"]
    assert [f"{entry.serial_number:x}" for entry in crl] == [row.serial]
    issuer = x509.load_der_x509_certificate(bytes(row.authority.issuing_certificate))
    assert crl.is_signature_valid(issuer.public_key())


def test_list_may_be_published_elsewhere(in_practice, settings, tmp_path):
    settings.PUBLIC_URL, settings.CRL_URL = "https://here.example.org", "https://pki.example.org/l"
    row = keys.issue_certificate(make_clinician(), by=None)
    name = revocation.list_name(row.authority)

    call_command("write_revocation_lists", str(tmp_path), stdout=io.StringIO())

    assert lists_named_in(row) == [f"https://pki.example.org/l/{name}.crl"]
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.crl"]
    assert list(x509.load_der_x509_crl((tmp_path / f"{name}.crl").read_bytes())) == []


def test_without_an_address_certificates_name_no_list(in_practice, settings):
    settings.PUBLIC_URL = ""
    row = keys.issue_certificate(make_clinician(), by=None)

    facts = x509.load_der_x509_certificate(bytes(row.certificate)).extensions
    with pytest.raises(x509.ExtensionNotFound):
        facts.get_extension_for_class(x509.CRLDistributionPoints)


def test_unknown_list_is_not_found(in_practice, client):
    assert client.get(f"/crl/{'0' * 32}.crl").status_code == 404


def test_expired_authority_signs_nothing(draft):
    now = datetime.now(UTC)
    long_ago = now.replace(year=now.year - 11)
    word = "a root passphrase for tests"
    root = authority.create_root(practice="P", passphrase=word, now=long_ago)
    issuing = authority.create_issuing(
        practice="P", root=authority.unlock(root, word), passphrase=site.SIGNING_PASSPHRASE,
        now=long_ago,
    )  # fmt: skip
    SigningAuthority.objects.update(
        root_certificate=root.certificate, issuing_certificate=issuing.certificate,
        issuing_key=issuing.key,
    )  # fmt: skip

    with pytest.raises(DocumentError, match=r"signing authority expired on .* Issue a new one"):
        sign(draft)

    draft.refresh_from_db()
    assert draft.status == "draft"
    assert not StoredDocument.objects.exists()
