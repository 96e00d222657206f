"""The names of billing's rules, as people read them on paper. The id stands small behind."""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path


@cache
def _names() -> dict[str, str]:
    with Path(__file__).with_name("rule_names.csv").open(encoding="utf-8", newline="") as rows:
        return {row["rule"]: row["name"] for row in csv.DictReader(rows)}


def named(rule: str) -> tuple[str, str]:
    """Its name in words, and its id. A rule that has no name here is known by its id."""
    return _names().get(rule, ""), rule


def sourced(rules: Iterable[tuple[str, str]]) -> str:
    """Who says so: each source once, behind the names of the rules that stand on it."""
    found: dict[str, list[str]] = {}
    for rule, source in rules:
        names = found.setdefault(source, [])
        if (name := named(rule)[0]) and name not in names:
            names.append(name)
    return "; ".join(
        f"{', '.join(names)}: {source}" if names else source
        for source, names in found.items()
        if source
    )
