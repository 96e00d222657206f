"""A policy's settings in plain words: label, meaning, and each value as a person says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format

from billing.engine.catalog import ALL_RULES


@dataclass(frozen=True, slots=True)
class Setting:
    """One policy field as the page shows it."""

    name: str
    label: str
    meaning: str
    group: str
    wide: bool = False


GROUPS = {
    "units": "Units and limits",
    "pairs": "Code pairs",
    "modifiers": "Modifiers",
    "codes": "Codes and coverage",
    "documentation": "Documentation",
}
SETTINGS = (
    Setting("unit_rule", "Counting rule", "How a visit's minutes become units.", "units"),
    Setting("cap", "Limit per visit", "The most that this payer takes for one visit; what rests "
            "on the fewest minutes goes first.", "units"),
    Setting("daily_limits", "Daily limit of each code", "Whether Medicare's limits of likely "
            "units a day (MUE) count here.", "units"),
    Setting("tie_break", "When remainders tie", "Which code takes a unit that two codes have "
            "earned equally. The fee never decides.", "units", wide=True),
    Setting("edits", "Table of code pairs", "Which published table says that two codes are not "
            "both paid on one day, and as of which day it is read.", "pairs"),
    Setting("overlays", "Pairs of this payer's own", "Pairs that the payer handles otherwise "
            "than the table; they replace what the table says.", "pairs", wide=True),
    Setting("never_paid_together", "Never paid together", "Pairs that this payer denies whatever "
            "the modifier. The lines stay; the desk is warned.", "pairs"),
    Setting("cmt_with_97140", "97140 beside an adjustment", "What becomes of manual therapy on a "
            "day with 98940 to 98942.", "pairs"),
    Setting("distinct_modifier", "Modifier for distinct services", "What is written when the "
            "timeline proves that two services were apart.", "modifiers"),
    Setting("modifier_line", "Line that carries it", "Which code of the pair gets that modifier.",
            "modifiers"),
    Setting("plan_modifier", "GP, GO or GN", "Marks lines under a therapy plan of care.",
            "modifiers"),
    Setting("assistant_modifier", "CQ or CO", "Marks units that an assistant gave.", "modifiers"),
    Setting("threshold_modifier", "KX", "Marks lines above the year's therapy threshold.",
            "modifiers"),
    Setting("chiropractic", "Chiropractic modifiers", "AT, GA, GZ, GY and GX on a chiropractor's "
            "lines.", "modifiers"),
    Setting("modifier_order", "Order of modifiers", "The order in which a line's modifiers are "
            "written; four fit.", "modifiers", wide=True),
    Setting("code_allow_list", "Codes by license", "Which codes the payer takes from which "
            "discipline.", "codes"),
    Setting("traction_visit_limit", "Traction visits", "After how many visits with traction the "
            "therapist is reminded.", "codes"),
    Setting("documentation", "What stops signing, what warns", "The gravity of each check: must "
            "be mended, warning, note, or off.", "documentation"),
)  # fmt: skip
BY_NAME = {setting.name: setting for setting in SETTINGS}

CONFIDENCE = {
    "A": "official text read",
    "B": "professional body or contractor",
    "C": "one secondary source",
    "M": "from memory",
    "-": "not known",
}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "unit_rule": {
        "cms": "All timed minutes of the day together (CMS)",
        "ama": "Each code alone, from its 8th minute (CPT midpoint)",
        "full15": "Each code alone, full quarter-hours only",
    },
    "daily_limits": {"mue": "Medicare's MUE values", "none": "No daily limits"},
    "distinct_modifier": {"59": "59", "X": "XE, XP, XS or XU by the ground"},
    "modifier_line": {"column2": "The second code (column 2)", "column1": "The first (column 1)"},
    "chiropractic": {"medicare": "As Medicare wants them", "none": "None"},
    "cmt_with_97140": {
        "separate-region": "Billed, with proof of a separate region",
        "deny": "Never billed",
        "attach-records": "Billed in a separate region, records attached",
    },
}
TIE_BREAKS = {
    "more-minutes": "more minutes in all",
    "no-unit-yet": "no unit yet",
    "first-performed": "done first",
}
EDIT_SOURCES = {
    "ncci-practitioner": "Medicare, practitioners",
    "ncci-hospital": "Medicare, outpatient hospitals",
    "ncci-medicaid": "Medicaid, practitioners",
    "ncci-medicaid-hospital": "Medicaid, outpatient hospitals",
    "none": "No table",
}
CAP_BASIS = {"units": "units", "codes": "codes"}
LEVELS = {"block": "must be mended", "warn": "warning", "info": "note", "off": "off"}
GROUNDS = {"time": "the times differ", "region": "the regions differ"}
RULES = {rule.id: rule for rule in ALL_RULES if rule.level}


def in_words(name: str, value: Any) -> str:
    """One value as a short phrase."""
    if name in CHOICES:
        return CHOICES[name].get(value, str(value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return _PHRASES[name](value)


def parts_in_words(name: str, value: Any) -> dict[str, str]:
    """The value entry by entry, so that a difference names what changed and not the whole list."""
    label = BY_NAME[name].label
    if name == "documentation":
        return {
            f"{label}: {RULES[rule].decides if rule in RULES else rule}": LEVELS[level]
            for rule, level in value.items()
        }
    if name == "overlays":
        return {f"{label}: {row['column1']} and {row['column2']}": _indicator(row) for row in value}
    if name == "never_paid_together":
        return {f"{label}: {one} and {other}": "denied" for one, other in value}
    if name == "code_allow_list":
        return {f"{label}: {who}": _codes(codes) for who, codes in (value or {}).items()}
    return {label: in_words(name, value)}


def absent(name: str) -> str:
    """What an entry that is not there means."""
    return {
        "documentation": "the check's own level",
        "overlays": "as the table has it",
        "never_paid_together": "no such rule",
        "code_allow_list": "any code",
    }.get(name, "not set")


def _edits(value: Mapping[str, Any]) -> str:
    source = EDIT_SOURCES[value["source"]]
    if not value.get("as_of"):
        return source
    day = date_format(date.fromisoformat(value["as_of"]), "M j, Y")
    return f"{source}, as it stood on {day}"


def _indicator(row: Mapping[str, Any]) -> str:
    if row["indicator"] == 0:
        return f"{row['column2']} never beside {row['column1']}"
    return f"{row['column2']} with a modifier where {GROUNDS[row['ground']]}"


def _codes(codes: Any) -> str:
    return ", ".join(codes) if codes else "no code"


def _counted(value: Any, many: str) -> str:
    return "None" if not value else f"{len(value)} {many}"


_PHRASES = {
    "tie_break": lambda v: ", then ".join(TIE_BREAKS[k] for k in v) or "The first charted",
    "edits": _edits,
    "cap": lambda v: f"{v['limit']} {CAP_BASIS[v['basis']]}" if v else "No limit",
    "overlays": lambda v: "; ".join(_indicator(row) for row in v) or "None",
    "never_paid_together": lambda v: "; ".join(f"{a} and {b}" for a, b in v) or "None",
    "code_allow_list": lambda v: (
        "; ".join(f"{who}: {_codes(codes)}" for who, codes in v.items()) if v else "Any code"
    ),
    "traction_visit_limit": lambda v: f"{v} visits" if v else "Not counted",
    "modifier_order": lambda v: " ".join(v) or "As found",
    "documentation": lambda v: _counted(v, "checks set by this payer"),
}
