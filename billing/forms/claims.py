"""Forms of the claims pages."""

import re

from crispy_forms.helper import FormHelper
from django import forms

from billing.claims.tables import FILINGS, MOST_CONDITIONS, STATES
from billing.claims.words import folded, odd_characters
from billing.models import ClaimDetails, ClaimMarks, ClaimSettings
from clinic.forms.seen import SeenForm

KINDS = sorted(((code, f"{words} ({code})") for code, words in FILINGS.items()), key=lambda k: k[1])
_CONDITION = re.compile(r"[0-9A-Z]{2}")


def _day(label: str, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
    )


class _Helped(SeenForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class ClaimSettingsForm(_Helped):
    supervised = forms.MultipleChoiceField(
        label="Plans that want an assistant's supervisor in box 17 (DQ)",
        required=False,
        choices=KINDS,
        widget=forms.CheckboxSelectMultiple,
        help_text="Their claims name the assistant as treating. All other plans are billed under "
        "the supervisor.",
    )

    class Meta:
        model = ClaimSettings
        fields = (
            "submitter_id", "receiver_name", "receiver_id", "contact_name", "contact_phone",
            "testing", "supervised", "form_right", "form_down",
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
        choices=[("", "By the payer's rules"), *KINDS],
    )
    accident_on = _day("Date of the accident")
    condition_codes = forms.CharField(
        label="Claim codes (box 10d)",
        required=False,
        max_length=30,
        help_text="Two characters each, such as W3 for an appeal in workers' compensation.",
    )
    other_claim_id = forms.CharField(
        label="Insurer's claim number (box 11b)",
        required=False,
        max_length=28,
        help_text="For work and auto accidents: the number the insurer gave the accident.",
    )
    off_work_from = _day("Unable to work from (box 16)")
    off_work_until = _day("Unable to work until")
    admitted_on = _day("Admitted to a hospital on (box 18)")
    discharged_on = _day("Discharged on")

    class Meta:
        model = ClaimDetails
        fields = (
            "relationship", "last_name", "first_name", "street", "city", "state", "zip_code",
            "filing", "employment", "auto", "other", "accident_state", "accident_on",
            "other_claim_id", "condition_codes", "off_work_from", "off_work_until",
            "admitted_on", "discharged_on",
        )  # fmt: skip
        labels = {
            "relationship": "The patient is, to the insured",
            "last_name": "Insured's last name",
            "first_name": "Insured's first name",
            "accident_state": "State of the auto accident",
        }

    def clean_condition_codes(self) -> str:
        codes = self.cleaned_data["condition_codes"].upper().replace(",", " ").split()
        wrong = [code for code in codes if not _CONDITION.fullmatch(code)]
        if wrong:
            raise forms.ValidationError(f"{wrong[0]} is no claim code: each has two characters.")
        if len(codes) > MOST_CONDITIONS:
            raise forms.ValidationError(f"The form has room for {MOST_CONDITIONS} codes.")
        return " ".join(dict.fromkeys(codes))

    def clean_other_claim_id(self) -> str:
        number = folded(self.cleaned_data["other_claim_id"])
        if odd := odd_characters(number):
            raise forms.ValidationError(f"A claim cannot carry {odd}: use letters and digits.")
        return number

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
        self._check_spans(data)
        return data

    def _check_spans(self, data) -> None:
        begins, ends = data.get("off_work_from"), data.get("off_work_until")
        if begins and ends and ends < begins:
            self.add_error("off_work_until", "This is before the first day off work.")
        admitted, discharged = data.get("admitted_on"), data.get("discharged_on")
        if discharged and not admitted:
            self.add_error("admitted_on", "Enter the day of admission as well.")
        elif discharged and discharged < admitted:
            self.add_error("discharged_on", "This is before the day of admission.")


class ClaimMarksForm(_Helped):
    class Meta:
        model = ClaimMarks
        fields = ("emergency", "epsdt")
        labels = {
            "emergency": "The visit was an emergency (box 24C)",
            "epsdt": "The visit follows an EPSDT screening (box 24H, Medicaid)",
        }
