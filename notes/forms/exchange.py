"""Forms of import and export."""

from django import forms

from notes.enums import ImportKind
from notes.exchange.presets import LABELS


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label="What is in it", choices=ImportKind.choices)
    preset = forms.ChoiceField(label="Where it comes from", choices=list(LABELS.items()))
    file = forms.FileField(
        label="CSV file", widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt"})
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, widget in (("kind", "form-select"), ("preset", "form-select"),
                             ("file", "form-control")):  # fmt: skip
            self.fields[name].widget.attrs["class"] = widget
