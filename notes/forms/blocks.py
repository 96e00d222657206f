"""The form of one treatment block."""

import uuid
from datetime import UTC, datetime, timedelta

from django import forms

from clinic.errors import NotAllowed
from notes.enums import Grade, PerformedBy, Side
from notes.forms.entries import ClockInput, EntryForm
from notes.forms.word_fields import TechniqueField
from notes.models import Note, TreatmentBlock, Visit
from notes.services.blocks import NEW, BlockEntry, check_entry
from notes.timekeeping import instant
from notes.words import Lists, Meanings

_NO_GRADE = [("", "–"), *Grade.choices]
_NO_SIDE = [("", "None"), *Side.choices]


class BlockForm(EntryForm):
    """From-to, or from and minutes; what is merely missing may follow until signing."""

    check_entry = staticmethod(check_entry)

    technique = TechniqueField(empty_label="Choose a technique")
    side = forms.ChoiceField(
        choices=_NO_SIDE, required=False, widget=forms.RadioSelect, label="Side"
    )
    start = forms.TimeField(
        widget=ClockInput, error_messages={"required": "Give the start time, such as 9:05."}
    )
    end = forms.TimeField(widget=ClockInput, required=False)
    minutes = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=24 * 60,
        help_text="Or give the minutes and leave the end empty.",
        error_messages={
            "max_value": "A block cannot be longer than 24 hours: correct the minutes.",
            "min_value": "A block lasts at least one minute: correct the minutes.",
        },
    )
    grade = forms.ChoiceField(choices=_NO_GRADE, required=False, widget=forms.RadioSelect)
    dose = forms.CharField(
        max_length=200, required=False, label="Dose", help_text="Sets, repetitions, load, seconds"
    )
    pain_before = forms.IntegerField(required=False, min_value=0, max_value=10)
    pain_after = forms.IntegerField(required=False, min_value=0, max_value=10)
    response = forms.CharField(max_length=300, required=False)
    performed_by = forms.ChoiceField(choices=PerformedBy.choices, initial=PerformedBy.THERAPIST)

    def mean(self, words: Meanings) -> None:
        super().mean(words)
        self.fields["technique"].meant(words)

    def offer(self, lists: Lists) -> None:
        super().offer(lists)
        self.fields["technique"].offer(lists.techniques)

    def make_entry(self, data: dict) -> BlockEntry:
        starts_at, ends_at = self._span(data)
        return BlockEntry(
            technique=data["technique"],
            regions=data["regions"],
            side=data["side"],
            starts_at=starts_at,
            ends_at=ends_at,
            performed_by=data["performed_by"],
            performer=self.clinician,
            grade=data["grade"],
            dose=data["dose"],
            response=data["response"],
            pain_before=data["pain_before"],
            pain_after=data["pain_after"],
            diagnosis_codes=data["diagnoses"],
        )

    def _span(self, data: dict) -> tuple[datetime, datetime]:
        zone, day = self.visit.practice.zone, self.visit.date
        starts_at = instant(day, data["start"], zone)
        if data["end"] is not None:
            return starts_at, instant(day, data["end"], zone)
        if data["minutes"] is None:
            raise NotAllowed("Give the end time or the minutes.")
        # Minutes pass on the absolute scale; a local clock repeats or skips an hour twice a year.
        return starts_at, starts_at.astimezone(UTC) + timedelta(minutes=data["minutes"])

    @property
    def is_new(self) -> bool:
        return str(self["version"].value()) == str(NEW)


def new_block_initial(visit: Visit, blocks: list[TreatmentBlock]) -> dict:
    """A fresh form starts where the last block ended."""
    start = blocks[-1].ends_at if blocks else visit.starts_at
    return {
        "public_id": uuid.uuid4(),
        "version": NEW,
        "start": start.astimezone(visit.practice.zone).time(),
        "performed_by": PerformedBy.THERAPIST,
        "side": "",
        "grade": "",
    }


def block_initial(block: TreatmentBlock, note: Note) -> dict:
    zone = note.visit.practice.zone
    return {
        "public_id": block.public_id,
        "version": block.version,
        "technique": block.technique.key,
        "regions": [row.region.key for row in block.block_regions.all()],
        "side": block.side,
        "start": block.starts_at.astimezone(zone).time(),
        "end": block.ends_at.astimezone(zone).time(),
        "grade": block.grade,
        "dose": block.dose,
        "pain_before": block.pain_before,
        "pain_after": block.pain_after,
        "response": block.response,
        "performed_by": block.performed_by,
        "diagnoses": block.diagnosis_codes,
    }
