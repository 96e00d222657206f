"""What the forms of a treatment block and of an untimed service have in common."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms

from clinic.errors import NotAllowed
from clinic.models import Clinician
from notes.forms.word_fields import RegionsField
from notes.models import EpisodeDiagnosis, Visit
from notes.queries import diagnoses_of
from notes.words import Lists, Meanings, meanings_on


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M", attrs={"class": "form-control"})


class EntryForm(forms.Form):
    """One entry of the visit's record; ``entry`` is what its service takes, once it is valid."""

    check_entry: ClassVar[Callable[[Any], None]]

    public_id = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    regions = RegionsField(widget=forms.CheckboxSelectMultiple)
    diagnoses = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="Treats"
    )

    def __init__(
        self,
        *args,
        visit: Visit,
        clinician: Clinician,
        words: Meanings | None = None,
        diagnoses: Iterable[EpisodeDiagnosis] | None = None,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.visit, self.clinician = visit, clinician
        self.mean(words or meanings_on(visit.date))
        treated = diagnoses_of(visit) if diagnoses is None else diagnoses
        self.fields["diagnoses"].choices = [(d.code, f"{d.pointer} {d.code}") for d in treated]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def mean(self, words: Meanings) -> None:
        """Offer the vocabulary as it is meant on the visit's day."""
        self.fields["regions"].meant(words)

    def offer(self, lists: Lists) -> None:
        """Show the lists that were read for the page already."""
        self.fields["regions"].offer(lists.regions)

    def clean(self) -> dict:
        data = super().clean()
        if not self.errors:
            try:
                self.entry = self.make_entry(data)
                type(self).check_entry(self.entry)
            except NotAllowed as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return data

    def make_entry(self, data: dict) -> Any:
        """What the form's service takes. Raises NotAllowed where no entry can be made of it."""
        raise NotImplementedError("Each form makes its own kind of entry.")
