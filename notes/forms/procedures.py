"""The form of one untimed service."""

import uuid

from django import forms

from notes.forms.entries import ClockInput, EntryForm
from notes.models import Procedure, Visit
from notes.services.procedures import NEW, ProcedureEntry, check_entry
from notes.timekeeping import instant


class ProcedureForm(EntryForm):
    check_entry = staticmethod(check_entry)

    code = forms.CharField(
        max_length=5,
        label="Code",
        help_text="Write CMT or OMT for an adjustment: the regions then decide the code.",
        widget=forms.TextInput(
            attrs={"list": "procedure-codes", "autocomplete": "off", "class": "form-control"}
        ),
        error_messages={"required": "Give the code, such as 97161 or CMT."},
    )
    start = forms.TimeField(widget=ClockInput, required=False)
    minutes = forms.IntegerField(required=False, min_value=1, max_value=24 * 60)
    findings = forms.CharField(max_length=300, required=False)
    reduced = forms.BooleanField(
        required=False, label="Cut short", help_text="Begun and ended early: modifier 52."
    )

    def clean_code(self) -> str:
        return self.cleaned_data["code"].strip().upper()

    def make_entry(self, data: dict) -> ProcedureEntry:
        start = data["start"]
        zone, day = self.visit.practice.zone, self.visit.date
        return ProcedureEntry(
            code=data["code"],
            regions=data["regions"],
            performer=self.clinician,
            starts_at=instant(day, start, zone) if start is not None else None,
            minutes=data["minutes"],
            findings=data["findings"],
            reduced=data["reduced"],
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
        "reduced": procedure.reduced,
        "diagnoses": procedure.diagnosis_codes,
    }
