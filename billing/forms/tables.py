"""Uploading published tables."""

from typing import Any

from django import forms

from billing.enums import EditionKind
from billing.forms.payers import day_field

DIAGNOSES = "diagnoses"
_MOST_FILES = 8


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or several files; code pairs come in four parts."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            raise forms.ValidationError("Choose the file as you downloaded it.")
        if len(files) > _MOST_FILES:
            raise forms.ValidationError(f"Choose at most {_MOST_FILES} files.")
        return [super(ManyFilesField, self).clean(file, initial) for file in files]


class UploadForm(forms.Form):
    kind = forms.ChoiceField(
        label="Which table",
        choices=[
            (EditionKind.PAIRS, "Code pairs (PTP: Medicare's four parts, or Medicaid's file)"),
            (EditionKind.LIMITS, "Daily limits (MUE, practitioners)"),
            (EditionKind.FEES, "Relative values (RVU, fees)"),
            (DIAGNOSES, "ICD-10-CM codes (order file)"),
        ],
        widget=forms.Select({"class": "form-select"}),
    )
    files = ManyFilesField(
        label="Files, as downloaded",
        widget=ManyFilesInput({"class": "form-control", "multiple": True}),
    )
    effective = day_field(
        "Counts from (ICD-10-CM only, where the name does not say)",
    )
    license_attested = forms.BooleanField(
        label="Our clinic holds a CPT license or has accepted the terms that CMS shows",
        required=False,
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )
