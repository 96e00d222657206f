"""Checking a document."""

import re

from crispy_forms.helper import FormHelper
from django import forms

from clinic.documents.verify import LARGEST, TOO_LARGE

_SHA256 = re.compile(r"[0-9a-f]{64}")


class FingerprintForm(forms.Form):
    """The SHA-256 of a file, taken by the visitor's browser or by hand."""

    sha256 = forms.CharField(
        label="SHA-256 of the file",
        widget=forms.TextInput(attrs={"class": "form-control code", "autocomplete": "off"}),
        error_messages={"required": "Choose the file, or paste its SHA-256."},
    )

    def clean_sha256(self) -> str:
        value = self.cleaned_data["sha256"].strip().lower()
        if not _SHA256.fullmatch(value):
            raise forms.ValidationError("A SHA-256 has 64 characters, 0-9 and a-f.")
        return value


class VerifyForm(forms.Form):
    file = forms.FileField(
        label="PDF to check",
        widget=forms.ClearableFileInput(
            attrs={"class": "form-control", "accept": "application/pdf"}
        ),
        error_messages={
            "required": "Choose the PDF to check.",
            "empty": "The file is empty. Choose the original file.",
        },
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(TOO_LARGE)
        return file
