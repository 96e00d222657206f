"""What differs between two sets of rules, in words, with on whose word each stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from billing.engine.policy import policy_to_wire
from billing.engine.presets import PresetVersion, preset_versions
from billing.enums import PolicyStatus
from billing.models import PayerPolicy
from billing.services.policies_words import SETTINGS, absent, parts_in_words


@dataclass(frozen=True, slots=True)
class Difference:
    name: str
    setting: str
    before: str
    after: str
    source: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rules:
    """A version or a preset, as one side of a comparison."""

    label: str
    fields: Mapping[str, Any]
    facts: Mapping[str, Mapping[str, str]]


def rules_of(row: PayerPolicy) -> Rules:
    return Rules(row.name, row.fields, facts_of(row))


def predecessor(row: PayerPolicy) -> PayerPolicy | None:
    """The published version that this one follows."""
    return PayerPolicy.objects.filter(
        payer=row.payer_id, status=PolicyStatus.PUBLISHED, version__lt=row.version
    ).first()


def rules_of_preset(key: str, on: date) -> Rules:
    found = preset_on(key, on)
    return Rules(f"Preset: {found.label}", policy_to_wire(found.policy), preset_facts(found))


def differences(before: Rules, after: Rules) -> list[Difference]:
    """Setting by setting, in the order of the page."""
    found = []
    for setting in SETTINGS:
        name = setting.name
        if before.fields.get(name) == after.fields.get(name):
            continue
        old = parts_in_words(name, before.fields[name]) if name in before.fields else {}
        new = parts_in_words(name, after.fields[name]) if name in after.fields else {}
        found += [
            Difference(
                name=name,
                setting=part,
                before=old.get(part, absent(name)),
                after=new.get(part, absent(name)),
                source=after.facts.get(name, {}),
            )
            for part in sorted(old.keys() | new.keys())
            if old.get(part) != new.get(part)
        ]
    return found


def preset_on(key: str, on: date) -> PresetVersion:
    """The preset's version of that day, or its first."""
    versions = preset_versions()[key]
    earlier = [version for version in versions if version.starts_on <= on]
    return (earlier or versions)[-1 if earlier else 0]


def preset_facts(version: PresetVersion) -> dict[str, dict[str, str]]:
    return {
        name: {
            "source": fact.source,
            "link": fact.link,
            "checked_on": version.checked_on.isoformat(),
            "confidence": fact.confidence,
        }
        for name, fact in version.facts.items()
    }


def facts_of(row: PayerPolicy) -> dict[str, dict[str, str]]:
    """Each field's source. Versions from before sources were kept take the preset's."""
    if row.facts or row.preset not in preset_versions():
        return row.facts
    return preset_facts(preset_on(row.preset, row.starts_on))
