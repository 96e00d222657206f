"""The form of one untimed service."""

import uuid

from crispy_forms.helper import FormHelper
from django import forms

from clinic.errors import NotAllowed
from clinic.models import Clinician
from notes.forms.blocks import ClockInput
from notes.forms.word_fields import RegionsField
from notes.models import Procedure, Visit
from notes.queries import diagnoses_of
from notes.services.procedures import NEW, ProcedureEntry, check_entry
from notes.timekeeping import instant
from notes.words import Meanings, meanings_on


class ProcedureForm(forms.Form):
    public_id = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    code = forms.CharField(
        max_length=5,
        label="Code",
        help_text="Write CMT or OMT for an adjustment: the regions then decide the code.",
        widget=forms.TextInput(
            attrs={"list": "procedure-codes", "autocomplete": "off", "class": "form-control"}
        ),
        error_messages={"required": "Give the code, such as 97161 or CMT."},
    )
    regions = RegionsField(widget=forms.CheckboxSelectMultiple)
    start = forms.TimeField(widget=ClockInput, required=False)
    minutes = forms.IntegerField(required=False, min_value=1, max_value=24 * 60)
    findings = forms.CharField(max_length=300, required=False)
    diagnoses = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="Treats"
    )

    def __init__(
        self, *args, visit: Visit, clinician: Clinician, words: Meanings | None = None, **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        self.visit, self.clinician = visit, clinician
        self.fields["regions"].meant(words or meanings_on(visit.date))
        self.fields["diagnoses"].choices = [
            (d.code, f"{d.pointer} {d.code}") for d in diagnoses_of(visit)
        ]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_code(self) -> str:
        return self.cleaned_data["code"].strip().upper()

    def clean(self) -> dict:
        data = super().clean()
        if not self.errors:
            try:
                self.entry = self._entry(data)
                check_entry(self.entry)
            except NotAllowed as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return data

    def _entry(self, data: dict) -> ProcedureEntry:
        start = data["start"]
        zone, day = self.visit.practice.zone, self.visit.date
        return ProcedureEntry(
            code=data["code"],
            regions=data["regions"],
            performer=self.clinician,
            starts_at=instant(day, start, zone) if start is not None else None,
            minutes=data["minutes"],
            findings=data["findings"],
            diagnosis_codes=data["diagnoses"],
        )


def new_procedure_initial() -> dict:
    return {"public_id": uuid.uuid4(), "version": NEW}


def procedure_initial(procedure: Procedure, visit: Visit) -> dict:
    start = procedure.starts_at
    return {
        "public_id": procedure.public_id,
        "version": procedure.version,
        "code": procedure.code,
        "regions": [row.region.key for row in procedure.procedure_regions.all()],
        "start": start.astimezone(visit.practice.zone).time() if start else None,
        "minutes": procedure.minutes,
        "findings": procedure.findings,
        "diagnoses": procedure.diagnosis_codes,
    }
