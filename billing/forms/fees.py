"""Forms of the practice's fees and of expected payments."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from billing.forms.payers import day_field, why_field
from billing.services.fees import dollars
from clinic.errors import Conflict
from clinic.services.edit_conflicts import Difference
from clinic.validators import validate_code

_AMOUNT = re.compile(r"^([0-9A-Z][0-9]{3}[0-9A-Z])[\s,;:]+\$?([0-9,]+(?:\.[0-9]{1,2})?)$")
_MOST = Decimal(100_000)


class FeesForm(forms.Form):
    """New amounts from a day on, one code a line."""

    starts_on = day_field("In force from", "Give the first day of these fees.")
    amounts = forms.CharField(
        label="Code and amount, one a line",
        max_length=20_000,
        widget=forms.Textarea({"class": "form-control code", "rows": 6}),
        help_text="For example: 97140 62.00",
        error_messages={"required": "Write at least one line, such as 97140 62.00."},
    )  # fmt: skip
    why = why_field("Why", "Say why the fees change.")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, standing: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.theirs: list[Difference] = []
        self.fields["seen"].initial = standing

    def meet(self, conflict: Conflict) -> None:
        """Say it, show the fees that stand now, and let the next save know them."""
        self.add_error(None, str(conflict))
        standing, typed = conflict.theirs, self.cleaned_data["amounts"]
        self.theirs = [
            Difference(f"Fee of {code}", standing.words(code), dollars(cents))
            for code, cents in typed.items()
        ]
        self.data = self.data.copy()
        self.data["seen"] = standing.fingerprint

    def clean_amounts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for number, line in enumerate(self.cleaned_data["amounts"].splitlines(), start=1):
            if not line.strip():
                continue
            match = _AMOUNT.match(line.strip().upper())
            if match is None:
                raise forms.ValidationError(
                    f"Line {number} is “{line.strip()[:40]}”; write a code and dollars, such as "
                    "97140 62.00."
                )
            code, dollars = match[1], Decimal(match[2].replace(",", ""))
            if not 0 < dollars <= _MOST:
                raise forms.ValidationError(
                    f"Line {number}: a fee lies between $0.01 and $100,000."
                )
            if code in found:
                raise forms.ValidationError(f"Line {number}: {code} is there twice.")
            found[code] = int(dollars * 100)
        return found


def as_typed(amounts: Mapping[str, int]) -> str:
    """Amounts as the form reads them, one code a line."""
    return "\n".join(f"{code} {cents // 100}.{cents % 100:02d}" for code, cents in amounts.items())


class RateForm(forms.Form):
    """What a payer pays: an amount for one code, or a share of Medicare's schedule."""

    code = forms.CharField(
        label="Code, empty for every code",
        required=False,
        max_length=5,
        widget=forms.TextInput({"class": "form-control"}),
    )
    amount = forms.CharField(
        label="Dollars a unit",
        required=False,
        max_length=12,
        widget=forms.TextInput({"class": "form-control", "inputmode": "decimal"}),
    )
    percent = forms.DecimalField(
        label="Or % of Medicare's schedule",
        required=False,
        min_value=1,
        max_value=400,
        decimal_places=1,
        widget=forms.NumberInput({"class": "form-control", "step": "0.1"}),
        error_messages={
            "min_value": "Write a share from 1 to 400 percent.",
            "max_value": "Write a share from 1 to 400 percent.",
        },
    )
    reduces = forms.BooleanField(
        label="Reduces the second and later units (multiple-procedure reduction)",
        required=False,
        initial=True,
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )
    starts_on = day_field("From", "Give the first day of this rate.")
    ends_on = day_field("Last day, if it is known")
    source = forms.CharField(
        label="Source",
        max_length=200,
        widget=forms.TextInput({"class": "form-control"}),
        error_messages={"required": "Name the contract or fee schedule."},
    )
    why = why_field("Why", "")

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().upper()
        if code:
            validate_code(code)
        return code

    def clean_amount(self) -> int | None:
        text = self.cleaned_data["amount"].strip().lstrip("$").replace(",", "")
        if not text:
            return None
        try:
            dollars = Decimal(text)
        except InvalidOperation:
            raise forms.ValidationError("Write dollars, such as 31.50.") from None
        if not (dollars.is_finite() and 0 < dollars <= _MOST):
            raise forms.ValidationError("An amount lies between $0.01 and $100,000.")
        return int(dollars * 100)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors:
            return data
        if (data["amount"] is None) == (data["percent"] is None):
            raise forms.ValidationError("Give either dollars or a share of Medicare's schedule.")
        if data["amount"] is not None and not data["code"]:
            raise forms.ValidationError("An amount in dollars needs its code.")
        if data["ends_on"] and data["ends_on"] < data["starts_on"]:
            raise forms.ValidationError("The last day lies before the first: correct one of them.")
        return data

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "code": data["code"],
            "amount_cents": data["amount"],
            "percent": data["percent"],
            "reduces": data["reduces"],
            "starts_on": data["starts_on"],
            "ends_on": data["ends_on"],
            "source": data["source"],
        }
