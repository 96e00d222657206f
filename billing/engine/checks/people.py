"""Who wrote and signed it."""

from collections.abc import Iterator

from billing.engine.record import Record
from billing.engine.remarks import Bill
from billing.engine.rules import Rule
from billing.engine.types import Finding

CREDENTIALS = Rule(
    "people.credentials",
    "The note shows the credentials of who gave or supervised the treatment",
    "Medicare Benefit Policy Manual ch. 15; Noridian review results for 97140",
    "block",
)
LICENSE = Rule(
    "people.license", "The author's license is on file and in force", "State practice acts",
    "block",
)  # fmt: skip
SIGNATURE = Rule(
    "people.signature",
    "A note that is billed is signed by its author",
    "Medicare signature requirements (Noridian, NGS)",
    "block",
)
COSIGN = Rule(
    "people.cosign",
    "A co-signature that the payer asks for is there",
    "Payer contracts",
    "warn",
)
RULES = (CREDENTIALS, LICENSE, SIGNATURE, COSIGN)


def credentials_there(bill: Bill, record: Record) -> Iterator[Finding]:
    if record.author_credentials is not None and not record.author_credentials.strip():
        yield CREDENTIALS.finding("The author's credentials are missing: an admin enters them.")
    served = bill.scene.day.date
    if record.license_on_file is False:
        yield LICENSE.finding("The author's license is not on file: an admin enters it.")
    elif record.license_ends_on is not None and record.license_ends_on < served:
        yield LICENSE.finding(f"The author's license ended on {record.license_ends_on:%m/%d/%Y}.")


def signed(bill: Bill, record: Record) -> Iterator[Finding]:
    if record.signed is False and bill.lines:
        yield SIGNATURE.finding("The note is not signed by its author.")


def cosigned(bill: Bill, record: Record) -> Iterator[Finding]:
    if record.cosign_needed and not record.cosigned:
        yield COSIGN.finding("This payer asks for the supervisor's co-signature.")
