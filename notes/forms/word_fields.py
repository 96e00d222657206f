"""Choosing among the practice's words, as they are meant on the visit's day."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator

from notes.models import BodyRegion, Technique
from notes.words import Meanings

_LISTED = "in the practice's list"


def _offered(rows: Iterable[Technique] | Iterable[BodyRegion]) -> list[tuple[str, str]]:
    return _in_order((row.key, row.label) for row in rows if row.active)


def _in_order(choices: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """By the labels that are shown: those of the visit's day, where the table has today's."""
    return sorted(choices, key=lambda choice: choice[1])


class _InOrder(ModelChoiceIterator):
    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        choices = list(super().__iter__())
        yield from (choice for choice in choices if choice[0] == "")
        yield from _in_order(choice for choice in choices if choice[0] != "")


class TechniqueField(forms.ModelChoiceField):
    words = Meanings()
    iterator = _InOrder

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Technique.objects.none(),
            to_field_name="key",
            error_messages={
                "required": "Choose a technique.",
                "invalid_choice": f"This technique is not {_LISTED}: choose another.",
            },
            **kwargs,
        )

    def meant(self, words: Meanings, *, retired: bool = False) -> None:
        self.words = words
        self.queryset = Technique.objects.all() if retired else words.offered(Technique)

    def offer(self, rows: Iterable[Technique]) -> None:
        """Show these, which were read for the page already."""
        self.choices = [("", self.empty_label), *_offered(rows)]

    def label_from_instance(self, obj: Technique) -> str:
        return self.words.on(obj).label

    def to_python(self, value: Any) -> Technique | None:
        found = super().to_python(value)
        return found and self.words.on(found)


class RegionsField(forms.ModelMultipleChoiceField):
    words = Meanings()
    iterator = _InOrder

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            BodyRegion.objects.none(),
            to_field_name="key",
            required=False,
            error_messages={
                "invalid_choice": f"This region is not {_LISTED}: choose another.",
            },
            **kwargs,
        )

    def meant(self, words: Meanings, *, retired: bool = False) -> None:
        self.words = words
        self.queryset = BodyRegion.objects.all() if retired else words.offered(BodyRegion)

    def offer(self, rows: Iterable[BodyRegion]) -> None:
        self.choices = _offered(rows)

    def label_from_instance(self, obj: BodyRegion) -> str:
        return self.words.on(obj).label

    def clean(self, value: Any) -> list[BodyRegion]:
        return [self.words.on(region) for region in super().clean(value)]
