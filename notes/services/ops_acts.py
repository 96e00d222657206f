"""Each kind of edit a charting screen sends, as the one service call it stands for."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from clinic.models import User
from notes.models import Note, Operation
from notes.services import blocks, live, procedures, texts
from notes.services.live import Versions


class Act(Protocol):
    kind: ClassVar[str]

    @property
    def target(self) -> uuid.UUID | None: ...

    def apply(self, note: Note, by: User) -> Versions: ...


@dataclass(frozen=True, slots=True)
class Base:
    """The version an edit was made on, or the sender's own earlier edit that made it."""

    version: int
    after: uuid.UUID | None = None

    def of(self, note: Note, target: uuid.UUID) -> int:
        if self.after is None:
            return self.version
        earlier = Operation.objects.filter(note=note, key=self.after).first()
        versions = earlier.result["versions"] if earlier else {}
        return versions.get(str(target), self.version)


@dataclass(frozen=True, slots=True)
class PutBlock:
    kind: ClassVar[str] = "put"
    target: uuid.UUID
    base: Base
    entry: blocks.BlockEntry

    def apply(self, note: Note, by: User) -> Versions:
        version = self.base.of(note, self.target)
        block = blocks.save_block_of_locked(
            note, by=by, public_id=self.target, version=version, entry=self.entry
        )
        return {str(self.target): block.version}


@dataclass(frozen=True, slots=True)
class DeleteBlock:
    kind: ClassVar[str] = "del"
    target: uuid.UUID
    base: Base

    def apply(self, note: Note, by: User) -> Versions:
        version = self.base.of(note, self.target)
        blocks.delete_block(note, by=by, public_id=self.target, version=version)
        return {str(self.target): blocks.NEW}  # taken back, it is added anew


@dataclass(frozen=True, slots=True)
class PutProcedure:
    kind: ClassVar[str] = "put_procedure"
    target: uuid.UUID
    base: Base
    entry: procedures.ProcedureEntry

    def apply(self, note: Note, by: User) -> Versions:
        version = self.base.of(note, self.target)
        saved = procedures.save_procedure(
            note, by=by, public_id=self.target, version=version, entry=self.entry
        )
        return {str(self.target): saved.version}


@dataclass(frozen=True, slots=True)
class DeleteProcedure:
    kind: ClassVar[str] = "del_procedure"
    target: uuid.UUID
    base: Base

    def apply(self, note: Note, by: User) -> Versions:
        version = self.base.of(note, self.target)
        procedures.delete_procedure(note, by=by, public_id=self.target, version=version)
        return {str(self.target): procedures.NEW}


@dataclass(frozen=True, slots=True)
class SetText:
    kind: ClassVar[str] = "text"
    section: str
    base: str
    text: str
    target: None = None

    def apply(self, note: Note, by: User) -> Versions:
        stored = {name: getattr(note, name) for name in texts.TEXT_FIELDS}
        texts.save_texts(
            note,
            by=by,
            base=stored | {self.section: self.base},
            texts=stored | {self.section: self.text},
        )
        return {}


@dataclass(frozen=True, slots=True)
class Start:
    kind: ClassVar[str] = "start"
    target: uuid.UUID
    at: datetime
    entry: dict[str, Any]

    def apply(self, note: Note, by: User) -> Versions:
        return live.start(note, by=by, block_id=self.target, at=self.at, entry=self.entry)


@dataclass(frozen=True, slots=True)
class Clock:
    """Stop, pause, discard or move the start of what runs; or resume under a new id."""

    kind: str
    target: uuid.UUID
    at: datetime

    def apply(self, note: Note, by: User) -> Versions:
        if self.kind == "resume":
            return live.resume(note, by=by, block_id=self.target, at=self.at)
        if self.kind == "discard":
            return live.discard(note, by=by, running=self.target)
        act = {"stop": live.stop, "pause": live.pause, "backdate": live.backdate}[self.kind]
        return act(note, by=by, running=self.target, at=self.at)


@dataclass(frozen=True, slots=True)
class Describe:
    kind: ClassVar[str] = "describe"
    target: uuid.UUID
    entry: dict[str, Any]

    def apply(self, note: Note, by: User) -> Versions:
        return live.describe(note, by=by, running=self.target, entry=self.entry)


@dataclass(frozen=True, slots=True)
class Reopen:
    kind: ClassVar[str] = "reopen"
    target: uuid.UUID
    base: Base

    def apply(self, note: Note, by: User) -> Versions:
        version = self.base.of(note, self.target)
        return live.reopen(note, by=by, block_id=self.target, version=version)


@dataclass(frozen=True, slots=True)
class Plan:
    kind: ClassVar[str] = "plan"
    entries: list[dict[str, Any]]
    target: None = None

    def apply(self, note: Note, by: User) -> Versions:
        return live.plan(note, by=by, entries=self.entries)
