"""What a note and a superbill print. A document is a pure function of its context.

Times are wall times of the practice; instants are aware and shown in `time_zone`.
Minutes are whole numbers and money is whole cents: the canonical form has no floats.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from . import parts
from .canonical import from_json, to_json
from .charges import ChargesSection

__all__ = ["NoteContext", "Payment", "ServiceLine", "SuperbillContext", "from_json", "to_json"]


@dataclass(frozen=True)
class NoteContext:
    practice: parts.Practice
    number: str
    version: int
    status: str  # draft, signed, cosigned, amended, voided
    patient: parts.Patient
    clinician: parts.Clinician
    served_on: date
    time_zone: str = "America/New_York"
    location: str = ""
    time_in: time | None = None
    time_out: time | None = None
    supervisor: parts.Clinician | None = None
    payer: str = ""
    policy: str = ""
    member_id: str = ""
    plan_from: date | None = None
    plan_to: date | None = None
    plan_certified: str = ""
    visit_number: int | None = None
    visits_planned: int | None = None
    authorization: str = ""
    diagnoses: tuple[parts.Diagnosis, ...] = ()
    subjective: str = ""
    objective: str = ""
    assessment: str = ""
    plan: str = ""
    blocks: tuple[parts.Block, ...] = ()
    procedures: tuple[parts.Procedure, ...] = ()
    measures: tuple[parts.Measure, ...] = ()
    trends: tuple[parts.Trend, ...] = ()
    findings: tuple[parts.Finding, ...] = ()
    totals: parts.Totals | None = None
    sections: tuple[ChargesSection, ...] = ()
    contributors: tuple[parts.Contributor, ...] = ()
    signature: parts.Signature | None = None
    cosignatures: tuple[parts.Signature, ...] = ()
    addenda: tuple[parts.Addendum, ...] = ()
    earlier: parts.Earlier | None = None
    void: parts.Void | None = None
    verify_url: str | None = None
    notice: str = ""

    def record(self) -> str:
        """The record that was signed, attached to the file as record.json.

        The acts that come later (signatures, addenda, a new version, a void) stay out,
        so every version of a note carries the same record with the same fingerprint.
        """
        return to_json(
            replace(
                self,
                version=1,
                status="signed",
                signature=None,
                cosignatures=(),
                addenda=(),
                earlier=None,
                void=None,
                verify_url=None,
            )
        )

    def fingerprint(self) -> str:
        return hashlib.sha256(self.record().encode()).hexdigest()


@dataclass(frozen=True)
class ServiceLine:
    served_on: date
    place: str  # place of service code
    code: str
    wording: str
    modifiers: tuple[str, ...]
    pointers: tuple[str, ...]
    units: int
    charge_cents: int
    fee_cents: int | None = None  # of one unit
    minutes: int | None = None
    rendering: str = ""  # only where more than one clinician treated


@dataclass(frozen=True)
class Payment:
    paid_on: date
    method: str
    amount_cents: int
    reference: str = ""


@dataclass(frozen=True)
class Discount:
    label: str
    amount_cents: int


@dataclass(frozen=True)
class Insured:
    name: str
    relationship: str = ""
    member_id: str = ""
    group: str = ""
    plan: str = ""
    plan_phone: str = ""
    plan_address: str = ""


@dataclass(frozen=True)
class Referral:
    name: str
    npi: str = ""
    qualifier: str = ""  # referring, ordering, supervising


@dataclass(frozen=True)
class Accident:
    """Employment, auto and other accident, each yes or no, as a claim form asks."""

    employment: bool = False
    auto: bool = False
    auto_state: str = ""
    other: bool = False
    happened_on: date | None = None


@dataclass(frozen=True)
class SuperbillContext:
    practice: parts.Practice
    number: str
    issued_at: datetime
    status: str  # draft, issued, superseded, voided
    patient: parts.Patient
    rendering: parts.Clinician
    lines: tuple[ServiceLine, ...]
    total_cents: int
    paid_cents: int
    balance_cents: int
    version: int = 1
    time_zone: str = "America/New_York"
    location: str = ""
    supervisor: parts.Clinician | None = None
    supervisor_remark: str = ""
    insured: Insured | None = None
    referral: Referral | None = None
    authorization: str = ""
    onset_on: date | None = None
    accident: Accident | None = None
    diagnoses: tuple[parts.Diagnosis, ...] = ()
    discounts: tuple[Discount, ...] = ()
    payments: tuple[Payment, ...] = ()
    assignment: str = ""  # whom the plan is asked to pay, in words
    note_number: str = ""
    signature: parts.Signature | None = None
    replaces: str = ""
    replaced_by: str = ""
    earlier: parts.Earlier | None = None
    void: parts.Void | None = None
    banner: str = ""
    notices: tuple[str, ...] = ()
    verify_url: str | None = None

    def record(self) -> str:
        """Billing data only, attached to the file as superbill.json."""
        return to_json(
            replace(self, signature=None, replaced_by="", earlier=None, void=None, verify_url=None)
        )

    def fingerprint(self) -> str:
        return hashlib.sha256(self.record().encode()).hexdigest()
