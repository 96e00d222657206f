"""The simulator's form: a visit as rows of what, where, from, minutes."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any

from django import forms
from django.utils import timezone

from billing.engine.policy import DISCIPLINES
from billing.engine.tables import shipped_codes
from billing.engine.types import Block, Day, Procedure, Region
from billing.engine.vocabulary import BUCKETS, BY_REGION
from notes.models import BodyRegion, Technique

SPARE = 2
_SIDES = {"left": "left", "l": "left", "right": "right", "r": "right", "both": "both"}
_BY = [("therapist", "Ther."), ("assistant", "Asst."), ("together", "Both")]
_SMALL = {"class": "form-control form-control-sm"}


class Words:
    """The practice's own words, as the rows may name them."""

    def __init__(self) -> None:
        self.codes = {fact.code: fact for fact in shipped_codes()}
        techniques = list(Technique.objects.filter(active=True))
        regions = list(BodyRegion.objects.filter(active=True))
        self.techniques = {t.label.lower(): t for t in techniques} | {t.key: t for t in techniques}
        self.regions = {key: Region(key, label, (key,)) for key, label in BUCKETS.items()}
        self.regions |= {label: Region(key, label, (key,)) for key, label in BUCKETS.items()}
        for row in regions:
            region = Region(row.key, row.label, tuple(row.bucket_list))
            self.regions |= {row.key: region, row.label.lower(): region}
        self.suggestions = [*BY_REGION, *sorted(t.label for t in techniques if t.code)]
        self.places = [row.label for row in regions]

    def what(self, text: str) -> tuple[str, str]:
        """Code and technique key. Raises ValidationError for a word that nothing has."""
        word = text.strip()
        if word.upper() in self.codes or word.upper() in BY_REGION:
            return word.upper(), ""
        found = self.techniques.get(word.lower())
        if found is None:
            raise forms.ValidationError(
                f"“{word[:40]}” is neither a code of the list nor one of the practice's techniques."
            )
        return found.code, found.key

    def where(self, text: str) -> tuple[tuple[Region, ...], str]:
        """Regions divided by commas, each with an optional left, right or both before it."""
        regions, side = [], ""
        for part in filter(None, (p.strip().lower() for p in text.split(","))):
            first, _, rest = part.partition(" ")
            if rest and first in _SIDES and part not in self.regions:
                side, part = _SIDES[first], rest
            if part not in self.regions:
                raise forms.ValidationError(
                    f"“{part[:40]}” is not one of the practice's body regions."
                )
            regions.append(self.regions[part])
        return tuple(regions), side

    def is_timed(self, code: str) -> bool:
        return code in self.codes and self.codes[code].basis == "timed"


class VisitRow(forms.Form):
    """One block or procedure. An empty row is not there."""

    what = forms.CharField(
        required=False,
        max_length=60,
        widget=forms.TextInput(_SMALL | {"aria-label": "Code or technique", "list": "sim-whats",
                                         "placeholder": "97140", "autocomplete": "off"}),
    )  # fmt: skip
    where = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput(_SMALL | {"aria-label": "Regions", "list": "sim-wheres",
                                         "placeholder": "cervical", "autocomplete": "off"}),
    )  # fmt: skip
    start = forms.TimeField(
        required=False,
        widget=forms.TimeInput(_SMALL | {"aria-label": "From", "type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Write the time as 9:05."},
    )
    minutes = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1440,
        widget=forms.NumberInput(_SMALL | {"aria-label": "Minutes"}),
        error_messages={
            "min_value": "Give at least 1 minute.",
            "max_value": "A block has at most 1,440 minutes.",
            "invalid": "Write whole minutes.",
        },
    )
    by = forms.ChoiceField(
        required=False,
        choices=_BY,
        widget=forms.Select({"class": "form-select form-select-sm", "aria-label": "Given by"}),
    )


VisitRows = forms.formset_factory(VisitRow, extra=SPARE, max_num=60)


