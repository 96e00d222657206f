"""Forms of the schedule."""

from datetime import date, datetime

from django import forms

from clinic.errors import Conflict
from clinic.forms.patients import Crispy, day
from clinic.models import Clinician, Location, Practice
from clinic.services.edit_conflicts import Difference, differences, fingerprint
from notes.services.schedule import SHOWN, Slot
from notes.timekeeping import instant


class SlotForm(Crispy, forms.Form):
    """When, with whom, where, how long."""

    clinician = forms.ModelChoiceField(Clinician.objects.none())
    location = forms.ModelChoiceField(Location.objects.none())
    on = forms.DateField(label="Date", widget=day())
    at = forms.TimeField(label="Time", widget=forms.TimeInput(attrs={"type": "time"}))
    minutes = forms.IntegerField(min_value=5, max_value=480, initial=45)
    remark = forms.CharField(max_length=120, required=False, help_text="No clinical facts")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    say_double = forms.BooleanField(label="Book although the time is taken", required=False)

    def __init__(self, *args, practice: Practice, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.practice = practice
        self.theirs: list[Difference] = []
        self.fields["clinician"].queryset = Clinician.objects.filter(active=True)
        self.fields["location"].queryset = Location.objects.filter(active=True)

    def slot(self) -> Slot:
        """Raises NotAllowed for a time that the clocks skip."""
        data = self.cleaned_data
        return Slot(
            clinician=data["clinician"],
            location=data["location"],
            starts_at=instant(data["on"], data["at"], self.practice.zone),
            minutes=data["minutes"],
        )

    def meet(self, conflict: Conflict) -> None:
        """Say it, show what is booked now, and let the next move know it."""
        slot, visit = self.slot(), conflict.theirs
        self.add_error(None, str(conflict))
        self.theirs = differences(
            visit,
            {
                "clinician": slot.clinician, "location": slot.location,
                "starts_at": slot.starts_at, "booked_minutes": slot.minutes,
            },
        )  # fmt: skip
        self.data = self.data.copy()
        self.data["seen"] = fingerprint(visit, SHOWN)


def asked_day(text: str, today: date) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 a calendar day
    except ValueError:
        return today
