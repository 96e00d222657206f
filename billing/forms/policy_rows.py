"""Rows of code pairs inside a policy form."""

from typing import Any

from django import forms

from clinic.validators import validate_code

_SPARE = 2


def _code(label: str) -> forms.CharField:
    attrs = {"class": "form-control form-control-sm code-input", "aria-label": label, "size": 6}
    return forms.CharField(
        required=False, max_length=5, validators=[validate_code], widget=forms.TextInput(attrs)
    )


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    attrs = {"class": "form-select form-select-sm", "aria-label": label}
    return forms.ChoiceField(required=False, choices=choices, widget=forms.Select(attrs))


class PairRow(forms.Form):
    """Two codes. Both empty: the row is not there."""

    column1 = _code("First code")
    column2 = _code("Second code")

    def clean_column1(self) -> str:
        return self.cleaned_data["column1"].strip().upper()

    def clean_column2(self) -> str:
        return self.cleaned_data["column2"].strip().upper()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        one, other = data.get("column1", ""), data.get("column2", "")
        if not self.errors and bool(one) != bool(other):
            raise forms.ValidationError("A pair needs two codes: fill in both, or empty both.")
        if one and one == other:
            raise forms.ValidationError(
                f"{one} stands on both sides: a pair needs two different codes."
            )
        return data


class OverlayRow(PairRow):
    indicator = _choice(
        "What holds", [("1", "Both with a modifier, where"), ("0", "The second never")]
    )
    ground = _choice("Proof", [("time", "the times differ"), ("region", "the regions differ")])


class PairRows(forms.BaseFormSet):
    """The rows that hold a pair, each pair once."""

    def clean(self) -> None:
        if any(self.errors):
            return
        seen = set()
        for row in self.pairs():
            pair = frozenset((row["column1"], row["column2"]))
            if pair in seen:
                raise forms.ValidationError(
                    f"The pair {row['column1']} and {row['column2']} is there twice: keep one row."
                )
            seen.add(pair)

    def pairs(self) -> list[dict[str, Any]]:
        return [
            form.cleaned_data
            for form in self.forms
            if getattr(form, "cleaned_data", None) and form.cleaned_data.get("column1")
        ]


OverlayRows = forms.formset_factory(OverlayRow, PairRows, extra=_SPARE, max_num=500)
NeverRows = forms.formset_factory(PairRow, PairRows, extra=_SPARE, max_num=500)


def overlay_initial(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"indicator": str(row["indicator"])} for row in value]


def overlays_of(rows: forms.BaseFormSet) -> list[dict[str, Any]]:
    return [
        {
            "column1": row["column1"],
            "column2": row["column2"],
            "indicator": int(row["indicator"] or 1),
            "ground": row["ground"] or "time",
        }
        for row in rows.pairs()
    ]


def never_of(rows: forms.BaseFormSet) -> list[list[str]]:
    return [[row["column1"], row["column2"]] for row in rows.pairs()]
