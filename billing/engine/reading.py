"""Reading untrusted JSON values: each refusal is one sentence that says what to write instead."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")


class BadInput(ValueError):
    """The input cannot be read. The message is for the person who wrote it."""


def shown(value: object) -> str:
    """The value as a sentence may quote it: short, whatever was sent."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    words = f'"{value}"' if isinstance(value, str) else str(value)
    return words if len(words) <= 42 else f'{words[:38]}…"'


def either(names: Collection[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def as_object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadInput(f"{where} must be an object, not {shown(value)}.")
    return value


def as_list(value: object, where: str, most: int) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise BadInput(f"{where} must be a list, not {shown(value)}.")
    if len(value) > most:
        raise BadInput(f"{where} holds {len(value)} entries; at most {most} are read.")
    return value


def as_text(value: object, where: str, most: int = 200) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{where} must be a text that is not empty, not {shown(value)}.")
    if len(value) > most:
        raise BadInput(f"{where} is {len(value)} characters long; at most {most} are read.")
    return value.strip()


def as_choice(value: object, where: str, choices: Collection[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise BadInput(f"{where} is {shown(value)}; write {either(choices)}.")
    return value


def as_flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise BadInput(f"{where} must be true or false, not {shown(value)}.")
    return value


def as_number(value: object, where: str, most: int) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"{where} must be a number, not {shown(value)}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput(f"{where} must be a finite number.")
    if not 0 <= value <= most:
        raise BadInput(f"{where} is {shown(value)}; write a number from 0 to {most}.")
    return value


def as_count(value: object, where: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadInput(f"{where} is {shown(value)}; write a whole number from {least} to {most}.")
    return value


def as_date(value: object, where: str) -> date:
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadInput(f"{where} is {shown(value)}; write a date as YYYY-MM-DD.")


def as_code(value: object, where: str) -> str:
    if not isinstance(value, str) or not CODE.fullmatch(value):
        raise BadInput(f"{where} is {shown(value)}; write a procedure code of five characters.")
    return value


def only_keys(given: Mapping[str, Any], known: Collection[str], where: str) -> None:
    for key in given:
        if key not in known:
            raise BadInput(f"{where} has an unknown key {shown(key)}; known: {', '.join(known)}.")
