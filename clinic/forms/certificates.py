"""Issuing and revoking signing certificates."""

from crispy_forms.helper import FormHelper
from django import forms

from clinic.models import Clinician
from clinic.services.keys import REASONS

SEAL = "seal"


class IssueForm(forms.Form):
    """For whom: a clinician who still works here, or the practice's seal."""

    holder = forms.ChoiceField(
        label="Certificate for",
        error_messages={"required": "Choose for whom.", "invalid_choice": "Choose from the list."},
        help_text="The one in use is replaced. What it signed stays genuine.",
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(row.pk), str(row)) for row in Clinician.objects.filter(active=True)]
        self.fields["holder"].choices = [("", "Choose"), *people, (SEAL, "The practice's seal")]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clinician(self) -> Clinician | None:
        holder = self.cleaned_data["holder"]
        return None if holder == SEAL else Clinician.objects.get(pk=holder)


class RevokeForm(forms.Form):
    because = forms.ChoiceField(
        label="Why",
        choices=[(key, words.capitalize()) for key, words in REASONS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why it is revoked."},
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
