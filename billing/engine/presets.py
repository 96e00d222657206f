"""The shipped policies, as dated versions with a source for each field."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from billing.engine.policy import FIELDS, policy_from_wire
from billing.engine.reading import BadInput, either
from billing.engine.types import Policy

FILE = Path(__file__).resolve().parent.parent / "reference" / "presets.toml"


@dataclass(frozen=True, slots=True)
class FieldFact:
    """On whose word a field stands. Confidence "-" means: not known."""

    source: str
    confidence: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class PresetVersion:
    key: str
    label: str
    starts_on: date
    checked_on: date
    policy: Policy
    facts: Mapping[str, FieldFact]


class PresetLibrary:
    """The presets by key; each answers with the version in force on the date asked for."""

    def find(self, key: str, on: date) -> Policy:
        return preset(key, on=on)


@lru_cache(maxsize=1)
def preset_versions() -> Mapping[str, tuple[PresetVersion, ...]]:
    """Every version of every preset, oldest first."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    versions: dict[str, tuple[PresetVersion, ...]] = {}
    chosen: dict[str, Any] = {}
    for entry in data["preset"]:
        kept = chosen if entry.get("continues") else data["defaults"]
        chosen = {name: entry.get(name, kept[name]) if name in kept else entry[name]
                  for name in FIELDS}  # fmt: skip
        versions[entry["key"]] = (*versions.get(entry["key"], ()), _version(entry, chosen))
    return versions


def preset(key: str, *, on: date) -> Policy:
    """The preset's version in force on the date."""
    versions = preset_versions()
    if key not in versions:
        raise BadInput(f'There is no policy "{key[:40]}"; use {either(tuple(versions))}.')
    for version in reversed(versions[key]):
        if version.starts_on <= on:
            return version.policy
    first = versions[key][0].starts_on
    raise BadInput(f"{key} has no version for {on}; the oldest one starts on {first}.")


def _version(entry: Mapping[str, Any], chosen: Mapping[str, Any]) -> PresetVersion:
    values = {name: chosen[name].get("value") for name in FIELDS}
    return PresetVersion(
        key=entry["key"],
        label=entry["label"],
        starts_on=date.fromisoformat(entry["starts"]),
        checked_on=date.fromisoformat(entry["checked"]),
        policy=policy_from_wire(values, version=f"{entry['key']}@{entry['starts']}"),
        facts={
            name: FieldFact(
                chosen[name]["source"], chosen[name]["confidence"], chosen[name].get("link", "")
            )
            for name in FIELDS
        },
    )
