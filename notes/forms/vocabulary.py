"""Forms of the practice's vocabulary."""

from crispy_forms.helper import FormHelper
from django import forms

from notes.models import BodyRegion, Technique
from notes.models.vocabulary import BUCKETS


class TechniqueForm(forms.ModelForm):
    class Meta:
        model = Technique
        fields = ["label", "code", "lane", "needs_region", "uses_grade", "active"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_code(self) -> str:
        return self.cleaned_data["code"].strip().upper()


class RegionForm(forms.ModelForm):
    class Meta:
        model = BodyRegion
        fields = ["label", "buckets", "needs_side", "active"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_buckets(self) -> str:
        names = [name.strip() for name in self.cleaned_data["buckets"].split("+")]
        if unknown := [name for name in names if name not in BUCKETS]:
            raise forms.ValidationError(
                f"{unknown[0]!r} is not a bucket. Use {', '.join(BUCKETS)}, joined by +."
            )
        return "+".join(names)
