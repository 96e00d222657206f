"""Keys and certificates: made, locked, used, revoked, replaced."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from clinic.documents import authority
from clinic.documents.errors import DocumentError
from tests.clinic.documents.conftest import NOW, PASSPHRASE, PRACTICE, make_house
from tests.clinic.documents.reading import need, run

OTHER = "another long passphrase here"


def test_leaf_names_the_clinician_and_may_only_sign_documents(house):
    leaf = x509.load_der_x509_certificate(house.leaf.certificate)

    assert leaf.subject.rfc4514_string() == (
        "2.5.4.5=ME PT4417,CN=Renata Oyelaran\\, PT\\, DPT,O=Harbor Street Manual Therapy,C=US"
    )
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    purpose = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (
        True,
        True,
        False,
    )
    assert [item.dotted_string for item in purpose] == ["1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4"]
    assert isinstance(leaf.public_key().curve, ec.SECP256R1)


def test_chain_leads_from_leaf_to_root(house):
    leaf, issuing, root = (
        x509.load_der_x509_certificate(item.certificate)
        for item in (house.leaf, house.issuing, house.root)
    )

    leaf.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)


def test_openssl_accepts_the_chain(house, tmp_path):
    need("openssl")
    paths = {}
    for name in ("root", "issuing", "leaf"):
        paths[name] = tmp_path / f"{name}.pem"
        paths[name].write_bytes(authority.pem(getattr(house, name).certificate))

    answer = run(
        "openssl", "verify", "-x509_strict", "-CAfile", str(paths["root"]),
        "-untrusted", str(paths["issuing"]), str(paths["leaf"]),
    )  # fmt: skip

    assert answer.returncode == 0, answer.stderr


def test_keys_leave_only_encrypted(house):
    for issued in (house.root, house.issuing, house.leaf):
        assert issued.key.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")


@pytest.mark.parametrize("passphrase", ["", "wrong", PASSPHRASE.upper()])
def test_wrong_passphrase_gets_a_sentence(house, passphrase):
    with pytest.raises(DocumentError, match="the passphrase is wrong or the key file is damaged"):
        authority.unlock(house.leaf, passphrase)


def test_damaged_key_gets_a_sentence(house):
    damaged = authority.Issued(house.leaf.certificate, house.leaf.key[:-60])

    with pytest.raises(DocumentError, match="the key file is damaged"):
        authority.unlock(damaged, PASSPHRASE)


def test_key_of_another_certificate_is_refused(house):
    mixed = authority.Issued(house.leaf.certificate, house.issuing.key)

    with pytest.raises(DocumentError, match="does not belong to this certificate"):
        authority.unlock(mixed, PASSPHRASE)


def test_short_passphrase_is_refused():
    with pytest.raises(DocumentError, match="at least 20 characters"):
        authority.create_root(practice=PRACTICE, passphrase="short", now=NOW)


def test_relocked_key_opens_with_the_new_passphrase_only(house):
    changed = authority.relock(house.leaf, old=PASSPHRASE, new=OTHER)

    assert authority.unlock(changed, OTHER).certificate.serial_number == int(house.leaf.serial, 16)
    with pytest.raises(DocumentError, match="passphrase is wrong"):
        authority.unlock(changed, PASSPHRASE)


def test_usable_certificate_passes(house):
    authority.check_usable(house.leaf.certificate, now=NOW)


@pytest.mark.parametrize(
    ("later", "revoked", "words"),
    [
        (timedelta(days=800), False, "expired on"),
        (timedelta(days=-1), False, "valid only from"),
        (timedelta(), True, "has been revoked"),
    ],
)
def test_unusable_certificate_gets_a_sentence(house, later, revoked, words):
    serials = [house.leaf.serial] if revoked else []

    with pytest.raises(DocumentError, match=f"of Renata Oyelaran, PT, DPT .*{words}"):
        authority.check_usable(house.leaf.certificate, now=NOW + later, revoked=serials)


def test_crl_lists_the_revoked_and_is_signed(house):
    entry = authority.Revoked(house.leaf.serial, NOW, "key_compromise")

    body = authority.make_crl(house.unlocked_issuing(), [entry], number=7, now=NOW)

    crl = x509.load_der_x509_crl(body)
    issuing = x509.load_der_x509_certificate(house.issuing.certificate)
    assert crl.is_signature_valid(issuing.public_key())
    assert [f"{item.serial_number:x}" for item in crl] == [house.leaf.serial]
    assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 7


def test_revocation_counts_from_its_day(house):
    entry = authority.Revoked(house.leaf.serial, NOW)
    crl = authority.make_crl(house.unlocked_issuing(), [entry], number=1, now=NOW)
    issuers = (house.issuing.certificate, house.root.certificate)

    def revoked(moment) -> bool:
        return authority.revoked_before(house.leaf.certificate, [crl], issuers, moment)

    assert not revoked(NOW - timedelta(days=1))
    assert revoked(NOW + timedelta(days=1))


def test_forged_crl_is_not_believed(house):
    impostor = make_house()
    entry = authority.Revoked(house.leaf.serial, NOW)
    crl = authority.make_crl(impostor.unlocked_issuing(), [entry], number=1, now=NOW)
    issuers = (house.issuing.certificate, house.root.certificate)

    with pytest.raises(DocumentError, match="not genuine"):
        authority.revoked_before(house.leaf.certificate, [crl], issuers, NOW)


def test_long_names_and_odd_licenses_fit_the_certificate(house):
    issued = authority.issue_leaf(
        practice="P" * 100,
        name="Nguyễn Thị " + "Ánh " * 20,
        license="№ 12_é",
        issuer=house.unlocked_issuing(),
        passphrase=PASSPHRASE,
        now=NOW,
    )

    assert len(authority.common_name(issued.certificate).encode()) in (63, 64)
