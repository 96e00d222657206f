"""The signature as independent programs see it: poppler, OpenSSL, pyHanko."""

import io

import pikepdf
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from clinic.documents import authority
from clinic.documents.errors import DocumentError
from clinic.documents.sign import Intent, Timestamping, sign_pdf
from clinic.documents.verify import RegistryEntry, Trust, verify_pdf
from tests.clinic.documents import samples as s
from tests.clinic.documents.authority_of_time import make_authority_of_time
from tests.clinic.documents.conftest import INTENT, NOW
from tests.clinic.documents.golden import SIGNED, golden, small
from tests.clinic.documents.reading import need, run


def pdfsig(body: bytes, folder, root: bytes) -> str:
    """poppler's answer, with our root (and only ours) trusted in a database of its own."""
    need("pdfsig")
    need("certutil")
    nss, path, anchor = folder / "nss", folder / "signed.pdf", folder / "root.pem"
    nss.mkdir(exist_ok=True)
    path.write_bytes(body)
    anchor.write_bytes(authority.pem(root))
    made = run("certutil", "-N", "-d", f"sql:{nss}", "--empty-password")
    assert made.returncode == 0, made.stderr
    added = run("certutil", "-A", "-d", f"sql:{nss}", "-n", "root", "-t", "CT,C,C", "-i", anchor)
    assert added.returncode == 0, added.stderr
    return run("pdfsig", "-nssdir", f"sql:{nss}", str(path)).stdout.decode()


def ranges(body: bytes) -> tuple[bytes, bytes]:
    """The signed bytes, and the signature (CMS, DER) that they leave out."""
    with pikepdf.open(io.BytesIO(body)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        start, length, after, rest = (int(n) for n in field.V.ByteRange)
    content = bytes.fromhex(body[start + length + 1 : after - 1].decode())
    return body[start : start + length] + body[after : after + rest], content


def test_pdfsig_finds_it_valid_whole_and_trusted(house, signed, tmp_path):
    answer = pdfsig(signed, tmp_path, house.root.certificate)

    assert "Signature is Valid." in answer
    assert "Total document signed" in answer
    assert "Certificate is Trusted." in answer
    assert "Signer Certificate Common Name: Renata Oyelaran, PT, DPT" in answer
    assert "Signature Type: ETSI.CAdES.detached" in answer


def test_pdfsig_does_not_trust_it_without_our_root(signed, tmp_path, house):
    stranger = authority.create_root(practice="Stranger", passphrase="x" * 20, now=NOW)

    answer = pdfsig(signed, tmp_path, stranger.certificate)

    assert "Certificate is Trusted." not in answer


def test_openssl_verifies_the_extracted_ranges(house, signed, tmp_path):
    need("openssl")
    content, cms = ranges(signed)
    for name, data in (("content", content), ("cms", cms)):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "root.pem").write_bytes(authority.pem(house.root.certificate))

    def check(name: str):
        return run(
            "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any",
            "-in", str(tmp_path / "cms"), "-content", str(tmp_path / name),
            "-CAfile", str(tmp_path / "root.pem"), "-out", str(tmp_path / "out"),
        )  # fmt: skip

    (tmp_path / "changed").write_bytes(content + b" ")
    assert check("content").returncode == 0, check("content").stderr
    assert check("changed").returncode != 0


def test_signature_dictionary_tells_the_act(signed):
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        act = pdf.Root.AcroForm.Fields[0].V
        (reference,) = act.Reference

        assert str(act.Reason) == "I performed this treatment."
        assert str(act.Name) == "Renata Oyelaran, PT, DPT"
        assert str(act.Location) == "Portland, ME"
        assert (int(act.Prop_AuthTime), str(act.Prop_AuthType)) == (12, "Password")
        assert str(act.SubFilter) == "/ETSI.CAdES.detached"
        assert reference.TransformMethod == "/DocMDP"
        assert int(reference.TransformParams.P) == 1
        assert pdf.Root.Perms.DocMDP.objgen == act.objgen


def test_passkey_leaves_the_authentication_type_out(house):
    body = sign_pdf(small(), signer=house.signer, intent=Intent("x", "", 3, "passkey"))

    with pikepdf.open(io.BytesIO(body)) as pdf:
        assert "/Prop_AuthType" not in pdf.Root.AcroForm.Fields[0].V


def test_signing_keeps_the_rendered_file_unchanged_inside(signed):
    assert signed.startswith(golden("note-8"))


def test_signed_file_cannot_be_signed_again(house, signed):
    with pytest.raises(DocumentError, match="could not be signed"):
        sign_pdf(signed, signer=house.signer, intent=INTENT)


