"""Two admins at one draft in the same moment, or one after the other discarded it."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from billing.models import PayerPolicy, SettingChange
from billing.services.policies_difference import rules_of
from billing.services.policies_drafts import discard_draft, save_draft, start_draft
from billing.services.policies_publishing import publish_draft
from clinic.errors import Conflict, NotAllowed
from clinic.scope import scope
from tests.billing.making import make_payer_with
from tests.billing.payers.making import content_of, make_admin, make_draft_of
from tests.clinic.concurrency.together import at_once
from tests.snapshot import snapshot

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def outcome(answers: list[Any]) -> tuple[list[PayerPolicy], list[Exception]]:
    done = [answer for answer in answers if not isinstance(answer, Exception)]
    return done, [answer for answer in answers if isinstance(answer, Exception)]


def test_of_two_who_save_at_once_one_is_told_and_the_other_is_kept(practice):
    with scope(practice):
        draft, admins = make_draft_of(), [make_admin(), make_admin()]
        caps = [{"basis": "units", "limit": 4}, {"basis": "codes", "limit": 3}]

    def save(number: int) -> PayerPolicy:
        with scope(practice):
            content = content_of(draft, cap=caps[number])
            return save_draft(draft, by=admins[number], revision=draft.revision, content=content)

    [saved], [told] = outcome(at_once(2, save))

    assert isinstance(told, Conflict)
    assert str(told).startswith(f"{saved.saved_by} saved this draft at ")
    with scope(practice):
        stored = PayerPolicy.objects.get(pk=draft.pk)
        assert (stored.revision, stored.saved_by) == (draft.revision + 1, saved.saved_by)
        assert stored.fields["cap"] == caps[admins.index(saved.saved_by)]
        kept = SettingChange.objects.filter(setting="Limit per visit")
        assert [row.by for row in kept] == [saved.saved_by]


def test_of_two_who_publish_at_once_one_publishes(practice):
    with scope(practice):
        draft, by = make_draft_of(), make_admin()

    def publish(number: int) -> PayerPolicy:
        with scope(practice):
            return publish_draft(draft, by=by, revision=draft.revision)

    [_], [told] = outcome(at_once(2, publish))

    assert str(told) == "v2 is published and stays as it is: start the next version from it."
    with scope(practice):
        assert draft.payer.policies.filter(status="published").count() == 2


def test_of_two_who_start_a_draft_at_once_one_starts_it(practice):
    with scope(practice):
        payer, by = make_payer_with("commercial"), make_admin()
        first = payer.policies.get()

    def start(number: int) -> PayerPolicy:
        with scope(practice):
            return start_draft(payer, by=by, rules=rules_of(first), preset="commercial", why="New")

    [_], [told] = outcome(at_once(2, start))

    assert str(told) == "Draft v2 is open already: go on with it, or discard it first."
    with scope(practice):
        assert payer.policies.count() == 2


@pytest.mark.parametrize("act", ["policy", "publish_policy", "discard_draft"])
def test_who_sends_a_draft_that_was_discarded_is_told(admin_client, practice, act):
    with scope(practice):
        draft = make_draft_of()
        discard_draft(draft, by=make_admin(), revision=draft.revision)
    page = reverse(f"billing:{act}", args=[draft.payer_id, draft.version])
    before = snapshot()

    answer = admin_client.post(page, {"revision": "1"})

    assert snapshot() == before
    assert (answer.status_code, answer.url) == (
        302,
        reverse("billing:payer", args=[draft.payer_id]),
    )
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "Draft v2 was discarded meanwhile. Nothing was stored."
    ]


def test_draft_discarded_under_the_hand_is_not_stored(practice):
    with scope(practice):
        draft, by = make_draft_of(), make_admin()
        content = content_of(draft, cap={"basis": "units", "limit": 4})
        discard_draft(draft, by=by, revision=draft.revision)

        with pytest.raises(NotAllowed) as refusal:
            save_draft(draft, by=by, revision=draft.revision, content=content)

        assert str(refusal.value) == "Draft v2 was discarded meanwhile. Nothing was stored."
        assert draft.payer.policies.count() == 1
