"""JSON Lines in, JSON Lines out: what `derive` does, without any framework."""

import json
import os
from collections.abc import Iterator
from typing import IO, Any

from billing.engine.derive import derive
from billing.engine.presets import PresetLibrary
from billing.engine.reading import BadInput
from billing.engine.tables import Tables, starter_tables
from billing.engine.vocabulary import vocabulary_of
from billing.engine.wire import PolicyLibrary, parse_visit, to_wire, visit_id

LONGEST_LINE = 4 * 1024 * 1024


def answer_lines(
    source: IO[bytes],
    sink: IO[str],
    *,
    library: PolicyLibrary | None = None,
    tables: Tables | None = None,
) -> int:
    """Answer each line of the source in order; the count of lines that could not be read."""
    tables = tables or starter_tables()
    library = library or PresetLibrary()
    words = vocabulary_of(tables)
    refused = 0
    for raw in _lines(source):
        visit: object = None
        try:
            visit = _decoded(raw)
            day, policy = parse_visit(visit, library, words)
            answer = to_wire(derive(day, policy, tables))
        except BadInput as refusal:
            refused += 1
            answer = {"id": _id_of(visit), "error": str(refusal)}
        sink.write(json.dumps(answer, separators=(", ", ": ")) + "\n")
        sink.flush()
    return refused


def reader_left(sink: IO[str]) -> None:
    """Whoever read the answers went away: let what is still buffered fall, without a traceback."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sink.fileno())


def _lines(source: IO[bytes]) -> Iterator[bytes | None]:
    """Lines that hold something. None stands for one that is too long to be read."""
    while raw := source.readline(LONGEST_LINE + 1):
        if len(raw) > LONGEST_LINE:
            while raw and not raw.endswith(b"\n"):
                raw = source.readline(LONGEST_LINE)
            yield None
        elif raw.strip(b" \t\r\n\xef\xbb\xbf"):
            yield raw


def _decoded(raw: bytes | None) -> object:
    if raw is None:
        raise BadInput("The line is longer than 4 MB; send one visit per line.")
    try:
        text = raw.decode("utf-8-sig").rstrip()
    except UnicodeDecodeError as error:
        raise BadInput(f"The line is not UTF-8 (byte {error.start + 1}).") from None
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BadInput(f"The line is not JSON: {error.msg} at column {error.colno}.") from None
    except RecursionError:
        raise BadInput("The line is nested too deeply to be a visit.") from None
    except BadInput:
        raise
    except ValueError:
        raise BadInput("The line holds a number with too many digits.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadInput(f'The key "{twice[:40]}" occurs twice in one object.')
    return found


def _no_constant(name: str) -> object:
    raise BadInput(f"{name} is not a number that JSON knows; leave the key out if it is unknown.")


def _id_of(visit: object) -> object:
    try:
        return visit_id(visit)
    except BadInput:
        return None
