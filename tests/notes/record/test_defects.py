"""Nothing denied for what was forgotten: seeded defects are found, clean notes pass."""

import tomllib
from pathlib import Path

import pytest
from django.db import transaction

from clinic.enums import Discipline
from clinic.models import Practice
from clinic.scope import scope
from notes.models import Note
from tests.factories import make_practice
from tests.notes.record import seeds
from tests.notes.record.charts import all_stories, clean_note, ground, said_before_signing

DEFECTS = tomllib.loads((Path(__file__).parent / "defects.toml").read_text())["defect"]
SHOULDER = 1
PRESETS = ("medicare", "commercial", "uhc", "tricare", "workers-comp")
# A massage therapist is no provider of the federal payers.
NOT_FOR_MASSAGE = ("medicare", "uhc", "tricare")
CLEAN = 30


@pytest.fixture(scope="module")
def prepared(django_db_setup, django_db_blocker):
    """Words and one clean note for all tests here; what a test does to them rolls back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        practice = make_practice(name="North Clinic")
        with scope(practice):
            words = ground()
            note = clean_note(words, all_stories()[SHOULDER], "medicare")
            said = said_before_signing(note)
        yield practice, words, note, said
        transaction.set_rollback(True)


@pytest.fixture
def practice(prepared, db) -> Practice:
    return Practice.objects.get(pk=prepared[0].pk)


@pytest.fixture
def words(prepared, in_practice):
    return prepared[1]


@pytest.fixture
def clean(prepared, in_practice) -> Note:
    return Note.objects.get(pk=prepared[2].pk)


@pytest.fixture
def before(prepared) -> list[tuple[str, str]]:
    """What is said of the clean note."""
    return prepared[3]


def test_the_list_has_at_least_thirty_defects_each_seeded_once():
    names = [defect["seed"] for defect in DEFECTS]

    assert len(names) >= 30
    assert len(set(names)) == len(names)


@pytest.mark.slow
@pytest.mark.one_engine
@pytest.mark.parametrize("defect", DEFECTS, ids=[d["seed"] for d in DEFECTS])
def test_defect_is_found_before_signing(clean, before, defect):
    getattr(seeds, defect["seed"])(clean)
    found = [text for level, text in said_before_signing(clean) if defect["says"] in text]

    assert [text for level, text in before if defect["says"] in text] == []
    assert found != [], defect["why"]


def thirty() -> list[tuple[int, str]]:
    """Every problem under three kinds of payer, each discipline under different ones."""
    return [
        (place, _payer(story["discipline"], place + 2 * turn))
        for turn in range(3)
        for place, story in enumerate(all_stories())
    ]


def _payer(discipline: str, turn: int) -> str:
    open_to = [p for p in PRESETS if discipline != "MT" or p not in NOT_FOR_MASSAGE]
    return open_to[turn % len(open_to)]


@pytest.mark.slow
@pytest.mark.one_engine
@pytest.mark.parametrize(("place", "preset"), thirty())
def test_clean_note_is_not_blocked(words, place, preset):
    story = all_stories()[place]

    note = clean_note(words, story, preset)

    said = said_before_signing(note)
    assert [text for level, text in said if level == "block"] == []


def test_thirty_clean_notes_are_of_all_disciplines_and_payers():
    pairs = thirty()

    assert len(pairs) >= CLEAN
    assert {all_stories()[place]["discipline"] for place, _ in pairs} == set(Discipline.values)
    assert {preset for _, preset in pairs} == set(PRESETS)
