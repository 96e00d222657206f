"""Papers about a course of care: the plan to be certified, the progress report."""

import hashlib
from dataclasses import dataclass, replace

from . import parts
from .canonical import to_json
from .desk_contexts import Fact, Table


@dataclass(frozen=True)
class Text:
    title: str
    body: str


@dataclass(frozen=True)
class Answer:
    """What the physician fills in by hand: a sentence, and the blanks under it."""

    title: str
    sentence: str
    blanks: tuple[str, ...]


@dataclass(frozen=True)
class CareLetter:
    practice: parts.Practice
    kind: str  # as printed: Plan of care, Progress report
    number: str
    patient: parts.Patient
    clinician: parts.Clinician
    about: str  # the period, in the head of each page
    version: int = 1
    time_zone: str = "America/New_York"
    facts: tuple[Fact, ...] = ()
    diagnoses: tuple[parts.Diagnosis, ...] = ()
    tables: tuple[Table, ...] = ()
    texts: tuple[Text, ...] = ()
    answer: Answer | None = None
    signature: parts.Signature | None = None
    earlier: parts.Earlier | None = None
    verify_url: str | None = None

    def record(self) -> str:
        """What is signed, attached to the file as record.json."""
        return to_json(replace(self, signature=None, earlier=None, verify_url=None))

    def fingerprint(self) -> str:
        return hashlib.sha256(self.record().encode()).hexdigest()
