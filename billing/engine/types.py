"""What goes into the engine and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Discipline = Literal["PT", "OT", "SLP", "DC", "DO", "MT", ""]
By = Literal["therapist", "assistant", "together"]
Side = Literal["left", "right", "both", ""]
Level = Literal["block", "warn", "info"]
UnitRule = Literal["cms", "ama", "full15"]
Ground = Literal["time", "region", "encounter", "practitioner"]
Abn = Literal["none", "mandatory", "voluntary"]
VisitId = str | int | None


@dataclass(frozen=True, slots=True)
class Region:
    """A body region as charted. The first bucket is the one that an adjustment counts for."""

    key: str
    label: str
    buckets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One stretch of the timeline.

    `start` and `end` are seconds on one scale for the whole day: since midnight, or since 1970
    when the times carry an offset. `clock` is False where they were only laid end to end from
    `minutes`; such times prove an order, never a gap. `offset` is for showing the time only.
    """

    id: str
    code: str
    start: int
    end: int
    technique: str = ""
    regions: tuple[Region, ...] = ()
    side: Side = ""
    by: By = "therapist"
    diagnoses: tuple[str, ...] = ()
    response: str = ""
    telehealth: bool = False
    clock: bool = True
    offset: int = 0
    practitioner: str = ""


@dataclass(frozen=True, slots=True)
class Procedure:
    """A service that is not counted by time: an adjustment, an evaluation, a modality.

    Without `start` it has no place on the timeline; without `end` its length is unknown.
    """

    code: str
    id: str = ""
    regions: tuple[Region, ...] = ()
    side: Side = ""
    start: int | None = None
    end: int | None = None
    seconds: int = 0
    by: By = "therapist"
    diagnoses: tuple[str, ...] = ()
    telehealth: bool = False
    offset: int = 0
    practitioner: str = ""
    reduced: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """One patient, one date of service, one discipline's plan: all visits of that day.

    `allowed_cents`: what the schedule allows for a unit of a code, whole and with the reduced
    practice expense, where it is known; it says at which line of the day a threshold is crossed.
    """

    id: VisitId
    date: date
    discipline: Discipline = ""
    assistant: bool = False
    diagnoses: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    accrued_pt_slp_cents: int | None = None
    accrued_ot_cents: int | None = None
    active_treatment: bool | None = None
    abn: Abn | None = None
    allowed_cents: Mapping[str, tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Edits:
    """Where code pairs are looked up; `as_of` pins the date for payers with an older rule set."""

    source: Literal[
        "ncci-practitioner", "ncci-hospital", "ncci-medicaid", "ncci-medicaid-hospital", "none"
    ]
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Overlay:
    """A payer's own pair: it replaces whatever the table says about these two codes."""

    column1: str
    column2: str
    indicator: Literal[0, 1]
    ground: Literal["time", "region"]


@dataclass(frozen=True, slots=True)
class Cap:
    basis: Literal["units", "codes"]
    limit: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One payer's rules in one version. A payer differs by choosing, never by its name."""

    version: str
    unit_rule: UnitRule
    tie_break: tuple[str, ...]
    edits: Edits
    overlays: tuple[Overlay, ...]
    distinct_modifier: Literal["59", "X"]
    modifier_line: Literal["column1", "column2"]
    cap: Cap | None
    daily_limits: Literal["mue", "none"]
    plan_modifier: bool
    assistant_modifier: bool
    threshold_modifier: bool
    chiropractic: Literal["medicare", "none"]
    cmt_with_97140: Literal["separate-region", "deny", "attach-records"]
    never_paid_together: tuple[tuple[str, str], ...]
    code_allow_list: Mapping[str, tuple[str, ...]] | None
    traction_visit_limit: int | None
    modifier_order: tuple[str, ...]
    documentation: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From-to of one code, kept as proof beside a reason."""

    code: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Why two services were distinct: disjoint intervals, or disjoint regions."""

    ground: Ground
    column1: str
    column2: str
    stretches: tuple[Stretch, ...] = ()
    regions1: tuple[str, ...] = ()
    regions2: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    rule: str
    source: str
    text: str
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be billed: at least one unit."""

    code: str
    units: int
    modifiers: tuple[str, ...]
    minutes: int
    blocks: tuple[str, ...]
    diagnoses: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Unbilled:
    """Minutes or a code without a line, and the rule that says why. `code` may be empty."""

    code: str
    minutes: int
    blocks: tuple[str, ...]
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem for a person. It never changes a charge."""

    level: Level
    rule: str
    text: str
    blocks: tuple[str, ...] = ()


Allocation = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Result:
    id: VisitId
    policy: str
    engine: str
    timed_minutes: int
    treatment_minutes: int
    lines: tuple[Line, ...]
    unbilled: tuple[Unbilled, ...] = ()
    alternatives: tuple[Allocation, ...] = ()
    findings: tuple[Finding, ...] = ()
    edition: str = field(default="", compare=False)
