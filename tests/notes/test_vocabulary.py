import csv
from pathlib import Path

import pytest

import notes.vocabulary
from clinic.enums import Role
from clinic.models import AuditEvent
from clinic.scope import scope
from notes.forms.vocabulary import RegionForm, TechniqueForm
from notes.models import BodyRegion, Technique
from notes.models.vocabulary import BUCKETS
from notes.services.vocabulary import change_word
from notes.vocabulary import seed_vocabulary
from tests.factories import make_user
from tests.notes.acts import sign
from tests.snapshot import snapshot

HOME = Path(notes.vocabulary.__file__).parent / "reference"


def shipped(name: str) -> list[dict[str, str]]:
    with (HOME / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_seeding_gives_the_shipped_words_as_they_are_written(in_practice):
    seed_vocabulary()

    assert {
        (t.key, t.label, t.code, t.lane, t.needs_region, t.uses_grade)
        for t in Technique.objects.all()
    } == {
        (r["key"], r["label"], r["code"], r["lane"], r["needs_region"] == "yes",
         r["uses_grade"] == "yes")
        for r in shipped("techniques.csv")
    }  # fmt: skip
    assert {(r.key, r.label, r.buckets, r.needs_side) for r in BodyRegion.objects.all()} == {
        (r["key"], r["label"], r["buckets"], r["needs_side"] == "yes")
        for r in shipped("regions.csv")
    }


def test_seeding_twice_changes_nothing(in_practice):
    seed_vocabulary()
    before = snapshot()

    seed_vocabulary()

    assert snapshot() == before


def test_seeding_again_keeps_what_an_admin_changed_and_adds_what_is_new(in_practice):
    seed_vocabulary()
    Technique.objects.filter(key="rest").update(label="Pause", active=False)
    Technique.objects.filter(key="stretching").delete()

    seed_vocabulary()

    rest = Technique.objects.get(key="rest")
    assert (rest.label, rest.active) == ("Pause", False)
    assert Technique.objects.filter(key="stretching").count() == 1


def test_each_practice_has_its_own_words(practice, other_practice):
    for each in (practice, other_practice):
        with scope(each):
            seed_vocabulary()
    with scope(practice):
        Technique.objects.filter(key="rest").update(label="Pause")

    with scope(other_practice):
        assert Technique.objects.get(key="rest").label == "Rest"


def test_every_shipped_region_counts_into_known_buckets(in_practice):
    seed_vocabulary()

    unknown = {
        region.key: region.buckets
        for region in BodyRegion.objects.all()
        if not region.bucket_list or set(region.bucket_list) - set(BUCKETS)
    }
    assert unknown == {}


def test_change_is_recorded_with_old_and_new(in_practice):
    seed_vocabulary()
    row, admin = Technique.objects.get(key="rest"), make_user(Role.ADMIN)

    change_word(row, by=admin, changes={"label": "Pause", "active": True})

    event = AuditEvent.objects.get()
    assert Technique.objects.get(key="rest").label == "Pause"
    assert (event.action, event.detail) == (
        "vocabulary.changed",
        {"key": "rest", "before": {"label": "Rest"}, "after": {"label": "Pause"}},
    )


def test_change_to_the_same_writes_nothing(in_practice):
    seed_vocabulary()
    row, admin = Technique.objects.get(key="rest"), make_user(Role.ADMIN)
    before = snapshot()

    change_word(row, by=admin, changes={"label": "Rest"})

    assert snapshot() == before


@pytest.mark.slow
def test_signed_note_keeps_the_words_it_was_signed_with(draft, notes_only):
    note = sign(draft)
    row = Technique.objects.get(key="joint_mobilization")

    change_word(row, by=make_user(Role.ADMIN), changes={"label": "Other", "code": "97124"})

    note.refresh_from_db()
    [block] = note.record["blocks"]
    assert (block["technique"], block["code"]) == ("Joint mobilization", "97140")


@pytest.mark.parametrize(
    ("buckets", "errors"),
    [
        ("cervical+head", {}),
        ("cervical + head", {}),
        ("neck", {"buckets": [
            "'neck' is not a bucket. Use head, cervical, thoracic, lumbar, sacral, pelvic, "
            "rib_cage, abdomen, upper_extremity, lower_extremity, joined by +."]}),
    ],
)  # fmt: skip
def test_region_form_takes_known_buckets_only(in_practice, buckets, errors):
    form = RegionForm({"label": "Nape", "buckets": buckets})

    assert dict(form.errors) == errors


@pytest.mark.parametrize(
    ("code", "errors"),
    [
        ("97140", {}),
        ("g0283", {}),
        ("cmt", {}),
        ("", {}),
        ("9714", {"code": ["A procedure code has five characters, such as 97140."]}),
    ],
)
def test_technique_form_takes_codes_only(in_practice, code, errors):
    form = TechniqueForm({"label": "New", "code": code, "lane": "manual"})

    assert dict(form.errors) == errors
