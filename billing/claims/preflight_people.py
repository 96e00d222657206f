"""Checks of who: practice, payer, insured, patient, clinicians."""

import re
from collections.abc import Iterator

from billing.claims.npi import is_npi
from billing.claims.tables import FILINGS, RELATIONSHIPS, STATES
from billing.claims.types import Address, Claim, Name, Problem, Provider
from billing.claims.words import digits, odd_characters

_TAXONOMY = re.compile(r"[0-9A-Z]{9}X")


def billing_provider(claim: Claim, ground) -> Iterator[Problem]:
    of = claim.billing
    yield from _npi("33a", of.npi, "the practice", "Correct it under the practice's details.")
    if len(digits(of.tax_id)) != 9:
        yield Problem("25", "the tax id needs nine digits", "Enter the practice's EIN or SSN.",
                      of.tax_id, "claim.tax-id")  # fmt: skip
    yield from _address("33", of.address, "the practice", zip_digits=9)
    yield from _taxonomy("33b", of.taxonomy, "the practice")
    yield from _name("33", of.name, "the practice")
    if of.address.street.startswith(("PO BOX", "P.O. BOX", "P O BOX")):
        yield Problem("33", "a PO box is no billing address",
                      "Enter the street; the box goes into the pay-to address.",
                      of.address.street, "claim.po-box")  # fmt: skip


def payer(claim: Claim, ground) -> Iterator[Problem]:
    if not claim.payer.payer_id:
        yield Problem("top", f"{claim.payer.name or 'the payer'} has no electronic payer id",
                      "Enter it under Payers: the clearinghouse lists it.",
                      rule="claim.payer-id")  # fmt: skip
    if claim.insured.filing not in FILINGS:
        yield Problem("1", "the kind of coverage is not known",
                      "Choose the kind of plan under Insured and accident.", claim.insured.filing,
                      "claim.filing")  # fmt: skip


def insured(claim: Claim, ground) -> Iterator[Problem]:
    of = claim.insured
    if not of.member_id:
        yield Problem("1a", "the member id is missing", "Enter it in the patient's coverage.",
                      rule="claim.member-id")  # fmt: skip
    yield from _name("4", of.name, "the insured")
    if of.rank not in ("P", "S", "T"):
        yield Problem("11", "the coverage has no rank", "Mark it as first, second or third.",
                      of.rank, "claim.rank")  # fmt: skip
    if of.is_patient and claim.patient is not None:
        yield Problem("6", "the insured is the patient, yet another patient is named",
                      "Choose the relationship, or take the second person out.",
                      rule="claim.self-and-patient")  # fmt: skip
    if of.is_patient:
        yield from _address("7", of.address, "the insured", zip_digits=5)
        yield from _birth("3", of.born_on, of.sex, ground)
    elif claim.patient is None:
        yield Problem("6", "the patient is not the insured, and no patient is named",
                      "Enter the patient's relationship.", rule="claim.no-patient")  # fmt: skip


def patient(claim: Claim, ground) -> Iterator[Problem]:
    of = claim.patient
    if of is None:
        return
    yield from _name("2", of.name, "the patient")
    if of.relationship not in RELATIONSHIPS:
        yield Problem("6", "the relationship is not in the list", "Choose spouse, child or other.",
                      of.relationship, "claim.relationship")  # fmt: skip
    yield from _address("5", of.address, "the patient", zip_digits=5)
    yield from _birth("3", of.born_on, of.sex, ground)


def clinicians(claim: Claim, ground) -> Iterator[Problem]:
    for box, of, who in (
        ("24J", claim.rendering, "the treating clinician"),
        ("17b", claim.referring, "the referring provider"),
        ("17b", claim.supervising, "the supervisor"),
    ):
        if of is not None:
            yield from _provider(box, of, who)


def facility(claim: Claim, ground) -> Iterator[Problem]:
    at = claim.facility
    if at is None:
        return
    yield from _name("32", Name(at.name, is_person=False), "the place of service")
    yield from _address("32", at.address, "the place of service", zip_digits=9)
    if at.npi:
        yield from _npi("32a", at.npi, "the place of service", "Correct it under Locations.")


def _provider(box: str, of: Provider, who: str) -> Iterator[Problem]:
    where = "Correct it under the order." if "referring" in who else "Correct it under Clinicians."
    yield from _name(box, of.name, who)
    if of.npi or "referring" not in who:
        yield from _npi(box, of.npi, who, where)
    yield from _taxonomy(box, of.taxonomy, who)


def _npi(box: str, npi: str, who: str, where: str) -> Iterator[Problem]:
    if not npi:
        yield Problem(box, f"the NPI of {who} is missing", where, rule="claim.npi")
    elif len(npi) != 10 or not npi.isdigit():
        yield Problem(box, f"the NPI of {who} needs ten digits", where, npi, "claim.npi")
    elif not is_npi(npi):
        yield Problem(box, f"the NPI of {who} has a wrong digit", where, npi, "claim.npi")


def _taxonomy(box: str, code: str, who: str) -> Iterator[Problem]:
    if code and not _TAXONOMY.fullmatch(code):
        yield Problem(box, f"the taxonomy code of {who} has ten characters and ends in X",
                      "Correct it under Clinicians.", code, "claim.taxonomy")  # fmt: skip


def _name(box: str, of: Name, who: str) -> Iterator[Problem]:
    if not of.last:
        yield Problem(box, f"the name of {who} is missing", "Enter it.", rule="claim.name")
    odd = odd_characters("".join((of.last, of.first, of.middle, of.suffix)))
    if odd:
        yield Problem(box, f"the name of {who} holds a character that no claim can carry",
                      "Write the name in letters.", odd, "claim.characters")  # fmt: skip


def _address(box: str, of: Address, who: str, *, zip_digits: int) -> Iterator[Problem]:
    if not of.is_complete:
        yield Problem(box, f"the address of {who} is not complete",
                      "Enter street, city, state and ZIP code.", rule="claim.address")  # fmt: skip
        return
    if of.state not in STATES:
        yield Problem(box, f"the state of {who} is not a US state", "Use its two letters.",
                      of.state, "claim.state")  # fmt: skip
    count = len(digits(of.zip_code))
    if count not in (5, 9):
        yield Problem(box, f"the ZIP code of {who} has five or nine digits", "Correct it.",
                      of.zip_code, "claim.zip")  # fmt: skip
    elif count < zip_digits:
        yield Problem(box, f"the ZIP code of {who} needs all nine digits on a claim",
                      "Enter ZIP+4.", of.zip_code, "claim.zip9")  # fmt: skip
    odd = odd_characters(of.street + of.street2 + of.city)
    if odd:
        yield Problem(box, f"the address of {who} holds a character that no claim can carry",
                      "Write it in letters and digits.", odd, "claim.characters")  # fmt: skip


def _birth(box: str, born_on, sex: str, ground) -> Iterator[Problem]:
    if born_on is None or born_on > ground.today:
        yield Problem(box, "the date of birth is missing or to come", "Enter it.",
                      rule="claim.born")  # fmt: skip
    if sex not in ("F", "M", "U"):
        yield Problem(box, "the sex is F, M or U on a claim", "Choose one.", sex, "claim.sex")


CHECKS = (billing_provider, payer, insured, patient, clinicians, facility)
