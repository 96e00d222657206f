"""Forms of the patient's front page."""

from crispy_forms.helper import FormHelper
from django import forms

from clinic.forms.seen import SeenForm
from clinic.models import (
    Consent,
    Coverage,
    Patient,
    PatientAlert,
    PatientContact,
    PatientFile,
    Payer,
)


def day(**attrs) -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **attrs})


class Crispy:
    """Fields only: the page draws the form's tag and its buttons."""

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


class PatientForm(Crispy, SeenForm):
    class Meta:
        model = Patient
        fields = [
            "first_name", "last_name", "preferred_name", "born_on", "sex", "record_number",
            "phone", "other_phone", "email", "street", "city", "state", "zip_code",
        ]  # fmt: skip
        widgets = {"born_on": day()}
        help_texts = {"record_number": "Empty: the next free number"}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["record_number"].required = bool(self.instance.pk)

    def _post_clean(self) -> None:
        """The service checks and writes; uniqueness is answered there, with a sentence."""

    def clean_state(self) -> str:
        return self.cleaned_data["state"].upper()


class CoverageForm(Crispy, SeenForm):
    payer = forms.ModelChoiceField(Payer.objects.none())

    class Meta:
        model = Coverage
        fields = [
            "payer", "member_id", "group_number", "plan_name", "network", "rank", "relationship",
            "holder_first_name", "holder_last_name", "holder_born_on", "starts_on", "ends_on",
        ]  # fmt: skip
        widgets = {"holder_born_on": day(), "starts_on": day(), "ends_on": day()}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer"].queryset = Payer.objects.filter(active=True)

    def clean(self) -> dict:
        data = super().clean()
        if data.get("relationship") not in (None, "self") and not data.get("holder_last_name"):
            self.add_error("holder_last_name", "Write the name of the person who holds the policy.")
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "The coverage ends before it starts: correct one of the two.")
        return data


class ContactForm(Crispy, forms.ModelForm):
    class Meta:
        model = PatientContact
        fields = ["kind", "name", "relationship", "phone"]


class AlertForm(Crispy, forms.ModelForm):
    class Meta:
        model = PatientAlert
        fields = ["kind", "text", "no_thrust", "since"]
        widgets = {"since": day()}


class EndForm(Crispy, forms.Form):
    """When something ended, and why."""

    on = forms.DateField(label="Since when", widget=day())
    because = forms.CharField(label="Why", max_length=120)


class ConsentForm(Crispy, forms.ModelForm):
    file = forms.ModelChoiceField(
        PatientFile.objects.none(), label="Scan", required=False, empty_label="no scan"
    )

    class Meta:
        model = Consent
        fields = ["kind", "given_on", "signed_by", "file"]
        widgets = {"given_on": day()}

    def __init__(self, *args, patient: Patient, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        files = PatientFile.objects.filter(patient=patient, struck_at=None)
        self.fields["file"].queryset = files.defer("content")


class FileForm(Crispy, forms.ModelForm):
    upload = forms.FileField(
        label="File",
        help_text="PDF, PNG, JPEG or TIFF, at most 15 MB",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.tif,.tiff"}),
    )

    class Meta:
        model = PatientFile
        fields = ["kind", "title"]