class SimulatorForm(forms.Form):
    """A visit to try. `day` is what the engine reads, once the form is valid."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    date = forms.DateField(
        widget=forms.DateInput(_SMALL | {"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Give the visit's date."},
    )
    discipline = forms.ChoiceField(
        required=False,
        choices=[("", "not said"), *((who, who) for who in DISCIPLINES)],
        widget=forms.Select({"class": "form-select form-select-sm"}),
    )
    diagnoses = forms.CharField(
        required=False,
        max_length=120,
        widget=forms.TextInput(_SMALL | {"placeholder": "M54.2 M62.838"}),
    )
    accrued = forms.DecimalField(
        label="Accrued this year, $",
        required=False,
        min_value=0,
        max_value=1_000_000,
        decimal_places=2,
        widget=forms.NumberInput(_SMALL),
    )
    active = forms.ChoiceField(
        label="Treatment",
        required=False,
        choices=[("", "not said"), ("yes", "active"), ("no", "maintenance")],
        widget=forms.Select({"class": "form-select form-select-sm"}),
    )
    abn = forms.ChoiceField(
        label="Notice of non-coverage",
        required=False,
        choices=[("", "not said"), ("none", "none"), ("mandatory", "mandatory"),
                 ("voluntary", "voluntary")],
        widget=forms.Select({"class": "form-select form-select-sm"}),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, words: Words, day: Day | None = None, **kwargs: Any):
        initial = kwargs.pop("initial", {}) | (_initial(day) if day else {})
        super().__init__(data, initial=initial, prefix="sim", **kwargs)
        self.words = words
        rows = _row_initial(day, words) if day else None
        self.rows = VisitRows(data, prefix="sim-rows", initial=rows)

    def is_valid(self) -> bool:
        return all([self.rows.is_valid(), super().is_valid()])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.rows.is_valid() and not self.errors:
            self.day = self._day(data)
        return data

    def _day(self, data: Mapping[str, Any]) -> Day:
        cents = None if data["accrued"] is None else int(data["accrued"] * 100)
        own = {"accrued_ot_cents" if data["discipline"] == "OT" else "accrued_pt_slp_cents": cents}
        empty = Day(
            id="simulator",
            date=data["date"],
            discipline=data["discipline"],
            diagnoses=tuple(
                dict.fromkeys(filter(None, re.split(r"[\s,;]+", data["diagnoses"].upper())))
            ),
            active_treatment={"yes": True, "no": False}.get(data["active"]),
            abn=data["abn"] or None,
            **own,
        )
        return self._filled(empty)

    def _filled(self, day: Day) -> Day:
        """The rows in order; one without a time follows the one before it."""
        clock, blocks, procedures = 9 * 3600, [], []
        for form in self.rows:
            row = getattr(form, "cleaned_data", None)
            if not row or not row.get("what"):
                continue
            try:
                code, technique = self.words.what(row["what"])
                regions, side = self.words.where(row["where"])
            except forms.ValidationError as refusal:
                self.add_error(None, refusal)
                continue
            seconds = (row["minutes"] or 0) * 60
            start = _seconds(row["start"])
            shared = {"code": code, "regions": regions, "side": side, "by": row["by"] or _BY[0][0]}
            if self.words.is_timed(code) or not code:
                if not seconds:
                    self.add_error(None, f"Give the minutes of {row['what']}.")
                    continue
                begin = clock if start is None else start
                clock = begin + seconds
                shared |= {"technique": technique, "clock": start is not None}
                blocks.append(Block(f"b{len(blocks) + 1}", start=begin, end=clock, **shared))
            else:
                end = start + seconds if start is not None and seconds else None
                procedures.append(Procedure(id=f"p{len(procedures) + 1}", start=start, end=end,
                                            seconds=seconds, **shared))  # fmt: skip
        return replace(day, blocks=tuple(blocks), procedures=tuple(procedures))


def _seconds(at: time | None) -> int | None:
    return None if at is None else at.hour * 3600 + at.minute * 60 + at.second


def _initial(day: Day) -> dict[str, Any]:
    accrued = day.accrued_ot_cents if day.discipline == "OT" else day.accrued_pt_slp_cents
    return {
        "date": day.date,
        "discipline": day.discipline,
        "diagnoses": " ".join(day.diagnoses),
        "accrued": None if accrued is None else accrued / 100,
        "active": {True: "yes", False: "no"}.get(day.active_treatment, ""),
        "abn": day.abn or "",
    }


def _row_initial(day: Day, words: Words) -> list[dict[str, Any]]:
    rows = []
    items: list[Any] = sorted(
        [*day.blocks, *day.procedures], key=lambda item: (item.start is None, item.start or 0)
    )
    for item in items:
        seconds = item.end - item.start if isinstance(item, Block) else item.seconds
        clock = getattr(item, "clock", True) and item.start is not None
        technique = words.techniques.get(getattr(item, "technique", ""))
        fits = technique is not None and technique.code == item.code
        rows.append(
            {
                "what": technique.label if technique and fits else item.code,
                "where": _where(item),
                "start": _clock(item.start + item.offset) if clock else None,
                "minutes": seconds // 60 or None,
                "by": item.by,
            }
        )
    return rows


def _where(item: Block | Procedure) -> str:
    side = f"{item.side} " if item.side else ""
    return ", ".join(f"{side}{region.label.lower()}" for region in item.regions)


def _clock(at: int) -> time:
    return time(at // 3600 % 24, at // 60 % 60)


def example_day(on: date | None = None) -> Day:
    """Something to start from: three blocks of one visit."""
    nine = 9 * 3600
    neck = (Region("cervical", BUCKETS["cervical"], ("cervical",)),)
    spans = (("97140", 0, 21), ("97530", 21, 33), ("97112", 33, 43))
    return Day(
        id="simulator",
        date=on or timezone.localdate(),
        discipline="PT",
        diagnoses=("M54.2",),
        blocks=tuple(
            Block(id=f"b{n}", code=code, start=nine + a * 60, end=nine + b * 60, regions=neck)
            for n, (code, a, b) in enumerate(spans, start=1)
        ),
    )
