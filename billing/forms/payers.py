"""Small forms of the payer pages."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from billing.engine.presets import preset_versions
from billing.models import PayerPolicy
from clinic.forms.seen import SeenForm
from clinic.models import Payer

_DATE = {"type": "date", "class": "form-control"}
_CONTROL = {"class": "form-control"}
_SELECT = {"class": "form-select"}


def day_field(label: str, required: str = "", **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=bool(required),
        widget=forms.DateInput(_DATE, format="%Y-%m-%d"),
        error_messages={"required": required, "invalid": "Write a date as MM/DD/YYYY."},
        **kwargs,
    )


def why_field(label: str, required: str, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=300,
        required=bool(required),
        widget=forms.TextInput(_CONTROL),
        error_messages={"required": required},
        **kwargs,
    )


class PayerForm(SeenForm):
    class Meta:
        model = Payer
        fields = [
            "name", "payer_id", "street", "city", "state", "zip_code", "phone",
            "wants_authorization", "wants_order", "order_names_technique", "wants_cosign",
            "active",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            ticked = isinstance(field, forms.BooleanField)
            field.widget.attrs["class"] = "form-check-input" if ticked else "form-control"
        if self.instance.pk is None:
            del self.fields["active"]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if Payer.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"There is a payer named {name} already.")
        return name


def preset_choices() -> list[tuple[str, str]]:
    return [(key, versions[-1].label) for key, versions in preset_versions().items()]


class StartDraftForm(forms.Form):
    """Where a draft starts from: one of the payer's versions, or a shipped preset."""

    start_from = forms.ChoiceField(label="Start from", widget=forms.Select(_SELECT))
    why = why_field("Why a new version", "Say why, so that the next admin knows.")

    def __init__(self, data: Any = None, *, payer: Payer, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.payer = payer
        versions = [(f"v{row.version}", str(row.name)) for row in payer.policies.all()]
        presets = [(f"preset:{key}", label) for key, label in preset_choices()]
        self.fields["start_from"].choices = [
            *([("Versions of this payer", versions)] if versions else []),
            ("Shipped presets", presets),
        ]


class ChooseVersionForm(forms.Form):
    """Two sides of a comparison."""

    def __init__(self, data: Any = None, *, payer: Payer, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = [
            ("Versions", [(f"v{row.version}", row.name) for row in payer.policies.all()]),
            ("Shipped presets", [(f"preset:{key}", label) for key, label in preset_choices()]),
        ]
        for name, label in (("before", "From"), ("after", "To")):
            self.fields[name] = forms.ChoiceField(
                label=label, choices=choices, widget=forms.Select(_SELECT)
            )


class PublishForm(forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput)
    backdating_reason = why_field("Reason for the earlier date", "")


class CopyForm(forms.Form):
    """Copy a version's rules to another payer, as that payer's draft."""

    payer = forms.ModelChoiceField(
        Payer.objects.none(),
        label="To",
        widget=forms.Select(_SELECT),
        error_messages={"required": "Choose the payer.", "invalid_choice": "Choose a payer."},
    )
    why = why_field("Why", "Say why this payer takes these rules.")

    def __init__(self, data: Any = None, *, source: PayerPolicy, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["payer"].queryset = Payer.objects.filter(active=True).exclude(
            pk=source.payer_id
        )


def day_or_none(text: str) -> date | None:
    """A day in an address; what is no day asks for nothing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class ReplayForm(forms.Form):
    first = day_field("From", "Give the first day.")
    last = day_field("To", "Give the last day.")
    after = forms.RegexField(r"^\d{4}-\d\d-\d\d_\d{1,15}$", required=False,
                             widget=forms.HiddenInput)  # fmt: skip

    def clean_after(self) -> tuple[date, int] | None:
        """The place of the last visit on the page before."""
        day, _, key = self.cleaned_data["after"].partition("_")
        found = day_or_none(day)
        return (found, int(key)) if found else None

    @classmethod
    def last_90_days(cls) -> "ReplayForm":
        today = timezone.localdate()
        return cls({"first": today - timedelta(days=90), "last": today})

    @property
    def span(self) -> dict[str, date]:
        return {"first": self.cleaned_data["first"], "last": self.cleaned_data["last"]}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            raise forms.ValidationError("The last day lies before the first: turn them round.")
        return data


class OverrideForm(forms.Form):
    """Why and how long an episode is an exception."""

    reason = why_field("Reason", "Say who agreed to this exception, and when.")
    starts_on = day_field("From", "Give the first day of the exception.")
    ends_on = day_field("Last day, if it is known")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            raise forms.ValidationError("The last day lies before the first: correct one of them.")
        return data


class EndOverrideForm(forms.Form):
    ends_on = day_field("Last day", "Give the last day of the exception.")
    why = why_field("Why", "Say why the exception ends.")


class CaseNameForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        label="Name of the case",
        widget=forms.TextInput(_CONTROL),
        error_messages={"required": "Give the test case a name."},
    )
    expect = forms.ChoiceField(
        label="It must give",
        choices=[("after", "what the right side gives"), ("before", "what the left side gives")],
        widget=forms.Select(_SELECT),
    )
