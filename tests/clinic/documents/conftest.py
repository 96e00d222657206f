"""One certificate authority and one signed note for the tests of documents."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from clinic.documents import authority
from clinic.documents.sign import Intent, Signer, load_signer, sign_pdf
from clinic.documents.verify import RegistryEntry, Trust
from tests.clinic.documents.golden import MAKERS, golden
from tests.clinic.documents.samples import sha256

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


@pytest.fixture(scope="session")
def house() -> House:
    return make_house()


@pytest.fixture(scope="session")
def signed(house) -> bytes:
    return sign_pdf(golden("note-8"), signer=house.signer, intent=INTENT)


@pytest.fixture(scope="session")
def files(house) -> dict[tuple[str, str], bytes]:
    """Every golden document, as rendered and as signed."""
    made = {}
    for name in sorted(MAKERS):
        made[name, "rendered"] = golden(name)
        made[name, "signed"] = sign_pdf(golden(name), signer=house.signer, intent=INTENT)
    return made


@pytest.fixture(scope="session")
def registry(signed):
    entry = RegistryEntry("note", "SN-240000", 1, "issued", NOW, "Renata Oyelaran")
    return {sha256(signed): entry}.get
