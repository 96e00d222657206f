"""The vocabulary's page: dated changes, their history, an earlier meaning brought back."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from clinic.scope import scope
from notes.forms.word_fields import RegionsField, TechniqueField
from notes.models import BodyRegion, Technique, WordVersion
from notes.vocabulary import seed_vocabulary
from notes.words import meanings_on
from tests.billing.payers.posting import errors_of


@pytest.fixture
def admin(admin_client, practice):
    with scope(practice):
        seed_vocabulary()
        yield admin_client


def change(client, word, **typed):
    """The page's form with what is typed over it."""
    kind = "technique" if isinstance(word, Technique) else "region"
    page = reverse(f"notes:{kind}", args=[word.pk])
    shown = client.get(page).context["form"]
    own = {name: shown[name].value() for name in shown.fields}
    own = {name: value for name, value in own.items() if value not in (False, None)}
    return client.post(page, own | typed)


def test_region_counts_into_other_buckets_from_its_day_on(admin):
    region = BodyRegion.objects.get(key="lumbar_spine")

    change(admin, region, buckets="lumbar+pelvic", starts_on="2026-06-01", why="Coder's advice")

    region.refresh_from_db()
    assert meanings_on(date(2026, 5, 31)).buckets(region) == ("lumbar",)
    assert meanings_on(date(2026, 6, 1)).buckets(region) == ("lumbar", "pelvic")


def test_words_are_offered_in_the_order_of_the_labels_of_the_day(admin):
    change(admin, BodyRegion.objects.get(key="wrist"), label="Carpus", starts_on="2026-06-01")
    change(admin, Technique.objects.get(key="rest"), label="A pause", starts_on="2026-06-01")
    fields = (RegionsField(), TechniqueField())

    def offered(day: date) -> list[list[str]]:
        for field in fields:
            field.meant(meanings_on(day))
        return [[str(label) for value, label in field.choices if value] for field in fields]

    for day in (date(2026, 5, 31), date(2026, 6, 1)):
        assert offered(day) == [sorted(labels) for labels in offered(day)]
    regions, techniques = offered(date(2026, 6, 1))
    assert (techniques[0], "Carpus" in regions, "Wrist" in regions) == ("A pause", True, False)
    assert [label for field in fields for value, label in field.choices if not value] == [
        "---------"
    ]
    for field, model in zip(fields, (BodyRegion, Technique), strict=True):
        shown = list(field.choices)
        field.offer(map(meanings_on(date(2026, 6, 1)).on, model.objects.all()))
        assert list(field.choices) == shown


def test_change_before_the_last_one_is_refused(admin):
    technique = Technique.objects.get(key="rest")
    change(admin, technique, label="Pause", starts_on="2026-06-01")
    technique.refresh_from_db()

    response = change(admin, technique, label="Break", starts_on="2026-05-01")

    assert response.status_code == 422
    assert response.context["form"].errors["starts_on"] == [
        "Pause was last changed from 06/01/2026 on: the next change starts after that day."
    ]
    assert WordVersion.objects.count() == 2


def test_bucket_twice_is_refused(admin):
    region = BodyRegion.objects.get(key="lumbar_spine")

    response = change(admin, region, buckets="lumbar+lumbar")

    assert response.context["form"].errors["buckets"] == [
        "A bucket is there twice: name each once."
    ]
    assert not WordVersion.objects.exists()


def test_page_offers_what_the_word_meant_before(admin):
    technique = Technique.objects.get(key="joint_mobilization")
    change(admin, technique, code="97124", starts_on="2026-06-01", why="Letter")

    page = admin.get(reverse("notes:technique", args=[technique.pk]), {"version": "1"})

    assert page.context["form"]["code"].value() == "97140"
    assert [v.changes for v in page.context["versions"]] == [[("Code", "97140", "97124")], []]
    assert errors_of(page) == []


def test_database_keeps_what_a_word_meant(admin):
    change(admin, Technique.objects.get(key="rest"), label="Pause", starts_on="2026-06-01")

    for act in (
        lambda rows: rows.update(meaning={}),
        lambda rows: rows.update(starts_on=date(2026, 1, 1)),
        lambda rows: rows.delete(),
    ):
        with pytest.raises(DatabaseError, match="cannot be rewritten"), transaction.atomic():
            act(WordVersion.objects.all())
