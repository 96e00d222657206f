"""Controls of a policy's values: from the engine's plain values and back."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from billing.engine.policy import CMT_CHOICES, DISCIPLINES, FIELDS, TIE_BREAKS
from billing.engine.reading import BadInput
from billing.forms.policy_rows import (
    NeverRows,
    OverlayRows,
    never_of,
    overlay_initial,
    overlays_of,
)
from billing.services.policies_words import (
    BY_NAME,
    CAP_BASIS,
    CHOICES,
    EDIT_SOURCES,
    LEVELS,
    RULES,
)
from billing.services.policies_words import TIE_BREAKS as TIE_WORDS

FLAGS = ("plan_modifier", "assistant_modifier", "threshold_modifier")
_PLACES = range(1, len(TIE_BREAKS) + 1)
_ORDINALS = ("First", "Then", "At last")
_ANY, _ONLY = "any", "only"
_LIMIT = "The limit is a whole number from 1 to 100; choose “No limit” where there is none."
_VISITS = "Write a whole number from 1 to 999, or leave it empty."


def _select(choices: Mapping[str, str], label: str = "") -> forms.ChoiceField:
    attrs = {"class": "form-select"} | ({"aria-label": label} if label else {})
    return forms.ChoiceField(
        choices=list(choices.items()), label=label, required=False, widget=forms.Select(attrs)
    )


def _number(label: str, least: int, most: int, sentence: str) -> forms.IntegerField:
    widget = forms.NumberInput({"class": "form-control", "aria-label": label})
    messages = {"min_value": sentence, "max_value": sentence, "invalid": sentence}
    return forms.IntegerField(
        required=False, min_value=least, max_value=most, widget=widget, error_messages=messages
    )


def _date(label: str) -> forms.DateField:
    widget = forms.DateInput({"type": "date", "class": "form-control", "aria-label": label},
                             format="%Y-%m-%d")  # fmt: skip
    return forms.DateField(
        required=False, widget=widget, error_messages={"invalid": "Write a date as MM/DD/YYYY."}
    )


def _text(label: str, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.TextInput({"class": "form-control", "aria-label": label} | attrs),
    )


def controls_of() -> dict[str, dict[str, forms.Field]]:
    """The form fields of each policy field, in the order they are shown."""
    chosen = {name: {name: _select(choices, BY_NAME[name].label)}
              for name, choices in CHOICES.items() if name != "unit_rule"}  # fmt: skip
    flags = {
        name: {name: _select({"yes": "Yes", "no": "No"}, BY_NAME[name].label)} for name in FLAGS
    }
    return chosen | flags | {
        "unit_rule": {"unit_rule": _select(CHOICES["unit_rule"], BY_NAME["unit_rule"].label)},
        "tie_break": {
            f"tie_break_{place}": _select(
                {"": "nothing more"} | TIE_WORDS, f"{_ORDINALS[place - 1]}, the code with"
            )
            for place in _PLACES
        },
        "edits": {
            "edits_source": _select(EDIT_SOURCES, "Table of code pairs"),
            "edits_as_of": _date("Read as of; empty for the day of the visit"),
        },
        "cap": {
            "cap_basis": _select({"": "No limit"} | CAP_BASIS, "What is limited"),
            "cap_limit": _number("The limit", 1, 100, _LIMIT),
        },
        "traction_visit_limit": {
            "traction_visit_limit": _number("Visits with traction", 1, 999, _VISITS)
        },
        "modifier_order": {"modifier_order": _text("Modifiers in their order")},
        "code_allow_list": {
            name: field
            for who in DISCIPLINES
            for name, field in (
                (f"allow_{who}", _select({_ANY: "Any code", _ONLY: "Only"}, f"Codes from {who}")),
                (f"codes_{who}", _text(f"The only codes from {who}")),
            )
        },
        "documentation": {
            f"doc:{rule}": _select({"": f"as the check has it: {LEVELS[fact.level]}"} | LEVELS,
                                   fact.decides)
            for rule, fact in RULES.items()
        },
    }  # fmt: skip


def initial_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The policy's values as the controls take them."""
    ties = list(fields["tie_break"])
    cap = fields["cap"] or {}
    allowed = fields["code_allow_list"] or {}
    return {
        **{name: fields[name] for name in CHOICES},
        **{name: "yes" if fields[name] else "no" for name in FLAGS},
        **{f"tie_break_{n}": ties[n - 1] if n <= len(ties) else "" for n in _PLACES},
        "edits_source": fields["edits"]["source"],
        "edits_as_of": fields["edits"]["as_of"],
        "cap_basis": cap.get("basis", ""),
        "cap_limit": cap.get("limit"),
        "traction_visit_limit": fields["traction_visit_limit"],
        "modifier_order": " ".join(fields["modifier_order"]),
        **{f"allow_{who}": _ONLY if who in allowed else _ANY for who in DISCIPLINES},
        **{f"codes_{who}": " ".join(allowed.get(who, ())) for who in DISCIPLINES},
        **{f"doc:{rule}": level for rule, level in fields["documentation"].items()},
    }


