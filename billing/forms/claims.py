"""Forms of the claims pages."""

from crispy_forms.helper import FormHelper
from django import forms

from billing.claims.tables import FILINGS, STATES
from billing.models import ClaimDetails, ClaimSettings
from clinic.forms.seen import SeenForm


class _Helped(SeenForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class ClaimSettingsForm(_Helped):
    class Meta:
        model = ClaimSettings
        fields = (
            "submitter_id", "receiver_name", "receiver_id", "contact_name", "contact_phone",
            "testing", "form_right", "form_down",
        )  # fmt: skip
        labels = {
            "submitter_id": "Our number at the clearinghouse",
            "receiver_name": "Clearinghouse",
            "receiver_id": "Its number",
            "testing": "Mark files as test",
            "form_right": "Claim form: move right (tenths of a mm)",
            "form_down": "Claim form: move down (tenths of a mm)",
        }

    def clean(self):
        data = super().clean()
        for name in ("form_right", "form_down"):
            if abs(data.get(name) or 0) > 200:
                self.add_error(name, "At most 200, which is two centimeters.")
        return data


class ClaimDetailsForm(_Helped):
    filing = forms.ChoiceField(
        label="Kind of plan (claim filing code)",
        required=False,
        choices=[("", "By the payer's rules"), *((code, code) for code in sorted(FILINGS))],
    )
    accident_on = forms.DateField(
        label="Date of the accident",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
    )

    class Meta:
        model = ClaimDetails
        fields = (
            "relationship", "last_name", "first_name", "street", "city", "state", "zip_code",
            "filing", "employment", "auto", "other", "accident_state", "accident_on",
        )  # fmt: skip
        labels = {
            "relationship": "The patient is, to the insured",
            "last_name": "Insured's last name",
            "first_name": "Insured's first name",
            "accident_state": "State of the auto accident",
        }

    def clean(self):
        data = super().clean()
        if data.get("relationship") != "18" and not data.get("last_name"):
            self.add_error("last_name", "Enter whose plan it is.")
        state = (data.get("accident_state") or "").upper()
        if state and state not in STATES:
            self.add_error("accident_state", "Use the two letters of a US state.")
        if data.get("auto") and not state:
            self.add_error("accident_state", "An auto accident needs its state.")
        data["accident_state"] = state
        return data
