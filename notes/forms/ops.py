"""Reading one edit as a charting screen sends it: JSON in, an act out."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, time
from functools import cached_property
from typing import Any

from django import forms

from clinic.errors import NotAllowed
from clinic.models import Clinician
from notes.enums import Grade, PerformedBy, Side
from notes.forms.texts import LONGEST_TEXT
from notes.forms.word_fields import RegionsField, TechniqueField
from notes.models import Visit
from notes.queries import diagnoses_of
from notes.services import ops_acts as acts
from notes.services.blocks import BlockEntry
from notes.services.blocks import check_entry as check_block
from notes.services.entries import packed
from notes.services.procedures import ProcedureEntry
from notes.services.procedures import check_entry as check_procedure
from notes.services.texts import TEXT_FIELDS
from notes.services.typed_line import Reading, read_line, words_in_use
from notes.timekeeping import instant
from notes.words import Meanings, meanings_on

MOST_PLANNED = 60
_DJANGO = ("This field", "Select a valid", "Enter a", "Ensure this")  # its own words name no field
_EPOCH_LIMIT = 4_102_444_800  # the year 2100


class EntryForm(forms.Form):
    """A block's content by the vocabulary's keys; retired words of older blocks stay allowed."""

    technique = TechniqueField()
    regions = RegionsField()
    side = forms.ChoiceField(choices=[("", ""), *Side.choices], required=False)
    grade = forms.ChoiceField(choices=[("", ""), *Grade.choices], required=False)
    dose = forms.CharField(
        max_length=200,
        required=False,
        error_messages={"max_length": "Keep the dose under 200 characters."},
    )
    response = forms.CharField(
        max_length=300,
        required=False,
        error_messages={"max_length": "Keep the response under 300 characters."},
    )
    pain_before = forms.IntegerField(required=False, min_value=0, max_value=10)
    pain_after = forms.IntegerField(required=False, min_value=0, max_value=10)
    performed_by = forms.ChoiceField(choices=PerformedBy.choices, required=False)

    def __init__(self, *args, words: Meanings, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["technique"].meant(words, retired=True)
        self.fields["regions"].meant(words, retired=True)


class SpanForm(forms.Form):
    start = forms.IntegerField(
        min_value=0, max_value=_EPOCH_LIMIT, error_messages={"required": "Give the start time."}
    )
    end = forms.IntegerField(
        min_value=0, max_value=_EPOCH_LIMIT, error_messages={"required": "Give the end time."}
    )


class ProcedureContentForm(forms.Form):
    code = forms.CharField(max_length=5, error_messages={"required": "Give the code."})
    regions = RegionsField()
    start = forms.IntegerField(required=False, min_value=0, max_value=_EPOCH_LIMIT)
    minutes = forms.IntegerField(required=False, min_value=1, max_value=24 * 60)
    findings = forms.CharField(max_length=300, required=False)
    reduced = forms.BooleanField(required=False)

    def __init__(self, *args, words: Meanings, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["regions"].meant(words, retired=True)


class TextForm(forms.Form):
    section = forms.ChoiceField(choices=[(name, name) for name in TEXT_FIELDS])
    base = forms.CharField(required=False, strip=False)
    text = forms.CharField(
        required=False,
        strip=False,
        max_length=LONGEST_TEXT,
        error_messages={
            "max_length": f"Keep a section under {LONGEST_TEXT:,} characters; attach long "
            "material as a document."
        },
    )


class Reader:
    """Turns a sent edit into an act for this visit, or says what is wrong with it."""

    def __init__(self, visit: Visit, clinician: Clinician) -> None:
        self.visit, self.clinician = visit, clinician

    @cached_property
    def words(self) -> Meanings:
        return meanings_on(self.visit.date)

    def read(self, sent: dict[str, Any]) -> acts.Act:
        kind = sent.get("op")
        readers: dict[str, Callable[[dict], acts.Act]] = {
            "put": self._put,
            "del": lambda s: acts.DeleteBlock(_uuid(s), _base(s)),
            "put_procedure": self._put_procedure,
            "del_procedure": lambda s: acts.DeleteProcedure(_uuid(s), _base(s)),
            "text": self._text,
            "start": lambda s: acts.Start(_uuid(s), _moment(s.get("at")), self._content(s)),
            "describe": lambda s: acts.Describe(_uuid(s), self._content(s)),
            "reopen": lambda s: acts.Reopen(_uuid(s), _base(s)),
            "plan": self._plan,
            "line": self._line,
        }
        if kind in ("stop", "pause", "resume", "backdate", "discard"):
            return acts.Clock(kind, _uuid(sent), _moment(sent.get("at")))
        if kind not in readers:
            raise NotAllowed("This page is older than the server: reload it, then try again.")
        return readers[kind](sent)

    def _put(self, sent: dict) -> acts.PutBlock:
        span = _clean(SpanForm(_dict(sent.get("fields"))))
        entry = self._entry(sent, _moment(span["start"]), _moment(span["end"]))
        check_block(entry)
        return acts.PutBlock(_uuid(sent), _base(sent), entry)

    def _entry(self, sent: dict, starts_at: datetime, ends_at: datetime) -> BlockEntry:
        fields = _dict(sent.get("fields"))
        data = _clean(EntryForm(fields, words=self.words))
        return BlockEntry(
            technique=data["technique"],
            regions=data["regions"],
            side=data["side"],
            starts_at=starts_at,
            ends_at=ends_at,
            performed_by=data["performed_by"] or PerformedBy.THERAPIST,
            performer=self.clinician,
            grade=data["grade"],
            dose=data["dose"],
            response=data["response"],
            pain_before=data["pain_before"],
            pain_after=data["pain_after"],
            diagnosis_codes=self._known(fields.get("diagnoses")),
        )

    def _content(self, sent: dict) -> dict[str, Any]:
        return packed(self._entry(sent, _moment(0), _moment(0)))

    def _known(self, codes: Any) -> list[str]:
        """The episode's codes among these; one taken off the episode meanwhile is left out."""
        if not isinstance(codes, list) or not codes:
            return []
        known = set(diagnoses_of(self.visit).values_list("code", flat=True))
        return [code for code in codes if code in known]

    def _plan(self, sent: dict) -> acts.Plan:
        return acts.Plan(self.entries(sent.get("entries")))

    def entries(self, rows: Any) -> list[dict[str, Any]]:
        if not isinstance(rows, list) or len(rows) > MOST_PLANNED:
            raise NotAllowed(f"Plan at most {MOST_PLANNED} blocks.")
        return [self._content({"fields": row}) for row in rows]

    def _line(self, sent: dict) -> acts.PutBlock:
        """A line typed without a connection: read now, or asked about."""
        reading = read_line(str(sent.get("text", "")), words_in_use(self.words))
        if reading.questions:
            raise NotAllowed(f"{reading.questions[0].text} The line was: {sent.get('text', '')}")
        times = typed_start(reading, self.visit)
        if not times and not reading.minutes:
            raise NotAllowed(f"Give the minutes. The line was: {sent.get('text', '')}")
        start = times[0] if times else sent.get("start")
        _moment(start)
        end = times[1] if times else start + 60 * (reading.minutes or 0)
        return self._put(sent | {"fields": reading.entry | {"start": start, "end": end}})

    def _put_procedure(self, sent: dict) -> acts.PutProcedure:
        fields = _dict(sent.get("fields"))
        data = _clean(ProcedureContentForm(fields, words=self.words))
        entry = ProcedureEntry(
            code=data["code"].strip().upper(),
            regions=data["regions"],
            performer=self.clinician,
            starts_at=_moment(data["start"]) if data["start"] is not None else None,
            minutes=data["minutes"],
            findings=data["findings"],
            reduced=data["reduced"],
            diagnosis_codes=self._known(fields.get("diagnoses")),
        )
        check_procedure(entry)
        return acts.PutProcedure(_uuid(sent), _base(sent), entry)

    def _text(self, sent: dict) -> acts.SetText:
        data = _clean(TextForm(sent))
        return acts.SetText(data["section"], data["base"], data["text"])


