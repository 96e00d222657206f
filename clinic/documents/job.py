"""What the press is given: one document, set in HTML, with the files it carries."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Attached:
    """A file inside the file. `relation` is PDF's AFRelationship: Data, Source, Supplement."""

    name: str
    body: bytes
    description: str
    relation: str = "Data"


@dataclass(frozen=True)
class Job:
    """All that makes this document differ from the next one."""

    html: str
    made_at: datetime
    kind: str = "note"
    size: str = "letter"
    mark: str = ""  # large pale word on every page
    attached: tuple[Attached, ...] = ()
