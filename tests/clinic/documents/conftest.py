"""One certificate authority and one signed note for the tests of documents."""

import base64
import json
import os
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

import pytest

from clinic.documents import authority
from clinic.documents.sign import Intent, Signer, load_signer, sign_pdf
from clinic.documents.verify import RegistryEntry, Trust
from tests.clinic.documents.golden import golden
from tests.clinic.documents.samples import sha256
from tests.clinic.documents.shared import between_processes, once

PASSPHRASE = "correct horse battery staple"
NOW = datetime.now(UTC)  # pyHanko signs with the clock, so certificates must be valid today
INTENT = Intent("I performed this treatment.", "Portland, ME", 12)
PRACTICE = "Harbor Street Manual Therapy"


@dataclass(frozen=True)
class House:
    root: authority.Issued
    issuing: authority.Issued
    leaf: authority.Issued

    @property
    def signer(self) -> Signer:
        chain = (self.issuing.certificate, self.root.certificate)
        return load_signer(self.leaf, PASSPHRASE, chain)

    @property
    def trust(self) -> Trust:
        return Trust((self.root.certificate,), (self.issuing.certificate,))

    def unlocked_issuing(self) -> authority.Unlocked:
        return authority.unlock(self.issuing, PASSPHRASE)


def make_house(name: str = "Renata Oyelaran", crl_url: str = "http://localhost/crl") -> House:
    root = authority.create_root(practice=PRACTICE, passphrase=PASSPHRASE, now=NOW)
    issuing = authority.create_issuing(
        practice=PRACTICE,
        root=authority.unlock(root, PASSPHRASE),
        passphrase=PASSPHRASE,
        now=NOW,
        crl_url=crl_url,
    )
    leaf = authority.issue_leaf(
        practice=PRACTICE,
        name=name,
        credential="PT, DPT",
        license="ME PT4417",
        issuer=authority.unlock(issuing, PASSPHRASE),
        passphrase=PASSPHRASE,
        now=NOW,
        crl_url=crl_url,
    )
    return House(root, issuing, leaf)


@pytest.fixture(scope="session", autouse=True)
def _processes_share(tmp_path_factory) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        between_processes(tmp_path_factory.getbasetemp().parent / "documents")


@pytest.fixture(scope="session")
def house() -> House:
    made = once("house.json", lambda: _written(make_house()))
    return House(*(authority.Issued(*map(base64.b64decode, pair)) for pair in json.loads(made)))


def _written(house: House) -> bytes:
    pairs = [[base64.b64encode(part).decode() for part in pair] for pair in astuple(house)]
    return json.dumps(pairs).encode()


@pytest.fixture(scope="session")
def signed_file(house):
    """signed_file("note-8"): a golden document, signed."""

    def sign(name: str) -> bytes:
        return once(
            f"{name}-signed.pdf",
            lambda: sign_pdf(golden(name), signer=house.signer, intent=INTENT),
        )

    return sign


@pytest.fixture(scope="session")
def signed(signed_file) -> bytes:
    return signed_file("note-8")


@pytest.fixture(scope="session")
def registry(signed):
    entry = RegistryEntry("note", "SN-240000", 1, "issued", NOW, "Renata Oyelaran")
    return {sha256(signed): entry}.get
