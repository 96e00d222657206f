"""One typed line as a block: minutes, technique, side, region, grade, pain, code, free words.

Nothing is guessed: a word with two meanings, or two regions, becomes a question; words that
mean nothing here are kept as the response. The record is made from this reading only.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from notes.models import BodyRegion, Technique
from notes.services import typed_line_words as words
from notes.words import Meanings

LONGEST_LINE = 500
_PAIN = re.compile(
    r"\b(?:pain|nprs|vas)\s*:?\s*(10|\d)(?!\d)(?:\s*(?:->|→|>|-|/|\bto\b)\s*(10|\d)(?!\d))?", re.I
)
_BARE_PAIN = re.compile(r"\b(10|\d)\s*(?:->|→)\s*(10|\d)(?!\d)")
_RANGE = re.compile(
    r"\b(\d{1,2}):(\d{2})\s*(am|pm)?\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})\s*(am|pm)?\b", re.I
)
_MINUTES = re.compile(r"(?<![\w:.])(\d{1,3})\s*(?:minutes|minute|mins|min|m\b|['’])", re.I)
_FIRST_NUMBER = re.compile(r"^\s*(\d{1,3})(?=\s)")
_GRADE = re.compile(r"\b(?:grade|gr)\.?\s*(iii|ii|iv|i|v|[1-5])\b", re.I)
_CODE = re.compile(r"\b(9[78]\d{3}|2056[01]|G0283)\b", re.I)


@dataclass(frozen=True, slots=True)
class Chip:
    kind: str
    text: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What the therapist has to say: for each option its key and its words."""

    about: str
    text: str
    options: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Reading:
    """What was understood so far."""

    minutes: int | None = None
    times: tuple[int, int] | None = None  # minutes after midnight
    technique: str = ""
    regions: list[str] = field(default_factory=list)
    side: str = ""
    grade: str = ""
    pain: tuple[int | None, int | None] = (None, None)
    code: str = ""
    rest: str = ""
    chips: list[Chip] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    @property
    def entry(self) -> dict[str, Any]:
        return {
            "technique": self.technique,
            "regions": self.regions,
            "side": self.side,
            "grade": self.grade,
            "pain_before": self.pain[0],
            "pain_after": self.pain[1],
            "response": self.rest[:300],
        }


class Vocabulary:
    """The practice's own labels and the usual short words, longest first."""

    def __init__(self, techniques: Iterable[Technique], regions: Iterable[BodyRegion]) -> None:
        self.techniques = {t.key: t for t in techniques}
        self.regions = {r.key: r for r in regions}
        technique_words = {t.label.lower(): (t.key,) for t in self.techniques.values()}
        region_words = {r.label.lower(): (r.key,) for r in self.regions.values()}
        self._found = _phrases(words.TECHNIQUES | technique_words, self.techniques)
        self._where = _phrases(words.REGIONS | region_words, self.regions)
        self._joints = _phrases(
            {k: (f"{t} {r}",) for k, (t, r) in words.JOINTS.items()},
            {f"{t} {r}": 1 for t, r in words.JOINTS.values()
             if t in self.techniques and r in self.regions},
        )  # fmt: skip

    def take(self, text: str, of: str) -> tuple[str, list[tuple[str, tuple[str, ...]]]]:
        """The text without the words found, and what they mean, in order of place."""
        table = {"technique": self._found, "region": self._where, "joint": self._joints}[of]
        found = []
        for pattern, keys in table:
            match = pattern.search(text)
            if match:
                found.append((match.start(), match.group().strip(), keys))
                text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
        return text, [(word, keys) for _, word, keys in sorted(found)]


def words_in_use(meant: Meanings) -> Vocabulary:
    """The practice's words as they are meant on the visit's day."""
    return Vocabulary(
        map(meant.on, meant.offered(Technique)), map(meant.on, meant.offered(BodyRegion))
    )


def _phrases(
    table: dict[str, tuple[str, ...]], known: dict[str, Any]
) -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
    """Patterns of whole words, longest first; words whose rows are all gone are left out."""
    rows = []
    for phrase, keys in sorted(table.items(), key=lambda row: -len(row[0])):
        kept = tuple(key for key in keys if key in known)
        if kept:
            rows.append((re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)", re.I), kept))
    return rows


def read_line(text: str, vocabulary: Vocabulary) -> Reading:
    """Read the line; whatever is not understood is in ``rest``, never dropped."""
    reading = Reading()
    text = " ".join(text.split())[:LONGEST_LINE]
    text = _take_times(text, reading)
    text = _take_pain(text, reading)
    text = _take_grade(text, reading)
    text = _take_code(text, reading)
    text, joints = vocabulary.take(text, "joint")
    text, regions = vocabulary.take(text, "region")
    text, techniques = vocabulary.take(text, "technique")
    if joints:
        technique, region = joints[0][1][0].split()
        techniques, regions = [(joints[0][0], (technique,))], [*regions, (joints[0][0], (region,))]
    text = _take_side(text, reading)
    reading.rest = " ".join(re.sub(r"\s+,", ",", text).strip(" ,;.").split())
    _settle_technique(reading, techniques, vocabulary)
    _settle_regions(reading, regions, vocabulary)
    _write_chips(reading, vocabulary)
    return reading


def _take_times(text: str, reading: Reading) -> str:
    if match := _RANGE.search(text):
        first, last = (
            _clock(match[1], match[2], match[3] or match[6]),
            _clock(*match.group(4, 5, 6)),
        )
        if first is not None and last is not None:
            reading.times = (first, last)
            return _without(text, match)
    match = _MINUTES.search(text) or _FIRST_NUMBER.search(text)
    if match and 0 < int(match[1]) <= 24 * 60:
        reading.minutes = int(match[1])
        return _without(text, match)
    return text


def _clock(hour: str, minute: str, half: str | None) -> int | None:
    hours, minutes = int(hour), int(minute)
    if hours > 23 or minutes > 59:
        return None
    if half and hours <= 12:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    return hours * 60 + minutes


def _take_pain(text: str, reading: Reading) -> str:
    match = _PAIN.search(text) or _BARE_PAIN.search(text)
    if not match:
        return text
    reading.pain = (int(match[1]), int(match[2]) if match[2] is not None else None)
    return _without(text, match)


def _take_grade(text: str, reading: Reading) -> str:
    if match := _GRADE.search(text):
        reading.grade = words.GRADES[match[1].lower()]
        return _without(text, match)
    return text


def _take_code(text: str, reading: Reading) -> str:
    if match := _CODE.search(text):
        reading.code = match[1].upper()
        return _without(text, match)
    return text


def _take_side(text: str, reading: Reading) -> str:
    for match in re.finditer(r"(?<![\w'’])(\w+)(?![\w'’])", text):
        side = words.SIDES.get(match[1].lower())
        if side:
            reading.side = side
            return _without(text, match)
    return text


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _settle_technique(
    reading: Reading, found: list[tuple[str, tuple[str, ...]]], vocabulary: Vocabulary
) -> None:
    keys = tuple(dict.fromkeys(key for _, group in found for key in group))
    if reading.code:
        coded = {k for k, t in vocabulary.techniques.items() if t.code == reading.code}
        fitting = tuple(k for k in keys if k in coded)
        if keys and not fitting:
            reading.rest = f"{reading.rest} {reading.code}".strip()
        keys = fitting or keys or tuple(sorted(coded))
    if len(keys) == 1:
        reading.technique = keys[0]
    elif keys:
        reading.questions.append(
            Question("technique", "Which technique?", _options(keys, vocabulary.techniques))
        )


def _settle_regions(
    reading: Reading, found: list[tuple[str, tuple[str, ...]]], vocabulary: Vocabulary
) -> None:
    keys = tuple(dict.fromkeys(key for _, group in found for key in group))
    if len(keys) == 1:
        reading.regions = [keys[0]]
    elif keys:
        said = _options(keys, vocabulary.regions)
        together = ("+".join(keys), " and ".join(label for _, label in said))
        one_word = len(found) == 1
        reading.questions.append(
            Question("regions", "Which region?", said if one_word else (together, *said))
        )
    needing = [vocabulary.regions[k].label for k in reading.regions
               if vocabulary.regions[k].needs_side]  # fmt: skip
    if needing and not reading.side:
        reading.questions.append(
            Question(
                "side",
                f"Which side of {needing[0].lower()}?",
                (("left", "Left"), ("right", "Right"), ("both", "Both")),
            )
        )


def _options(keys: Iterable[str], rows: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((key, rows[key].label) for key in keys)


def _write_chips(reading: Reading, vocabulary: Vocabulary) -> None:
    chips = reading.chips
    technique = vocabulary.techniques.get(reading.technique)
    if reading.times:
        chips.append(Chip("time", "{}:{:02}–{}:{:02}".format(
            *divmod(reading.times[0], 60), *divmod(reading.times[1], 60))))  # fmt: skip
    elif reading.minutes:
        chips.append(Chip("time", f"{reading.minutes} min"))
    else:
        chips.append(Chip("time", "minutes", missing=True))
    if technique:
        chips.append(Chip("technique", technique.label))
        if technique.code:
            chips.append(Chip("code", technique.code))
    else:
        chips.append(Chip("technique", "technique", missing=True))
    side = f"{reading.side.capitalize()} " if reading.side else ""
    for key in reading.regions:
        label = vocabulary.regions[key].label
        chips.append(Chip("region", f"{side}{label.lower() if side else label}"))
    if not reading.regions and (technique is None or technique.needs_region):
        chips.append(Chip("region", "region", missing=True))
    if reading.grade:
        chips.append(Chip("grade", f"grade {reading.grade}"))
    if reading.pain[0] is not None:
        after = "" if reading.pain[1] is None else f"→{reading.pain[1]}"
        chips.append(Chip("pain", f"pain {reading.pain[0]}{after}"))
    if reading.rest:
        chips.append(Chip("note", f"note: {reading.rest}"))
