"""Questions to the audit trail, and what is recorded beside it."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from clinic.enums import Outcome
from clinic.models import Disclosure, Patient, User
from clinic.services.audit_kinds import KINDS
from clinic.services.audit_search import Question

SHORTEST_REASON = 10


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


def _select(label: str, choices=()) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=label, required=False, choices=choices, widget=widget)


def _text(label: str, hint: str = "", longest: int = 60) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "form-control", "placeholder": hint})
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget)


class TrailForm(forms.Form):
    """The filters of the audit screen; their state lives in the address."""

    first = _day("From")
    last = _day("To")
    who = forms.ModelChoiceField(
        User.objects.none(), label="Who", required=False, empty_label="Anybody",
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    kind = _select("Kind", [("", "Every kind"), *((k.key, k.label) for k in KINDS)])
    patient = _text("Patient", "Record number")
    outcome = _select("Ended", [("", "Any way"), *Outcome.choices])
    act = _text("Act begins with", "note.")
    on = _text("On", "notes.note 12")
    ip = _text("Address")
    request_id = _text("Request", longest=32)

    def __init__(self, data, *, practice, **kwargs) -> None:
        super().__init__(data, **kwargs)
        people = User.objects.filter(practice=practice).order_by("last_name", "first_name", "pk")
        self.fields["who"].queryset = people
        self.chart = self._chart((data or {}).get("chart", ""))
        if self.chart is not None:
            self.data = self.data.copy()
            self.data["patient"] = self.chart.record_number

    def _chart(self, key: str) -> Patient | None:
        return Patient.objects.filter(pk=key).first() if key.isdigit() and len(key) < 19 else None

    def question(self) -> Question:
        """What was asked; everything where the answer would be to another question."""
        if not self.is_valid():
            return Question()
        return Question(**{name: value for name, value in self.cleaned_data.items() if value})

    def asked(self) -> list[str]:
        """The names of the filters that were used, for the trail; never what was typed."""
        return (
            sorted(n for n, value in self.cleaned_data.items() if value) if self.is_valid() else []
        )

    def as_address(self) -> dict[str, str]:
        """The filters as an address keeps them: the patient by a key that says nothing."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        plain = {name: getattr(value, "pk", value) for name, value in given.items()}
        if "patient" in plain:
            plain["chart"] = plain.pop("patient")
        return {name: str(value) for name, value in plain.items()}

    def clean_patient(self) -> Patient | None:
        number = self.cleaned_data["patient"].strip()
        if not number:
            return self.chart
        found = Patient.objects.filter(record_number__iexact=number).first()
        if found is None:
            raise forms.ValidationError("No patient has this record number.")
        return found

    def clean(self):
        given = super().clean()
        if given.get("first") and given.get("last") and given["first"] > given["last"]:
            self.add_error("last", "The last day is before the first.")
        return given


class DisclosureForm(forms.ModelForm):
    class Meta:
        model = Disclosure
        fields = ["given_on", "recipient", "recipient_address", "what", "purpose", "basis"]
        labels = {
            "given_on": "Given on",
            "recipient": "To whom",
            "recipient_address": "Their address, if known",
            "what": "What was given",
            "purpose": "Purpose",
            "basis": "Why, or which request",
        }
        widgets = {"given_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        purposes = self.fields["purpose"].choices
        self.fields["purpose"].choices = [("", "Choose the purpose"), *list(purposes)[1:]]

    def clean_given_on(self):
        day = self.cleaned_data["given_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("This day has not come yet.")
        return day


class ReviewForm(forms.Form):
    """What an anomaly was, in the words of whoever looked into it."""

    key = forms.CharField(max_length=120, widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=300, label="What it was",
        widget=forms.TextInput(attrs={"class": "form-control"}),
        min_length=SHORTEST_REASON,
        error_messages={"min_length": "Say what it was, in at least ten characters."},
    )  # fmt: skip


class PeriodForm(forms.Form):
    first = _day("From")
    last = _day("To")

    def period(self, *, days: int):
        """The days asked for, or the last so many."""
        given = self.cleaned_data if self.is_valid() else {}
        last = given.get("last") or timezone.localdate()
        return given.get("first") or last - timedelta(days=days - 1), last
