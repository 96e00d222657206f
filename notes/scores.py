"""Outcome questionnaires, scored by their published rules from the figures of their items.

Wording of items is copyrighted and is neither stored nor shown. Pure: no rows are read here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from notes.enums import Instrument

Answers = Sequence[int | None]


class ScoreError(ValueError):
    """A sentence that says what is missing or out of range."""


@dataclass(frozen=True, slots=True)
class Scale:
    """``score`` is exact; ``change`` is the least change that is more than error."""

    key: str
    name: str
    items: int
    low: int
    high: int
    unit: str
    best: int
    worst: int
    change: int
    may_skip: int
    rule: str
    score: Callable[[list[int], int], Fraction]

    @property
    def more_is_better(self) -> bool:
        return self.best > self.worst


def _share(answered: list[int], items: int) -> Fraction:
    """Points of the points possible in the items answered, in percent."""
    return Fraction(sum(answered) * 100, len(answered) * 5)


def _sum(answered: list[int], items: int) -> Fraction:
    return Fraction(sum(answered))


def _disability(answered: list[int], items: int) -> Fraction:
    """The mean of the items answered, moved from 1-5 to 0-100."""
    return (Fraction(sum(answered), len(answered)) - 1) * 25


SCALES: dict[str, Scale] = {
    scale.key: scale
    for scale in (
        Scale(Instrument.NDI, "Neck Disability Index", 10, 0, 5, "%", 0, 100, 10, 2,
              "Vernon and Mior 1991: points of those possible; at most two items left out", _share),
        Scale(Instrument.ODI, "Oswestry Disability Index", 10, 0, 5, "%", 0, 100, 10, 1,
              "Fairbank 1980: points of those possible; a section left out lowers the divisor",
              _share),
        Scale(Instrument.LEFS, "Lower Extremity Functional Scale", 20, 0, 4, "/80", 80, 0, 9, 0,
              "Binkley 1999: the sum of all twenty items, 0 to 80", _sum),
        Scale(Instrument.QDASH, "QuickDASH", 11, 1, 5, "", 0, 100, 16, 1,
              "Institute for Work & Health: ((sum / answered) - 1) x 25; ten of eleven answered",
              _disability),
    )
}  # fmt: skip


def score_tenths(instrument: str, answers: Answers) -> int:
    """The score in tenths, rounded half up. Raises ScoreError with what to do."""
    scale = SCALES[instrument]
    if len(answers) != scale.items:
        raise ScoreError(f"{scale.name} has {scale.items} items; {len(answers)} were given.")
    answered = [answer for answer in answers if answer is not None]
    for place, answer in enumerate(answers, start=1):
        if answer is not None and not scale.low <= answer <= scale.high:
            raise ScoreError(f"Item {place}: choose a figure from {scale.low} to {scale.high}.")
    left_out = scale.items - len(answered)
    if left_out > scale.may_skip:
        allowed = f"at most {scale.may_skip}" if scale.may_skip else "none"
        sentence = f"{left_out} items of {scale.name} are not answered"
        raise ScoreError(f"{sentence}; {allowed} may be left out.")
    return int(scale.score(answered, scale.items) * 10 + Fraction(1, 2))


def meaning(instrument: str, tenths: int) -> str:
    """The published bands, where there are any."""
    bands = _BANDS.get(instrument, ())
    return next((word for limit, word in bands if tenths <= limit * 10), "")


_BANDS = {
    Instrument.NDI: ((8, "no disability"), (28, "mild"), (48, "moderate"), (68, "severe"),
                     (100, "complete")),
    Instrument.ODI: ((20, "minimal disability"), (40, "moderate"), (60, "severe"),
                     (80, "very severe"), (100, "bed-bound")),
}  # fmt: skip
