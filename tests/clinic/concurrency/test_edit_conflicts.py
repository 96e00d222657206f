"""T-C01: what two people have open at once; the second one is told, sees both and may go on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse

from billing.models import ClaimDetails, ClaimMarks, ClaimSettings, Fee
from billing.services.fees import schedule_on
from clinic.enums import Role
from clinic.models import Coverage, Location, Patient, Payer, Practice
from clinic.scope import scope
from notes.enums import VisitStatus
from notes.models import BodyRegion, EpisodeOfCare, Lymphedema, Technique, Visit
from notes.vocabulary import seed_vocabulary
from tests.billing.desk_making import make_signed
from tests.billing.making import FIRST_DAY, make_fees
from tests.clinic.forms import filled
from tests.factories import DAY, make_episode, make_location, make_visit
from tests.snapshot import snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MEANWHILE = "Somebody else changed this meanwhile."


@dataclass(frozen=True, slots=True)
class Page:
    """A page that two people can have open: one of its fields, and what each of them types."""

    name: str
    role: Role
    field: str
    theirs: str
    mine: str
    args: Callable[[EpisodeOfCare], list[Any]]
    row: Callable[[EpisodeOfCare], Any]
    extra: tuple[tuple[str, str], ...] = ()
    words: tuple[str, str] | None = None  # where a page says a value in other words

    def url(self, episode: EpisodeOfCare) -> str:
        return reverse(self.name, args=self.args(episode))

    def typed(self, text: str) -> dict[str, str]:
        return dict(self.extra) | {self.field: text}

    def stored(self, episode: EpisodeOfCare) -> str:
        return str(getattr(self.row(episode), self.field, ""))


CLEARINGHOUSE = (
    ("receiver_name", "Sample Clearing"), ("receiver_id", "R1"), ("contact_name", "Ada Office"),
    ("contact_phone", "518-555-0111"),
)  # fmt: skip
PAGES = (
    Page("patient_edit", Role.OFFICE, "phone", "518-555-0200", "518-555-0300",
         lambda e: [e.patient_id], lambda e: Patient.objects.get(pk=e.patient_id)),
    Page("coverage", Role.OFFICE, "member_id", "THEIRS1", "MINE1",
         lambda e: [e.patient_id, e.coverage_id],
         lambda e: Coverage.objects.get(pk=e.coverage_id)),
    Page("notes:episode_edit", Role.OFFICE, "mechanism", "Fell on ice", "Fell down stairs",
         lambda e: [e.pk], lambda e: EpisodeOfCare.objects.get(pk=e.pk)),
    Page("notes:lymphedema", Role.THERAPIST, "cause", "After surgery", "Since birth",
         lambda e: [e.pk], lambda e: Lymphedema.objects.filter(episode=e).first()),
    Page("billing:edit_payer", Role.ADMIN, "phone", "518-555-0200", "518-555-0300",
         lambda e: [e.coverage.payer_id], lambda e: Payer.objects.get(pk=e.coverage.payer_id)),
    Page("billing:claim_settings", Role.ADMIN, "submitter_id", "THEIRS1", "MINE1",
         lambda e: [], lambda e: ClaimSettings.objects.first(),
         extra=CLEARINGHOUSE),
    Page("billing:claim_details", Role.OFFICE, "city", "Albany", "Troy",
         lambda e: [e.coverage_id], lambda e: ClaimDetails.objects.first()),
    Page("billing:claim_marks", Role.OFFICE, "emergency", "True", "False",
         lambda e: [make_signed().note.visit.public_id], lambda e: ClaimMarks.objects.first(),
         words=("yes", "no")),
    Page("notes:technique", Role.ADMIN, "label", "Pause", "Breather",
         lambda e: [Technique.objects.get(key="rest").pk],
         lambda e: Technique.objects.get(key="rest")),
    Page("notes:region", Role.ADMIN, "label", "Low back", "Loins",
         lambda e: [BodyRegion.objects.order_by("pk").first().pk],
         lambda e: BodyRegion.objects.order_by("pk").first()),
    Page("practice_details", Role.ADMIN, "phone", "518-555-0200", "518-555-0300",
         lambda e: [], lambda e: Practice.objects.get(pk=e.practice_id)),
    Page("location", Role.ADMIN, "phone", "518-555-0200", "518-555-0300",
         lambda e: [Location.objects.first().pk], lambda e: Location.objects.first()),
    Page("clinician", Role.ADMIN, "licence_number", "77881", "77882",
         lambda e: [e.clinician_id], lambda e: type(e.clinician).objects.get(pk=e.clinician_id)),
)  # fmt: skip
# The words are dated: a second change on the same day is refused for that, not for the conflict.
DATED = {"notes:technique", "notes:region"}


@pytest.fixture
def episode(practice):
    with scope(practice):
        seed_vocabulary()
        make_location()
        return make_episode()


@pytest.fixture
def two(client_for, episode):
    """Two browsers of people with the page's role, on a chart that both may open."""

    def browsers(role: Role):
        if role == Role.THERAPIST:
            return client_for(episode.clinician.user), client_for(episode.clinician.user)
        return client_for(role), client_for(role)

    return browsers


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_second_save_is_told_sees_both_and_goes_on_knowingly(practice, episode, two, page):
    me, other = two(page.role)
    with scope(practice):
        url = page.url(episode)
    mine = filled(me, url) | page.typed(page.mine)
    assert other.post(url, filled(other, url) | page.typed(page.theirs)).status_code == 302

    with scope(practice):
        before = snapshot(set(snapshot()) - {"clinic_auditevent"})
    told = me.post(url, mine)

    assert told.status_code == 422
    assert told.context["form"].non_field_errors()[0].startswith(MEANWHILE)
    words = page.words or (page.theirs, page.mine)
    assert [(d.stored, d.typed) for d in told.context["form"].theirs] == [words]
    assert "Stored now, and what you typed" in told.content.decode()
    with scope(practice):
        assert snapshot(set(before)) == before
        assert page.stored(episode) == page.theirs

    again = me.post(url, mine | {"seen": told.context["form"]["seen"].value()})

    with scope(practice):
        assert (again.status_code, page.stored(episode)) == (
            (422, page.theirs) if page.name in DATED else (302, page.mine)
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_save_that_does_not_say_what_it_saw_is_refused(practice, episode, two, page):
    me, _ = two(page.role)
    with scope(practice):
        url = page.url(episode)
    mine = filled(me, url) | page.typed(page.mine)
    del mine["seen"]

    told = me.post(url, mine)

    assert told.status_code == 422
    assert told.context["form"].non_field_errors()[0].startswith(MEANWHILE)
    with scope(practice):
        assert page.stored(episode) != page.mine


@pytest.fixture
def booked(practice, episode):
    with scope(practice):
        return make_visit(episode=episode, status=VisitStatus.SCHEDULED)


def at(visit: Visit) -> tuple[str, int]:
    row = Visit.objects.get(pk=visit.pk)
    return row.status, row.booked_minutes


def test_visit_that_was_moved_meanwhile_is_not_moved_again_unseen(practice, booked, two):
    me, other = two(Role.OFFICE)
    url = reverse("notes:booking", args=[booked.public_id])
    mine = filled(me, url) | {"act": "move", "minutes": "30"}
    theirs = filled(other, url) | {"act": "move", "minutes": "60"}
    assert other.post(url, theirs).status_code == 302

    told = me.post(url, mine)

    assert told.status_code == 422
    assert [(d.stored, d.typed) for d in told.context["form"].theirs] == [("60", "30")]
    with scope(practice):
        assert at(booked) == ("scheduled", 60)
    assert me.post(url, mine | {"seen": told.context["form"]["seen"].value()}).status_code == 302
    with scope(practice):
        assert at(booked) == ("scheduled", 30)


@pytest.mark.parametrize("act", ["cancel", "check_in"])
def test_visit_that_was_moved_meanwhile_is_not_acted_on_unseen(practice, booked, two, act):
    me, other = two(Role.OFFICE)
    url = reverse("notes:booking", args=[booked.public_id])
    seen = me.get(url).context["seen"]
    other.post(url, filled(other, url) | {"act": "move", "minutes": "60"})

    told = me.post(url, {"act": act, "because": "Ill", "seen": seen}, follow=True)

    assert next(str(m) for m in told.context["messages"]).startswith("Somebody else changed this")
    with scope(practice):
        assert at(booked) == ("scheduled", 60)
    me.post(url, {"act": act, "because": "Ill", "seen": told.context["seen"]})
    with scope(practice):
        assert at(booked) == ({"cancel": "canceled", "check_in": "arrived"}[act], 60)


def test_fees_that_were_set_meanwhile_are_shown_beside_the_typed_ones(practice, client_for):
    with scope(practice):
        make_fees()
    me, other = client_for(Role.ADMIN), client_for(Role.ADMIN)
    url, change = reverse("billing:fees"), reverse("billing:change_fees")
    fee = {"starts_on": "2026-07-01", "why": "Yearly"}
    seen = me.get(url).context["form"]["seen"].value()
    other.post(change, fee | {"amounts": "97140 65.00", "seen": seen})

    late = fee | {"starts_on": "2026-08-01", "amounts": "97140 64.00"}
    told = me.post(change, late | {"seen": seen})

    assert told.status_code == 422
    assert [(d.stored, d.typed) for d in told.context["form"].theirs] == [
        ("$65.00 from 07/01/2026", "$64.00")
    ]
    with scope(practice):
        assert Fee.objects.filter(code="97140").count() == 2
    knowingly = late | {"seen": told.context["form"]["seen"].value()}
    assert me.post(change, knowingly).status_code == 302
    with scope(practice):
        assert [schedule_on(day)["97140"] for day in (FIRST_DAY, DAY.replace(month=8, day=1))] == [
            6200, 6400,
        ]  # fmt: skip
