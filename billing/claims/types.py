"""A claim as facts. Money is whole cents; a date that could not be read is None."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Address:
    street: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    street2: str = ""

    @property
    def is_complete(self) -> bool:
        return all((self.street, self.city, self.state, self.zip_code))


@dataclass(frozen=True, slots=True)
class Name:
    """A person, or an organization: then only ``last`` is filled in."""

    last: str
    first: str = ""
    middle: str = ""
    suffix: str = ""
    is_person: bool = True


@dataclass(frozen=True, slots=True)
class Provider:
    name: Name
    npi: str
    taxonomy: str = ""


@dataclass(frozen=True, slots=True)
class Facility:
    """Where the service was given, if not at the practice's own address."""

    name: str
    address: Address
    npi: str = ""


@dataclass(frozen=True, slots=True)
class Billing:
    """Who is paid: the practice."""

    name: Name
    npi: str
    tax_id: str
    address: Address
    taxonomy: str = ""
    tax_kind: str = "EI"  # SY for a social security number
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    name: str
    payer_id: str
    address: Address = Address()


@dataclass(frozen=True, slots=True)
class Insured:
    """The subscriber of one coverage."""

    name: Name
    member_id: str
    filing: str  # SBR09: MB Medicare Part B, MC Medicaid, CI commercial, ...
    rank: str = "P"  # P primary, S secondary, T tertiary
    is_patient: bool = True
    group: str = ""
    plan: str = ""
    address: Address = Address()
    born_on: date | None = None
    sex: str = "U"
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """Given where patient and subscriber are two people."""

    name: Name
    relationship: str  # PAT01: 01 spouse, 19 child, 20 employee, 21 unknown, G8 other
    address: Address = Address()
    born_on: date | None = None
    sex: str = "U"
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Why a payer paid less: group CO, PR, OA or PI, and the reason code."""

    group: str
    reason: str
    cents: int


@dataclass(frozen=True, slots=True)
class LinePaid:
    """What an earlier payer did with a line."""

    paid_cents: int
    adjustments: tuple[Adjustment, ...] = ()
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    code: str
    units: int
    charge_cents: int
    served_on: date | None
    pointers: tuple[int, ...]
    modifiers: tuple[str, ...] = ()
    place: str = ""
    minutes: int | None = None
    earlier: LinePaid | None = None
    emergency: bool = False
    epsdt: bool = False


@dataclass(frozen=True, slots=True)
class OtherPayer:
    """A coverage that was billed before this one, and what it decided."""

    payer: Payer
    insured: Insured
    paid_cents: int | None = None
    adjustments: tuple[Adjustment, ...] = ()
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class Accident:
    employment: bool = False
    auto: bool = False
    other: bool = False
    state: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From and until; either may be open."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    number: str
    billing: Billing
    payer: Payer
    insured: Insured
    total_cents: int
    diagnoses: tuple[str, ...]
    lines: tuple[Line, ...]
    frequency: str = "1"  # 1 original, 7 replacement, 8 void
    place: str = "11"
    patient: Patient | None = None
    rendering: Provider | None = None
    referring: Provider | None = None
    supervising: Provider | None = None
    facility: Facility | None = None
    signed_on: date | None = None
    onset_on: date | None = None
    initial_treatment_on: date | None = None
    accident: Accident | None = None
    authorization: str = ""
    payer_control: str = ""
    patient_paid_cents: int = 0
    assignment: str = "A"
    remark: str = ""
    earlier: tuple[OtherPayer, ...] = ()
    other_claim_id: str = ""  # the casualty insurer's own number of the accident
    conditions: tuple[str, ...] = ()  # claim codes of box 10d
    off_work: Span = Span()
    in_hospital: Span = Span()


@dataclass(frozen=True, slots=True)
class Submitter:
    name: Name
    id: str
    contact: str
    phone: str


@dataclass(frozen=True, slots=True)
class Receiver:
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Interchange:
    """One file: its control number never occurs twice for a practice."""

    control: int
    made_at: datetime
    submitter: Submitter
    receiver: Receiver
    claims: tuple[Claim, ...]
    usage: str = "P"  # T for test


_PLACES = {"file": "The file", "top": "Top of the form"}  # those that are no boxes


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where on the form, with which value, and what to do about it."""

    box: str
    what: str
    fix: str
    value: str = ""
    rule: str = ""

    @property
    def text(self) -> str:
        value = f" ({self.value})" if self.value else ""
        place = _PLACES.get(self.box, f"Box {self.box}")
        return f"{place}: {self.what}{value}. {self.fix}"

    def __str__(self) -> str:
        return self.text
