"""The parts a printed document is made of. All that is printed is a field of one of these."""

from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True)
class Practice:
    name: str
    address: str
    phone: str = ""
    npi: str = ""
    tax_id: str = ""
    tax_id_kind: str = "EIN"
    email: str = ""


@dataclass(frozen=True)
class Patient:
    name: str
    born_on: date
    sex: str = ""
    record_no: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Clinician:
    """`license` carries state and number, as it is to be printed."""

    name: str
    credential: str = ""
    discipline: str = ""
    license: str = ""
    npi: str = ""

    def __str__(self) -> str:
        return f"{self.name}, {self.credential}" if self.credential else self.name


@dataclass(frozen=True)
class Diagnosis:
    pointer: str
    code: str
    label: str = ""


@dataclass(frozen=True)
class Region:
    """`buckets` are the billing regions that the drawn figure falls back on."""

    key: str
    label: str
    side: str = ""  # left, right, bilateral, midline or nothing
    buckets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    number: int
    start: time
    end: time
    minutes: int
    technique: str
    code: str
    grade: str = ""
    regions: tuple[Region, ...] = ()
    dose: str = ""
    response: str = ""
    pain_before: int | None = None
    pain_after: int | None = None
    by: str = ""
    lane: str = ""  # row of the drawn timeline; the code when empty
    counted: bool = True  # False: shown, not one-on-one time


@dataclass(frozen=True)
class Procedure:
    """An untimed service: manipulation, evaluation, modality."""

    code: str
    wording: str
    regions: tuple[Region, ...] = ()
    start: time | None = None
    end: time | None = None
    minutes: int | None = None
    by: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Measure:
    name: str
    before: str = ""
    after: str = ""
    goal: str = ""


@dataclass(frozen=True)
class Reading:
    """A figure in tenths on a day: the canonical form has no floats."""

    day: date
    tenths: int


@dataclass(frozen=True)
class Trend:
    """A measure over the visits, oldest first; drawn where there are two readings or more."""

    name: str
    unit: str
    readings: tuple[Reading, ...]
    goal_tenths: int | None = None


@dataclass(frozen=True)
class Finding:
    """What was found at one segment of the spine or one joint."""

    segment: str
    found: str


@dataclass(frozen=True)
class Totals:
    timed: int
    untimed: int
    treatment: int
    not_billed: int = 0


@dataclass(frozen=True)
class Contributor:
    name: str
    credential: str = ""
    role: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Signature:
    """The act of signing, in words. `record_sha256` is the fingerprint of the record signed."""

    name: str
    attestation: str
    signed_at: datetime
    record_sha256: str
    credential: str = ""
    license: str = ""
    npi: str = ""
    method: str = ""
    seconds_since_authentication: int | None = None
    certificate_serial: str = ""
    audit_event: int | None = None  # the trail's last event before the act, and its seal:
    audit_seal: str = ""  # every copy of the paper is then a witness of the trail


@dataclass(frozen=True)
class Addendum:
    number: int
    text: str
    signature: Signature
    kind: str = "Addendum"


@dataclass(frozen=True)
class Earlier:
    """The issued file that this version replaces; its bytes travel inside the new file."""

    number: str
    version: int
    file_sha256: str
    issued_at: datetime


@dataclass(frozen=True)
class Void:
    reason: str
    voided_at: datetime
    by: str
    replaced_by: str = ""
