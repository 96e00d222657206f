"""A key that never leaves its security module signs like any other."""

from dataclasses import replace

import pytest

from clinic.documents import authority
from clinic.documents.errors import DocumentError
from clinic.documents.hardware import TokenKey, make_key
from clinic.documents.sign import Signer, sign_pdf
from clinic.documents.verify import RegistryEntry, verify_pdf
from tests.clinic.documents import samples as s
from tests.clinic.documents.conftest import INTENT, NOW, PRACTICE
from tests.clinic.documents.golden import small
from tests.clinic.documents.softhsm import make_token

KEY = b"\x01" * 16


@pytest.fixture(scope="session")
def token(tmp_path_factory):
    return make_token(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture(scope="session")
def certificate(house, token) -> bytes:
    return authority.certify_leaf(
        make_key(token, KEY),
        practice=PRACTICE,
        name="Renata Oyelaran",
        credential="PT, DPT",
        license="ME PT4417",
        issuer=house.unlocked_issuing(),
        now=NOW,
    )


def signer_with(certificate, house, token, key: bytes = KEY) -> Signer:
    chain = (house.issuing.certificate, house.root.certificate)
    return Signer(certificate, TokenKey(token, key), chain)


def test_document_signed_in_the_module_is_accepted(house, token, certificate):
    body = sign_pdf(small(), signer=signer_with(certificate, house, token), intent=INTENT)

    entry = RegistryEntry("note", "SN-240000", 1, "issued", NOW, "Renata Oyelaran")
    report = verify_pdf(body, trust=house.trust, registry={s.sha256(body): entry}.get, now=NOW)
    assert report.verdict == "Genuine, unchanged and current."
    assert report.serial == authority.serial_of(certificate)


def test_private_key_cannot_be_read_from_the_module(token, certificate):
    from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415 optional

    from clinic.documents import hardware  # noqa: PLC0415

    session = hardware._session(token)
    (key,) = session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: KEY})

    assert (key[Attribute.SENSITIVE], key[Attribute.EXTRACTABLE]) == (True, False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"label": "never opened", "pin": "000000"}, "refused the PIN"),
        ({"label": "elsewhere"}, "no token named elsewhere"),
        ({"module": "/nowhere.so"}, "could not be opened"),
    ],
)
def test_module_that_does_not_open_gets_a_sentence(house, token, certificate, change, words):
    signer = signer_with(certificate, house, replace(token, **change))

    with pytest.raises(DocumentError, match=words):
        sign_pdf(small(), signer=signer, intent=INTENT)


def test_key_of_another_module_gets_a_sentence(house, token, certificate):
    signer = signer_with(certificate, house, token, key=b"\x02" * 16)

    with pytest.raises(DocumentError, match="does not hold the key 0202"):
        sign_pdf(small(), signer=signer, intent=INTENT)
