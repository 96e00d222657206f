"""Forms of the practice's vocabulary."""

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone

from clinic.forms.seen import SeenForm
from notes.models import BodyRegion, Technique
from notes.models.vocabulary import BUCKETS


class WordForm(SeenForm):
    """A word's fields, with the day they count from and why they change."""

    starts_on = forms.DateField(
        label="Counts from",
        required=False,
        widget=forms.DateInput({"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        help_text="Visits before that day keep what the word meant. Empty: today.",
        error_messages={"invalid": "Write a date as MM/DD/YYYY."},
    )
    why = forms.CharField(label="Why", required=False, max_length=300)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = timezone.localdate()
        self.helper = FormHelper()
        self.helper.form_tag = False


class TechniqueForm(WordForm):
    class Meta:
        model = Technique
        fields = ["label", "code", "lane", "needs_region", "uses_grade", "active"]

    def clean_code(self) -> str:
        return self.cleaned_data["code"].strip().upper()


class RegionForm(WordForm):
    class Meta:
        model = BodyRegion
        fields = ["label", "buckets", "needs_side", "active"]
        help_texts = {
            "buckets": "What adjustments count: first the region's own, then + for each other one "
            f"that its muscles reach. Known: {', '.join(BUCKETS)}."
        }

    def clean_buckets(self) -> str:
        names = [name.strip() for name in self.cleaned_data["buckets"].split("+")]
        if unknown := [name for name in names if name not in BUCKETS]:
            raise forms.ValidationError(
                f"{unknown[0]!r} is not a bucket. Use {', '.join(BUCKETS)}, joined by +."
            )
        if len(set(names)) < len(names):
            raise forms.ValidationError("A bucket is there twice: name each once.")
        return "+".join(names)