def read_entries(visit: Visit, clinician: Clinician, rows: Any) -> list[dict[str, Any]]:
    """Blocks without time, as a plan or a template holds them."""
    return Reader(visit, clinician).entries(rows)


def typed_start(reading: Reading, visit: Visit) -> list[int] | None:
    """Typed clock times as seconds; of morning and afternoon the one nearer to the visit."""
    if reading.times is None:
        return None
    zone, day = visit.practice.zone, visit.date
    booked = visit.starts_at.astimezone(zone)
    first, last = reading.times
    if last < first:
        last += 12 * 60
    near = booked.hour * 60 + booked.minute
    if last <= 12 * 60 and abs(first + 12 * 60 - near) < abs(first - near):
        first, last = first + 12 * 60, last + 12 * 60
    start = instant(day, time(first // 60 % 24, first % 60), zone)
    return [int(start.timestamp()), int(start.timestamp()) + 60 * (last - first)]


def _clean(form: forms.Form) -> dict[str, Any]:
    """The form's values, or a refusal that says the first things wrong."""
    if form.is_valid():
        return form.cleaned_data
    said = [
        f"{name}: {message}" if message.startswith(_DJANGO) else message
        for name, messages in form.errors.items()
        for message in messages
    ]
    raise NotAllowed(" ".join(said[:3]))


def _dict(value: Any) -> dict:
    if not isinstance(value, dict):
        raise NotAllowed("This edit came without its content: reload the page.")
    return value


def _uuid(sent: dict) -> uuid.UUID:
    try:
        return uuid.UUID(str(sent.get("id")))
    except ValueError as error:
        raise NotAllowed("This edit came without its block: reload the page.") from error


def _base(sent: dict) -> acts.Base:
    after = sent.get("after")
    try:
        return acts.Base(
            version=int(sent.get("base") or 0), after=uuid.UUID(str(after)) if after else None
        )
    except (TypeError, ValueError) as error:
        raise NotAllowed("This edit names no version: reload the page.") from error


def _moment(seconds: Any) -> datetime:
    if not isinstance(seconds, int) or not 0 <= seconds <= _EPOCH_LIMIT:
        raise NotAllowed("This edit names no time: reload the page.")
    return datetime.fromtimestamp(seconds, UTC)
