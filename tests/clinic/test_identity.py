from datetime import timedelta

import pytest

from clinic.errors import NotAllowed
from clinic.models import AuditEvent
from clinic.services import identity
from tests.factories import PASSWORD, make_user


@pytest.fixture
def user(in_practice):
    return make_user()


def wrong_tries(user) -> int:
    return AuditEvent.objects.filter(actor_id=user.pk, action="identity.refused").count()


def try_wrong(user, times: int) -> None:
    for _ in range(times):
        with pytest.raises(NotAllowed):
            identity.confirm_password(user, "wrong")


def test_right_password_says_how_identity_was_proved(user):
    assert identity.confirm_password(user, PASSWORD) == "password"
    assert wrong_tries(user) == 0


def test_wrong_password_is_refused_and_recorded(user):
    with pytest.raises(NotAllowed) as refusal:
        identity.confirm_password(user, "wrong")

    assert str(refusal.value) == (
        "That password is not right. Nothing was signed; your draft is saved."
    )
    assert wrong_tries(user) == 1


def test_typed_password_is_kept_nowhere(user):
    try_wrong(user, 1)

    event = AuditEvent.objects.get(action="identity.refused")
    assert event.detail == {}


def test_right_password_still_serves_after_four_wrong_ones(user):
    try_wrong(user, 4)

    assert identity.confirm_password(user, PASSWORD) == "password"


def test_after_five_wrong_ones_even_the_right_one_is_refused(user):
    try_wrong(user, 5)

    with pytest.raises(NotAllowed) as refusal:
        identity.confirm_password(user, PASSWORD)

    assert str(refusal.value) == (
        "Too many wrong passwords: wait 15 minutes, then sign. Your draft is saved."
    )
    assert wrong_tries(user) == 5


def test_colleagues_tries_do_not_count(user):
    try_wrong(make_user(), 5)

    assert identity.confirm_password(user, PASSWORD) == "password"


def test_tries_are_forgotten_after_a_quarter_of_an_hour(user, monkeypatch):
    try_wrong(user, 5)
    now = identity.timezone.now()
    monkeypatch.setattr(identity.timezone, "now", lambda: now + timedelta(minutes=15, seconds=1))

    assert identity.confirm_password(user, PASSWORD) == "password"
