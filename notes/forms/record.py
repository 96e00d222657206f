"""Forms of the episode: each one sheet of the record."""

from django import forms

from clinic.forms.patients import Crispy, day
from clinic.forms.seen import SeenForm
from clinic.models import Clinician, Coverage, Patient, PatientFile
from notes.enums import CertificationKind, DischargeReason, GoalState
from notes.models import (
    Authorization,
    CertificationEvent,
    EpisodeOfCare,
    Goal,
    Lymphedema,
    Order,
    PlanOfCare,
    Technique,
)


class SheetForm(Crispy, forms.ModelForm):
    """Fields only: the service checks and writes."""

    def _post_clean(self) -> None:
        """Rules that need more than one field are the service's, with its sentence."""


def file_field() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        PatientFile.objects.none(), label="Scan", required=False, empty_label="no scan"
    )


def offer_files(form: forms.Form, patient: Patient) -> None:
    form.fields["file"].queryset = PatientFile.objects.filter(
        patient=patient, struck_at=None
    ).defer("content")


class EpisodeForm(SheetForm, SeenForm):
    clinician = forms.ModelChoiceField(Clinician.objects.none())
    coverage = forms.ModelChoiceField(
        Coverage.objects.none(), required=False, empty_label="self-pay"
    )

    class Meta:
        model = EpisodeOfCare
        fields = [
            "title", "clinician", "coverage", "started_on", "onset_on", "mechanism", "accident",
            "accident_on", "accident_state", "maintenance", "notice",
        ]  # fmt: skip
        widgets = {"started_on": day(), "onset_on": day(), "accident_on": day()}
        labels = {"title": "Problem", "started_on": "Evaluation on", "onset_on": "Onset"}

    def __init__(self, *args, patient: Patient, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clinician"].queryset = Clinician.objects.filter(
            active=True, is_assistant=False
        )
        self.fields["coverage"].queryset = Coverage.objects.filter(patient=patient).select_related(
            "payer"
        )

    def clean_accident_state(self) -> str:
        return self.cleaned_data["accident_state"].upper()


class OrderForm(SheetForm):
    file = file_field()
    techniques = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="The techniques that the order names",
    )

    class Meta:
        model = Order
        fields = [
            "provider_name", "provider_npi", "ordered_on", "signed_on", "valid_to",
            "units_per_visit", "visits", "techniques", "names_techniques", "file",
        ]  # fmt: skip
        widgets = {
            "ordered_on": day(),
            "signed_on": day(),
            "valid_to": day(),
            "names_techniques": forms.Textarea(attrs={"rows": 2}),
        }
        labels = {"names_techniques": "In the order's own words"}

    def __init__(self, *args, patient: Patient, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        offer_files(self, patient)
        self.fields["techniques"].choices = list(
            Technique.objects.filter(active=True).exclude(code="").values_list("key", "label")
        )


class PlanForm(SheetForm):
    class Meta:
        model = PlanOfCare
        fields = ["starts_on", "ends_on", "frequency", "amount", "interventions", "planned_visits"]
        widgets = {"starts_on": day(), "ends_on": day()}
        labels = {"starts_on": "From", "ends_on": "To"}
        help_texts = {
            "ends_on": "A certification lasts at most 90 days",
            "frequency": "2 times a week for 8 weeks",
            "interventions": "Manual therapy, therapeutic exercise",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["interventions"].required = True


class GoalForm(SheetForm):
    class Meta:
        model = Goal
        fields = ["term", "text", "measure", "baseline", "target", "due_on"]
        widgets = {"due_on": day(), "measure": forms.TextInput(attrs={"list": "measure-names"})}
        labels = {
            "text": "What the patient will do",
            "measure": "Measured by",
            "baseline": "Today",
            "due_on": "By",
        }


class SettleForm(Crispy, forms.Form):
    state = forms.ChoiceField(choices=[c for c in GoalState.choices if c[0] != GoalState.OPEN])
    on = forms.DateField(widget=day())


class CertificationForm(SheetForm):
    file = file_field()

    class Meta:
        model = CertificationEvent
        fields = ["kind", "on", "provider_name", "how", "remark", "file"]
        widgets = {"on": day()}
        labels = {"kind": "What happened", "provider_name": "Physician"}

    def __init__(self, *args, patient: Patient, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        offer_files(self, patient)
        self.fields["kind"].choices = CertificationKind.choices


class AuthorizationForm(SheetForm):
    class Meta:
        model = Authorization
        fields = ["number", "visits", "units", "units_per_visit", "codes", "starts_on", "ends_on"]
        widgets = {"starts_on": day(), "ends_on": day()}
        labels = {"starts_on": "From", "ends_on": "To"}


class LymphedemaForm(SheetForm, SeenForm):
    class Meta:
        model = Lymphedema
        fields = ["diagnosed_by", "cause", "earlier_care", "expected_result", "teaching"]


class DischargeForm(Crispy, forms.Form):
    on = forms.DateField(label="Discharged on", widget=day())
    reason = forms.ChoiceField(choices=DischargeReason.choices)
    summary = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=5000)


class ProofForm(Crispy, forms.Form):
    """What proves who signs; neither is needed shortly after another proof."""

    password = forms.CharField(
        label="Your password, to sign",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    credential = forms.CharField(required=False, widget=forms.HiddenInput)


class CosignForm(ProofForm):
    """Beside the addendum's form on the note's page, so its ids are its own."""

    remark = forms.CharField(
        label="Remark, printed with the signature", required=False, max_length=150
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, auto_id="cosign_%s", **kwargs)


class ProgressForm(ProofForm):
    """One line for each open goal, the summary, and what proves who signs."""

    submit_key = forms.UUIDField(widget=forms.HiddenInput)
    on = forms.DateField(label="Report of", widget=day())
    summary = forms.CharField(
        label="Progress so far", widget=forms.Textarea(attrs={"rows": 4}), max_length=5000
    )
    continuing = forms.CharField(
        label="Why skilled care has to go on",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=3000,
    )

    def __init__(self, *args, goals, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.goals = list(goals)
        for goal in self.goals:
            self.fields[f"now_{goal.number}"] = forms.CharField(
                label=f"Goal {goal.number} stands at", max_length=60
            )
            self.fields[f"state_{goal.number}"] = forms.ChoiceField(
                label=f"Goal {goal.number} is",
                choices=GoalState.choices,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def goal_rows(self):
        return [
            (goal, self[f"now_{goal.number}"], self[f"state_{goal.number}"]) for goal in self.goals
        ]
