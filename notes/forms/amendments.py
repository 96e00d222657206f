"""Forms of a patient's request to amend the record."""

from django import forms
from django.utils import timezone

from clinic.forms.patients import Crispy, day
from clinic.models import Clinician, Patient
from notes.enums import DenialGround, NoteStatus
from notes.models import Addendum, AmendmentRequest, Note

LONGEST = 4000


def _text(label: str, **more) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}), **more
    )


class ReceiveForm(Crispy, forms.Form):
    received_on = forms.DateField(label="Received on", widget=day())
    asked_by = forms.CharField(
        label="Asked by", max_length=120, help_text="The patient, or who acts for the patient"
    )
    note = forms.ModelChoiceField(
        Note.objects.none(), label="Note", required=False, empty_label="another part of the record"
    )
    text = _text("What is to be amended")
    why = _text("The patient's reason", required=False)
    clinician = forms.ModelChoiceField(
        Clinician.objects.none(), label="Answered by", required=False,
        empty_label="the note's author, or who treats now",
    )  # fmt: skip

    def __init__(self, *args, patient: Patient, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        notes = Note.objects.filter(visit__patient=patient, status=NoteStatus.SIGNED)
        self.fields["note"].queryset = notes.exclude(number="").order_by("-visit__date", "-pk")
        self.fields["note"].label_from_instance = lambda n: n.number
        self.fields["clinician"].queryset = Clinician.objects.filter(
            active=True, is_assistant=False
        )


class ExtendForm(Crispy, forms.Form):
    because = forms.CharField(label="Why more time is needed", max_length=300)


class AcceptForm(Crispy, forms.Form):
    addendum = forms.ModelChoiceField(
        Addendum.objects.none(), label="Addendum", required=False, empty_label="none yet"
    )
    explanation = _text("What was changed, in words for the patient")

    def __init__(self, *args, row: AmendmentRequest, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if row.note_id is None:
            del self.fields["addendum"]
            return
        self.fields["addendum"].queryset = Addendum.objects.filter(
            note=row.note_id, signature__at__gte=row.recorded_at
        )
        self.fields["addendum"].label_from_instance = lambda a: a.text[:60]


class DenyForm(Crispy, forms.Form):
    ground = forms.ChoiceField(label="Ground", choices=[("", "choose one"), *DenialGround.choices])
    explanation = _text("Why, in words for the patient")


class LetterForm(Crispy, forms.Form):
    """Nothing to fill in: the letter says what was decided."""


class TellForm(Crispy, forms.Form):
    on = forms.DateField(label="Letter sent on", widget=day())
    informed = forms.CharField(label="Others who were informed", max_length=300, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, initial={"on": timezone.localdate()}, **kwargs)


class StatementForm(Crispy, forms.Form):
    text = _text("The patient's statement of disagreement")


class RebutForm(Crispy, forms.Form):
    text = _text("The practice's rebuttal")
