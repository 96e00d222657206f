"""Forms of the visit's record: figures, scores, findings, purposes, supervision."""

from django import forms

from clinic.forms.patients import Crispy
from notes.enums import MeasureKind, Side, Supervision
from notes.measures import SITES
from notes.models import Note
from notes.scores import SCALES
from notes.services.measures import SEGMENTS


def _site_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Kind and place in one field, grouped: one choice less to make."""
    return [
        (kind.label, [(f"{kind}:{site.key}", site.label) for site in SITES[kind].values()])
        for kind in MeasureKind
    ]


class MeasureForm(Crispy, forms.Form):
    what = forms.ChoiceField(label="Measure", choices=_site_choices)
    side = forms.ChoiceField(
        choices=[("", "no side"), (Side.LEFT, "Left"), (Side.RIGHT, "Right")], required=False
    )
    before = forms.DecimalField(max_digits=5, decimal_places=1, required=False)
    after = forms.DecimalField(max_digits=5, decimal_places=1, required=False)

    def entry(self) -> dict:
        kind, _, site = self.cleaned_data["what"].partition(":")
        return {
            "kind": kind,
            "site": site,
            "side": self.cleaned_data["side"],
            "before": self.cleaned_data["before"],
            "after": self.cleaned_data["after"],
        }


class ScoreForm(forms.Form):
    """A figure for each item of the paper that the patient filled in; empty is left out."""

    def __init__(self, *args, instrument: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.scale = SCALES[instrument]
        choices = [("", "–"), *((n, n) for n in range(self.scale.low, self.scale.high + 1))]
        for item in range(1, self.scale.items + 1):
            self.fields[f"item_{item}"] = forms.TypedChoiceField(
                label=f"Item {item}",
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
            )

    def answers(self) -> list[int | None]:
        return [self.cleaned_data[f"item_{n}"] for n in range(1, self.scale.items + 1)]


class SegmentForm(Crispy, forms.Form):
    segment = forms.ChoiceField(choices=[(s, s) for s in SEGMENTS])
    side = forms.ChoiceField(choices=[("", "no side"), *Side.choices], required=False)
    pain = forms.BooleanField(label="Pain or tenderness", required=False)
    asymmetry = forms.BooleanField(label="Asymmetry", required=False)
    motion = forms.BooleanField(label="Range of motion", required=False)
    tissue = forms.BooleanField(label="Tissue, tone", required=False)
    listing = forms.CharField(max_length=40, required=False, help_text="PRS, ASLA ...")


class PurposeForm(forms.Form):
    """Why one block needed skilled hands, and the goals it serves."""

    block_id = forms.UUIDField(widget=forms.HiddenInput)
    rationale = forms.CharField(
        max_length=300,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "form-control", "placeholder": "Which finding called for it"}
        ),
    )
    goals = forms.TypedMultipleChoiceField(
        coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, note: Note, goals, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["goals"].choices = [(goal.number, f"Goal {goal.number}") for goal in goals]


class SupervisionForm(Crispy, forms.Form):
    kind = forms.ChoiceField(label="The supervising therapist was", choices=Supervision.choices)
    remark = forms.CharField(max_length=200, required=False)


class AnswerForm(forms.Form):
    alert = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(max_length=300)
