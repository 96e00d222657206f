"""Blocks and procedures of the wire form."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from billing.engine.reading import (
    BadInput,
    as_choice,
    as_flag,
    as_list,
    as_number,
    as_object,
    as_text,
    only_keys,
)
from billing.engine.times import Moment, as_moment, shown_time
from billing.engine.types import Block, Procedure, Region
from billing.engine.vocabulary import Vocabulary

BLOCK = (
    "id", "code", "technique", "regions", "side", "start", "end", "minutes", "by", "diagnoses",
    "response", "telehealth",
)  # fmt: skip
PROCEDURE = (
    "id", "code", "regions", "side", "start", "end", "minutes", "by", "diagnoses", "telehealth",
)  # fmt: skip
WHO = ("therapist", "assistant", "together")
SIDES = ("left", "right", "both")
MOST_BLOCKS = 2000
MOST_MINUTES = 24 * 60
MOST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Span:
    """What was said about time: a place, a length, or both."""

    start: Moment | None
    end: Moment | None
    seconds: int | None


def blocks_from_wire(value: object, words: Vocabulary, on: date, by: str) -> tuple[Block, ...]:
    """The blocks; those with minutes only follow the one before them."""
    if value is None:
        return ()
    read = [
        _block(entry, f"blocks[{place}]", f"b{place + 1}", words, on, by)
        for place, entry in enumerate(as_list(value, "blocks", MOST_BLOCKS))
    ]
    spans = [span for _, span in read]
    return tuple(
        Block(start=start, end=end, clock=span.start is not None, offset=_offset(span), **fields)
        for (fields, span), (start, end) in zip(read, _laid_out(spans), strict=True)
    )


def procedures_from_wire(
    value: object, words: Vocabulary, on: date, by: str
) -> tuple[Procedure, ...]:
    if value is None:
        return ()
    return tuple(
        _procedure(entry, f"procedures[{place}]", words, on, by)
        for place, entry in enumerate(as_list(value, "procedures", MOST_BLOCKS))
    )


def _block(
    value: object, where: str, default_id: str, words: Vocabulary, on: date, by: str
) -> tuple[dict[str, Any], Span]:
    given = as_object(value, where)
    only_keys(given, BLOCK, where)
    block_id = given.get("id")
    block_id = default_id if block_id is None else as_text(block_id, f"{where}.id", 64)
    where = f"Block {block_id}"
    span = _span(given, where, on)
    if span.seconds is None:
        raise BadInput(f"{where} has no length; give start and end, or minutes.")
    code, technique = _what(given, where, words)
    response = given.get("response")
    return {
        "id": block_id,
        "code": code,
        "technique": technique,
        "response": "" if response is None else _note(response, f"{where}'s response"),
        **_shared(given, where, words, by),
    }, span


def _procedure(value: object, where: str, words: Vocabulary, on: date, by: str) -> Procedure:
    given = as_object(value, where)
    only_keys(given, PROCEDURE, where)
    if given.get("code") is None:
        raise BadInput(f"{where} has no code.")
    code = words.code(as_text(given["code"], f"{where}.code"), f"{where}.code")
    where = f"Procedure {code}"
    own_id = given.get("id")
    span = _span(given, where, on)
    return Procedure(
        code=code,
        id="" if own_id is None else as_text(own_id, f"{where}'s id", 64),
        start=span.start.at if span.start else None,
        end=span.end.at if span.end else None,
        seconds=span.seconds or 0,
        offset=_offset(span),
        **_shared(given, where, words, by),
    )


def _shared(given: Mapping[str, Any], where: str, words: Vocabulary, by: str) -> dict[str, Any]:
    side, who, far = given.get("side"), given.get("by"), given.get("telehealth")
    return {
        "regions": _regions(given.get("regions"), where, words),
        "side": "" if side is None else as_choice(side, f"{where}'s side", SIDES),
        "by": by if who is None else as_choice(who, f"{where}'s by", WHO),
        "diagnoses": _pointed(given.get("diagnoses"), where),
        "telehealth": False if far is None else as_flag(far, f"{where}'s telehealth"),
    }


def _what(given: Mapping[str, Any], where: str, words: Vocabulary) -> tuple[str, str]:
    """Code and technique; a technique implies its code, a code given beside it stands."""
    code, named = given.get("code"), given.get("technique")
    if code is None and named is None:
        raise BadInput(f"{where} has neither code nor technique; one of them is enough.")
    if code is not None:
        code = words.code(as_text(code, f"{where}'s code"), f"{where}'s code")
    if named is None:
        return cast(str, code), ""
    technique = words.technique(as_text(named, f"{where}'s technique"), f"{where}'s technique")
    return technique.code if code is None else code, technique.key


def _regions(value: object, where: str, words: Vocabulary) -> tuple[Region, ...]:
    if value is None:
        return ()
    where = f"{where}'s regions"
    listed = as_list(value, where, 60)
    return tuple(words.region(as_text(key, where), where) for key in listed)


def _pointed(value: object, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    where = f"{where}'s diagnoses"
    return tuple(as_text(code, where, 30) for code in as_list(value, where, 50))


def _note(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise BadInput(f"{where} must be a text.")
    return as_text(value, where, MOST_TEXT) if value.strip() else ""


def _span(given: Mapping[str, Any], where: str, on: date) -> Span:
    start, end, minutes = given.get("start"), given.get("end"), given.get("minutes")
    since = None if start is None else as_moment(start, f"{where}'s start", on)
    until = None if end is None else as_moment(end, f"{where}'s end", on)
    length = (
        None
        if minutes is None
        else round(as_number(minutes, f"{where}'s minutes", MOST_MINUTES) * 60)
    )
    if since and until:
        return _checked(since, until, length, where)
    if since and length is not None:
        return Span(since, replace(since, at=since.at + length), length)
    if until and length is not None:
        return Span(replace(until, at=until.at - length), until, length)
    if until:
        raise BadInput(f"{where} has an end without a start; give start and end, or minutes.")
    return Span(since, None, length)


def _checked(since: Moment, until: Moment, length: int | None, where: str) -> Span:
    if since.absolute != until.absolute:
        raise BadInput(f"{where} mixes a clock time with a full time; write both the same way.")
    if until.at < since.at:
        hint = "" if since.absolute else "; past midnight, write full times with date and offset"
        raise BadInput(
            f"{where} ends at {shown_time(until.at, until.offset)}, before it starts at "
            f"{shown_time(since.at, since.offset)}{hint}."
        )
    if until.at - since.at > MOST_MINUTES * 60:
        raise BadInput(f"{where} is longer than 24 hours.")
    if length is not None and length != until.at - since.at:
        raise BadInput(
            f"{where} lasts {(until.at - since.at) / 60:g} minutes by its times but "
            f"{length / 60:g} by its minutes; leave one of them out."
        )
    return Span(since, until, until.at - since.at)


def _offset(span: Span) -> int:
    return span.start.offset if span.start else 0


def _laid_out(spans: list[Span]) -> list[tuple[int, int]]:
    """Seconds for each block. Those before the first one with a clock end where it starts."""
    first = next((place for place, span in enumerate(spans) if span.start), None)
    lead = spans[:first] if first is not None else []
    at = sum((-(span.seconds or 0) for span in lead), 0)
    if first is not None and spans[first].start is not None:
        at += cast(Moment, spans[first].start).at
    laid: list[tuple[int, int]] = []
    for span in spans:
        begin = span.start.at if span.start else at
        at = begin + (span.seconds or 0)
        laid.append((begin, at))
    return laid
