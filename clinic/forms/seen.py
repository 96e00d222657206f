"""Forms that change a row that somebody else may have open too."""

from typing import Any

from django import forms

from clinic.errors import Conflict
from clinic.services.edit_conflicts import Difference, differences, fingerprint


class SeenForm(forms.ModelForm):
    """Remembers what it was filled from. Its page shows ``theirs`` with edit_conflict.html."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.theirs: list[Difference] = []
        self.fields["seen"].initial = fingerprint(self.instance, self._meta.fields)

    def values(self) -> dict[str, Any]:
        """What was typed for the row."""
        return {n: self.cleaned_data[n] for n in self._meta.fields if n in self.cleaned_data}

    @property
    def was_seen(self) -> str:
        """The fingerprint that came back; empty, and so refused, where none did."""
        return self.cleaned_data["seen"]

    def meet(self, conflict: Conflict) -> None:
        """Say it and show both; the next save knows what is stored, because the page shows it."""
        self.add_error(None, str(conflict))
        self.theirs = differences(conflict.theirs, self.values())
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = fingerprint(conflict.theirs, self._meta.fields)
