"""Forms of the payer pages."""

from crispy_forms.helper import FormHelper
from django import forms

from billing.engine.presets import preset_versions


def _preset_choices() -> list[tuple[str, str]]:
    return [(key, versions[-1].label) for key, versions in preset_versions().items()]


class PublishForm(forms.Form):
    """Publish the next version of a payer's rules from a shipped preset."""

    preset = forms.ChoiceField(choices=_preset_choices, label="Rules")
    starts_on = forms.DateField(
        label="In force from",
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
        error_messages={"required": "Give the first day the rules are in force."},
    )
    source = forms.CharField(
        max_length=200,
        help_text="Where this payer says so: contract, policy page, letter.",
        error_messages={"required": "Name the source, so that the next person can check it."},
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