@pytest.mark.parametrize("body", [b"", b"hello", b"%PDF-1.7 and no more"])
def test_only_a_pdf_with_a_field_is_signed(house, body):
    with pytest.raises(DocumentError):
        sign_pdf(body, signer=house.signer, intent=INTENT)


@pytest.mark.parametrize("name", SIGNED)
def test_every_golden_document_verifies_once_signed(house, signed_file, name):
    body = signed_file(name)
    entry = RegistryEntry("note", "N", 1, "issued", NOW, "Renata Oyelaran")

    report = verify_pdf(body, trust=house.trust, registry={s.sha256(body): entry}.get, now=NOW)

    assert report.accepted, report.verdict


def timestamper() -> tuple[DummyTimeStamper, bytes]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test TSA")])
    purpose = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
    usage = x509.KeyUsage(True, *[False] * 8)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(NOW.replace(microsecond=0) - authority.GRACE)
        .not_valid_after(NOW.replace(year=NOW.year + 1))
        .add_extension(purpose, critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    ).public_bytes(serialization.Encoding.DER)
    plain = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    stamper = DummyTimeStamper(
        asn1_x509.Certificate.load(certificate), asn1_keys.PrivateKeyInfo.load(plain)
    )
    return stamper, certificate


def test_with_a_timestamp_the_file_carries_its_evidence_in_one_revision(house, tmp_path):
    stamper, stamp_root = timestamper()
    crl = authority.make_crl(house.unlocked_issuing(), [], number=1, now=NOW)
    settings = Timestamping("", (crl,), (stamp_root,), stamper)

    body = sign_pdf(golden("note-8"), signer=house.signer, intent=INTENT, timestamping=settings)

    trust = Trust(
        house.trust.roots, house.trust.between, crls=(crl,), timestamp_roots=(stamp_root,)
    )
    entry = RegistryEntry("note", "SN-240000", 1, "issued", NOW, "Renata Oyelaran")
    report = verify_pdf(body, trust=trust, registry={s.sha256(body): entry}.get, now=NOW)
    assert (report.accepted, report.level) == (True, "B-LT"), report.verdict
    assert "Total document signed" in pdfsig(body, tmp_path, house.root.certificate)
    assert body.count(b"startxref") == 2  # as rendered, and the one signed revision
    with pikepdf.open(io.BytesIO(body)) as pdf:
        assert len(pdf.Root.DSS.CRLs) == 1


def test_lists_of_the_timestamp_authority_are_in_the_same_revision(house):
    time = make_authority_of_time()
    crl = authority.make_crl(house.unlocked_issuing(), [], number=1, now=NOW)
    settings = Timestamping("", (crl, time.revoked_none), (time.root,), time.stamper)

    body = sign_pdf(small(), signer=house.signer, intent=INTENT, timestamping=settings)

    assert body.count(b"startxref") == 2
    with pikepdf.open(io.BytesIO(body)) as pdf:
        kept = {bytes(item.read_bytes()) for item in pdf.Root.DSS.CRLs}
    assert kept == {crl, time.revoked_none}


def test_stamp_of_a_revoked_certificate_signs_nothing(house):
    time = make_authority_of_time()
    crl = authority.make_crl(house.unlocked_issuing(), [], number=1, now=NOW)
    settings = Timestamping("", (crl, time.revoked_stamper), (time.root,), time.stamper)

    with pytest.raises(DocumentError, match="lists of revoked certificates"):
        sign_pdf(small(), signer=house.signer, intent=INTENT, timestamping=settings)


def test_silent_timestamp_authority_signs_nothing(house):
    settings = Timestamping("http://127.0.0.1:9/", trusted=())

    with pytest.raises(DocumentError, match="time-stamping authority did not answer"):
        sign_pdf(small(), signer=house.signer, intent=INTENT, timestamping=settings)


def test_timestamp_without_trusted_roots_is_b_t(house):
    stamper, _ = timestamper()

    body = sign_pdf(
        small(),
        signer=house.signer,
        intent=INTENT,
        timestamping=Timestamping("", timestamper=stamper),
    )

    entry = RegistryEntry("superbill", "SB", 1, "issued", NOW, "Renata Oyelaran")
    report = verify_pdf(body, trust=house.trust, registry={s.sha256(body): entry}.get, now=NOW)
    assert (report.accepted, report.level) == (True, "B-T")


def test_timestamp_of_another_authority_signs_nothing(house):
    stamper, _ = timestamper()
    _, other_root = timestamper()

    with pytest.raises(DocumentError, match="not from one of its trusted roots"):
        sign_pdf(
            small(),
            signer=house.signer,
            intent=INTENT,
            timestamping=Timestamping("", trusted=(other_root,), timestamper=stamper),
        )
