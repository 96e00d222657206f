"""The form of a draft: every setting with its source, and the version's own facts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone

from billing.forms.payers import day_field, why_field
from billing.forms.policy_values import PolicyValuesForm
from billing.models import PayerPolicy
from billing.services.policies_difference import (
    differences,
    facts_of,
    predecessor,
    rules_of,
)
from billing.services.policies_drafts import Content
from billing.services.policies_words import CONFIDENCE, GROUPS, SETTINGS, Setting, in_words

FACTS = ("source", "link", "checked_on", "confidence")


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as the page draws it."""

    setting: Setting
    controls: list[forms.BoundField]
    facts: list[forms.BoundField]
    said: Mapping[str, str]
    was: str

    @property
    def errors(self) -> list[str]:
        return [error for field in (*self.controls, *self.facts) for error in field.errors]


def _small(label: str, **attrs: Any) -> dict[str, Any]:
    return {"class": "form-control form-control-sm", "aria-label": label} | attrs


def _fact_fields(label: str) -> dict[str, forms.Field]:
    return {
        "source": forms.CharField(
            max_length=300,
            label="Source",
            widget=forms.TextInput(_small(f"Source of {label}")),
            error_messages={"required": f"Name a source for {label}; “not known” is one too."},
        ),
        "link": forms.URLField(
            required=False,
            label="Link",
            assume_scheme="https",
            widget=forms.URLInput(_small(f"Link to the source of {label}")),
            error_messages={"invalid": "Write a whole web address, or leave it empty."},
        ),
        "checked_on": forms.DateField(
            label="Checked on",
            widget=forms.DateInput(_small(f"{label} checked on", type="date"), format="%Y-%m-%d"),
            error_messages={
                "required": f"Say when the source of {label} was checked.",
                "invalid": "Write a date as MM/DD/YYYY.",
            },
        ),
        "confidence": forms.ChoiceField(
            label="Confidence",
            choices=list(CONFIDENCE.items()),
            widget=forms.Select(
                {"class": "form-select form-select-sm", "aria-label": f"Confidence in {label}"}
            ),
        ),
    }


class PolicyForm(PolicyValuesForm):
    """A draft as a whole. `revision` is the one that the admin read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    starts_on = day_field("In force from", "Give the first day that these rules are in force.")
    ends_on = day_field("Last day, if it is known")
    source = forms.CharField(
        label="Where the payer says so",
        max_length=200,
        widget=forms.TextInput({"class": "form-control"}),
        error_messages={"required": "Name the source, so that the next person can check it."},
    )
    checked_on = day_field("Checked on", "Give the day on which you read the source.")
    why = why_field("Why these rules change", "")

    def __init__(self, data: Any = None, *, draft: PayerPolicy, **kwargs: Any) -> None:
        self.draft, self.known = draft, facts_of(draft)
        own = ("revision", "starts_on", "ends_on", "source", "checked_on", "why")
        initial = {name: getattr(draft, name) for name in own} | {
            f"{setting.name}:{key}": self.known.get(setting.name, {}).get(key, "")
            for setting in SETTINGS
            for key in FACTS
        }
        super().__init__(data, values=draft.fields, initial=initial, **kwargs)
        for setting in SETTINGS:
            fields = _fact_fields(setting.label)
            self.fields.update({f"{setting.name}:{key}": fields[key] for key in FACTS})

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "The last day lies before the first: correct one of them.")
        today = timezone.localdate()
        for setting in SETTINGS:
            name = f"{setting.name}:checked_on"
            if data.get(name) and data[name] > today:
                self.add_error(name, f"{setting.label}: the day of checking lies in the future.")
        return data

    def content(self) -> Content:
        data = self.cleaned_data
        return Content(
            fields=self.wire,
            facts={
                setting.name: {
                    "source": data[f"{setting.name}:source"],
                    "link": data[f"{setting.name}:link"],
                    "checked_on": data[f"{setting.name}:checked_on"].isoformat(),
                    "confidence": data[f"{setting.name}:confidence"],
                }
                for setting in SETTINGS
            },
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            source=data["source"],
            checked_on=data["checked_on"],
            why=data["why"],
        )

    def version_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("starts_on", "ends_on", "why", "source", "checked_on")]

    def groups(self) -> Iterator[tuple[str, str, list[SettingRow]]]:
        """The settings by heading, each with its controls and what it was before."""
        before = predecessor(self.draft)
        changed = (
            {d.name for d in differences(rules_of(before), rules_of(self.draft))}
            if before
            else set()
        )
        for key, label in GROUPS.items():
            yield key, label, [
                self._row(setting, before if setting.name in changed else None)
                for setting in SETTINGS
                if setting.group == key
            ]  # fmt: skip

    def _row(self, setting: Setting, before: PayerPolicy | None) -> SettingRow:
        fact = self.known.get(setting.name, {})
        return SettingRow(
            setting=setting,
            controls=[self[name] for name in self.controls.get(setting.name, ())],
            facts=[self[f"{setting.name}:{key}"] for key in FACTS],
            said=fact | {"certainty": CONFIDENCE.get(fact.get("confidence", ""), "")},
            was=in_words(setting.name, before.fields[setting.name]) if before else "",
        )
