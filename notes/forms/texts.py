"""The note's four sections, and the signature."""

from crispy_forms.helper import FormHelper
from django import forms

from notes.models import Note
from notes.services.texts import TEXT_FIELDS

LONGEST_TEXT = 20_000


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")


class NoteTextForm(forms.Form):
    """Each section with what it held when the page was loaded, to find conflicts."""

    def __init__(self, *args, note: Note, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in TEXT_FIELDS:
            self.fields[name] = forms.CharField(
                required=False,
                strip=False,
                max_length=LONGEST_TEXT,
                initial=getattr(note, name),
                widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
                error_messages={
                    "max_length": f"Keep a section under {LONGEST_TEXT:,} characters; "
                    "attach long material as a document."
                },
            )
            self.fields[f"base_{name}"] = forms.CharField(
                required=False,
                strip=False,
                initial=getattr(note, name),
                # A fixed id, so that a page with two forms keeps its ids apart.
                widget=forms.HiddenInput(attrs={"id": f"base-{name}"}),
            )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def texts(self) -> dict[str, str]:
        return {name: _unix(self.cleaned_data[name]) for name in TEXT_FIELDS}

    @property
    def base(self) -> dict[str, str]:
        return {name: _unix(self.cleaned_data[f"base_{name}"]) for name in TEXT_FIELDS}

    def take(self, theirs: Note) -> None:
        """Go on from what is stored now: sections that this person left alone become theirs."""
        texts, base = self.texts, self.base
        self.data = self.data.copy()
        for name in TEXT_FIELDS:
            if texts[name] == base[name]:
                self.data[name] = getattr(theirs, name)
            self.data[f"base_{name}"] = getattr(theirs, name)

    @property
    def sections(self):
        return [(self[name], self[f"base_{name}"]) for name in TEXT_FIELDS]


class SignForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    agree = forms.BooleanField(
        label="I agree to the statement above.",
        error_messages={"required": "Tick the statement to sign."},
    )
    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "class": "form-control"}
        ),
    )
    credential = forms.CharField(required=False, max_length=10_000, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class AddendumForm(forms.Form):
    submit_key = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
        error_messages={"required": "Write the addendum."},
    )
    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "class": "form-control"}
        ),
    )
    credential = forms.CharField(required=False, max_length=10_000, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