class PolicyValuesForm(forms.Form):
    """Every policy field as controls; `wire` holds the engine's values once it is valid."""

    def __init__(self, data: Any = None, *, values: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(data, initial=initial_of(values) | kwargs.pop("initial", {}), **kwargs)
        self.values = values
        self.controls = controls_of()
        for fields in self.controls.values():
            self.fields.update(fields)
        prefix = f"{self.prefix}-" if self.prefix else ""
        self.overlays = OverlayRows(
            data, prefix=f"{prefix}overlays", initial=overlay_initial(values["overlays"])
        )
        self.never = NeverRows(
            data,
            prefix=f"{prefix}never",
            initial=[{"column1": a, "column2": b} for a, b in values["never_paid_together"]],
        )

    def is_valid(self) -> bool:
        # All three are asked, so that every mistake is shown at once.
        return all([self.overlays.is_valid(), self.never.is_valid(), super().is_valid()])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not (self.overlays.is_valid() and self.never.is_valid()):
            return data
        self.wire: dict[str, Any] = {}
        for name, reader in FIELDS.items():
            if any(control in self.errors for control in self.controls.get(name, ())):
                continue
            try:
                value = self._plain(name, data)
                reader(value, BY_NAME[name].label)
                self.wire[name] = value
            except BadInput as refusal:
                self.add_error(next(iter(self.controls[name]), None), str(refusal))
        return data

    def _plain(self, name: str, data: Mapping[str, Any]) -> Any:
        if name in FLAGS:
            return data[name] == "yes"
        if name in CHOICES:
            return data[name]
        return getattr(self, f"_plain_{name}")(data)

    def _plain_tie_break(self, data: Mapping[str, Any]) -> list[str]:
        return [data[f"tie_break_{n}"] for n in _PLACES if data[f"tie_break_{n}"]]

    def _plain_edits(self, data: Mapping[str, Any]) -> dict[str, Any]:
        as_of = data["edits_as_of"]
        return {"source": data["edits_source"], "as_of": as_of.isoformat() if as_of else None}

    def _plain_cap(self, data: Mapping[str, Any]) -> dict[str, Any] | None:
        if not data["cap_basis"]:
            return None
        if data["cap_limit"] is None:
            raise BadInput(_LIMIT)
        return {"basis": data["cap_basis"], "limit": data["cap_limit"]}

    def _plain_traction_visit_limit(self, data: Mapping[str, Any]) -> int | None:
        return data["traction_visit_limit"]

    def _plain_modifier_order(self, data: Mapping[str, Any]) -> list[str]:
        return _words(data["modifier_order"])

    def _plain_code_allow_list(self, data: Mapping[str, Any]) -> dict[str, list[str]] | None:
        found = {
            who: sorted(set(_words(data[f"codes_{who}"])))
            for who in DISCIPLINES
            if data[f"allow_{who}"] == _ONLY
        }
        return found or None

    def _plain_documentation(self, data: Mapping[str, Any]) -> dict[str, str]:
        unknown = {r: v for r, v in self.values["documentation"].items() if r not in RULES}
        chosen = {rule: data[f"doc:{rule}"] for rule in RULES if data[f"doc:{rule}"]}
        return dict(sorted((unknown | chosen).items()))

    def _plain_overlays(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        return overlays_of(self.overlays)

    def _plain_never_paid_together(self, data: Mapping[str, Any]) -> list[list[str]]:
        return never_of(self.never)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;]+", text.upper()) if word]


assert set(CHOICES["cmt_with_97140"]) == set(CMT_CHOICES)  # noqa: S101 the page offers them all
