"""A disk rebuilt from a record of calls: what is surely on it, and what may be (power_cuts.py)."""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

HEAD = struct.Struct("<cBxxIQQ")  # as recorder.c writes it
SECTOR = 512


@dataclass(frozen=True, slots=True)
class Call:
    kind: str  # write, truncate, begin and end of a sync, unlink: by their first letters
    name: str
    thread: int
    offset: int
    data: bytes
    until: int  # bytes of the record with this call


def read_record(record: bytes) -> Iterator[Call]:
    at = 0
    while at + HEAD.size <= len(record):
        kind, named, thread, offset, length = HEAD.unpack_from(record, at)
        at += HEAD.size
        name = record[at : at + named].decode()
        at += named
        size = length if kind == b"w" else 0
        yield Call(kind.decode(), name, thread, offset, record[at : at + size], at + size)
        at += size


def put(content: bytearray, offset: int, data: bytes) -> None:
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


@dataclass
class File:
    safe: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, Call]] = field(default_factory=list)  # not synced yet

    def sync(self, before: int) -> None:
        for number, call in self.waiting:
            if number < before:
                carry_out(self.safe, call)
        self.waiting = [entry for entry in self.waiting if entry[0] >= before]

    def after_a_cut(self, dice: random.Random) -> bytearray:
        """The safe bytes and, of the later calls, none, all, the first ones or any, torn."""
        content, how = bytearray(self.safe), dice.choice(("none", "all", "first", "any"))
        calls = [call for _, call in self.waiting]
        if how == "none":
            return content
        if how == "first":
            calls = calls[: dice.randint(0, len(calls))]
        for call in calls:
            if how != "any":
                carry_out(content, call)
            elif dice.random() < 0.5:
                carry_out(content, call, torn_by=dice if dice.random() < 0.5 else None)
        return content


def carry_out(content: bytearray, call: Call, torn_by: random.Random | None = None) -> None:
    if call.kind == "t":
        del content[call.offset :]
        content.extend(bytes(call.offset - len(content)))
    elif torn_by is None:
        put(content, call.offset, call.data)
    else:
        for start in range(0, len(call.data), SECTOR):
            if torn_by.random() < 0.5:
                put(content, call.offset + start, call.data[start : start + SECTOR])


@dataclass
class Disk:
    """Files by name. A new or removed name is sure only once the folder itself was synced."""

    safe_names: dict[str, File]
    names: dict[str, File] = field(default_factory=dict)
    waiting: list[tuple[int, str, File | None]] = field(default_factory=list)  # of the folder
    begun: dict[tuple[int, str], tuple[int, File | None]] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        self.names = dict(self.safe_names)

    def take(self, call: Call) -> None:
        self.number += 1
        if call.kind in "wt":
            self._file(call.name).waiting.append((self.number, call))
        elif call.kind == "u":
            self.names.pop(call.name, None)
            self.waiting.append((self.number, call.name, None))
        elif call.kind == "b":
            self.begun[call.thread, call.name] = self.number, self.names.get(call.name)
        else:
            self._synced(call.name, *self.begun.pop((call.thread, call.name)))

    def _file(self, name: str) -> File:
        if name not in self.names:
            self.names[name] = File()
            self.waiting.append((self.number, name, self.names[name]))
        return self.names[name]

    def _synced(self, name: str, before: int, file: File | None) -> None:
        if file is not None:
            file.sync(before)
        elif name == ".":
            for _, each, there in [entry for entry in self.waiting if entry[0] < before]:
                _name(self.safe_names, each, there)
            self.waiting = [entry for entry in self.waiting if entry[0] >= before]

    def after_a_cut(self, dice: random.Random) -> dict[str, bytearray]:
        """One way the folder may look when the power comes back."""
        names = dict(self.safe_names)
        for _, name, file in self.waiting[: dice.randint(0, len(self.waiting))]:
            _name(names, name, file)
        return {name: file.after_a_cut(dice) for name, file in names.items()}


def _name(names: dict[str, File], name: str, file: File | None) -> None:
    if file is None:
        names.pop(name, None)
    else:
        names[name] = file
