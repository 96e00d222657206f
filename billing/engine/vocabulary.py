"""The regions and techniques that the wire form may name, from the engine's own tables."""

import csv
import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from billing.engine.reading import BadInput, either, shown
from billing.engine.tables import REFERENCE, Tables, starter_tables
from billing.engine.types import Region

BUCKETS = {
    "head": "head",
    "cervical": "cervical spine",
    "thoracic": "thoracic spine",
    "lumbar": "lumbar spine",
    "sacral": "sacrum",
    "pelvic": "pelvis",
    "rib_cage": "rib cage",
    "abdomen": "abdomen",
    "upper_extremity": "upper extremity",
    "lower_extremity": "lower extremity",
}
SPINAL = ("cervical", "thoracic", "lumbar", "sacral", "pelvic")
NOT_TREATMENT = frozenset({"rest", "documentation"})
LOOK_ALIKE = str.maketrans("OIL", "011")
BY_REGION = frozenset({"CMT", "OMT"})  # resolved to a code by the number of regions


@dataclass(frozen=True, slots=True)
class Technique:
    """What was done, in the clinic's words; it implies the code. No code: not billed by itself."""

    key: str
    label: str
    code: str
    hands_on: bool
    notes: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    regions: Mapping[str, Region]
    techniques: Mapping[str, Technique]
    codes: Mapping[str, object]
    replaced: Mapping[str, object]

    def region(self, key: str, where: str) -> Region:
        if key not in self.regions:
            raise BadInput(
                f"{where} is {shown(key)}, which is no body region{_hint(key, self.regions)}"
            )
        return self.regions[key]

    def technique(self, key: str, where: str) -> Technique:
        key = key.lower().replace("-", "_").replace(" ", "_")
        if key not in self.techniques:
            raise BadInput(
                f"{where} is {shown(key)}, which is no technique{_hint(key, self.techniques)}"
            )
        return self.techniques[key]

    def code(self, code: str, where: str) -> str:
        """A code that is known, by-region, or known to be wrong and then named in a finding."""
        if code in self.codes or code in self.replaced or code in BY_REGION:
            return code
        raise BadInput(
            f"{where} is {shown(code)}, which is not in the code list{_code_hint(code, self.codes)}"
        )


@lru_cache(maxsize=1)
def shipped_vocabulary() -> Vocabulary:
    return vocabulary_of(starter_tables())


def vocabulary_of(tables: Tables) -> Vocabulary:
    """The shipped words, with the codes of these tables."""
    regions = {key: Region(key, label, (key,)) for key, label in BUCKETS.items()}
    regions.update((region.key, region) for region in shipped_regions())
    return Vocabulary(
        regions, {item.key: item for item in shipped_techniques()}, tables.codes, tables.replaced
    )


def shipped_regions() -> tuple[Region, ...]:
    return tuple(
        Region(row["key"], row["label"], tuple(row["buckets"].split("+")))
        for row in _rows("regions.csv")
    )


def shipped_techniques() -> tuple[Technique, ...]:
    return tuple(
        Technique(row["key"], row["label"], row["code"], row["hands_on"] == "yes", row["notes"])
        for row in _rows("techniques.csv")
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _hint(key: str, known: Iterable[str]) -> str:
    """The word that was probably meant, if one is close."""
    close = difflib.get_close_matches(key[:60], sorted(known), n=1)
    return f"; did you mean {close[0]}?" if close else "."


def _code_hint(code: str, known: Mapping[str, object]) -> str:
    """What was probably meant: a letter typed for a digit, or neighbors turned round."""
    tries = [code.upper(), code.upper().translate(LOOK_ALIKE)]
    tries += [
        code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(len(code[:5]) - 1)
    ]
    meant = sorted({one for one in tries if one in known})
    return f"; did you mean {either(meant)}?" if meant else "."
