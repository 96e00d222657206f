"""T-S01, S02, S03, S07, S08: how long a sign-in lasts, and what ends it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.enums import Role
from clinic.models import AuditEvent, SignIn
from clinic.scope import scope
from clinic.services import people
from notes.models import Note
from tests.clinic.sign_in.ways import (
    code_now,
    code_step,
    give_app,
    is_signed_in,
    password_step,
    sees,
    sign_in_of,
)
from tests.conftest import client_of
from tests.factories import PASSWORD, make_note, make_user

pytestmark = pytest.mark.django_db
LOCKED = "/accounts/reauthenticate/?next=%2Faccounts%2Fsign-ins%2F"


@pytest.fixture
def user(practice):
    with scope(practice):
        return make_user(Role.OFFICE)


@pytest.fixture
def browser(user) -> Client:
    return client_of(user)


def since(user, *, seen: float = 0, started: float = 0) -> None:
    """The sign-in as it would be after so many seconds without a request."""
    now = timezone.now()
    SignIn.objects.filter(user=user, ended_at=None).update(
        seen_at=now - timedelta(seconds=seen), started_at=now - timedelta(seconds=started)
    )


def look(browser: Client):
    return browser.get(reverse("own_sign_ins"))


def unlock(browser: Client, password: str = PASSWORD):
    return browser.post(
        reverse("account_reauthenticate"), {"password": password, "next": "/accounts/sign-ins/"}
    )


def test_s01_five_seconds_before_the_limit_the_page_is_open(browser, user):
    since(user, seen=15 * 60 - 5)

    assert look(browser).status_code == 200


def test_s01_a_second_after_the_limit_it_is_locked(browser, user):
    since(user, seen=15 * 60 + 1)

    answer = look(browser)

    assert (answer.status_code, answer["Location"]) == (302, LOCKED)
    assert sign_in_of(user).locked_at is not None
    with scope(user.practice):
        assert AuditEvent.objects.filter(action="session.locked", actor_id=user.pk).count() == 1


@pytest.mark.parametrize(("minutes", "open_after"), [(5, False), (30, True)])
def test_s01_the_practice_says_how_long(browser, user, minutes, open_after):
    user.practice.idle_minutes = minutes
    user.practice.save()
    since(user, seen=6 * 60)

    assert (look(browser).status_code == 200) is open_after


def test_s01_locked_stays_locked_however_often_it_asks(browser, user):
    since(user, seen=15 * 60 + 1)
    for name in ("own_sign_ins", "home", "session_state"):
        browser.get(reverse(name))
    browser.post(reverse("session_stay"))

    assert not sees(browser)


def test_s01_password_unlocks_and_wrong_ones_are_counted(browser, user):
    since(user, seen=15 * 60 + 1)
    look(browser)

    wrong = unlock(browser, "wrong")
    still = sees(browser)
    right = unlock(browser)

    assert (wrong.status_code, still) == (200, False)
    assert (right.status_code, right["Location"]) == (302, "/accounts/sign-ins/")
    assert look(browser).status_code == 200


def test_s01_what_was_posted_while_locked_goes_on_after_unlocking(browser, user):
    since(user, seen=15 * 60 + 1)
    browser.post(
        reverse("end_other_sign_ins"), "x=y", content_type="application/x-www-form-urlencoded"
    )

    answer = browser.post(reverse("account_reauthenticate"), {
        "password": PASSWORD, "next": reverse("end_other_sign_ins"),
    })  # fmt: skip

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/sign-ins/")
    with scope(user.practice):
        assert AuditEvent.objects.filter(action="session.ended", actor_id=user.pk).count() == 1


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("session_state", {}),
        ("own_sign_ins", {"sec-fetch-mode": "cors"}),
        ("own_sign_ins", {"HX-Request": "true"}),
    ],
)
def test_s02_looking_for_news_extends_nothing(browser, user, name, headers):
    since(user, seen=600)
    before = sign_in_of(user).seen_at

    browser.get(reverse(name), headers={"sec-fetch-mode": "same-origin"} | headers)

    assert sign_in_of(user).seen_at == before


def test_s02_going_to_a_page_extends(browser, user):
    since(user, seen=600)

    look(browser)

    assert timezone.now() - sign_in_of(user).seen_at < timedelta(seconds=5)


def send_op(client: Client, note: Note, op: dict, key: str, version: int):
    return client.post(
        reverse("notes:ops", args=[note.visit.public_id]), op, content_type="application/json",
        headers={"Idempotency-Key": key, "If-Match": f'"{version}"', "sec-fetch-mode": "cors"},
    )  # fmt: skip


def test_s02_saving_a_change_extends_and_sending_it_again_does_not(practice):
    with scope(practice):
        note = make_note()
        version = note.version
    person, key = note.author.user, "6f8c1f6a-1111-4a4a-8a8a-0123456789ab"
    client = client_of(person)
    op = {"op": "text", "section": "plan", "text": "New.", "base": note.plan}
    since(person, seen=600)
    first = send_op(client, note, op, key, version)
    extended = timezone.now() - sign_in_of(person).seen_at < timedelta(seconds=5)
    since(person, seen=600)
    before = sign_in_of(person).seen_at

    again = send_op(client, note, op, key, version)

    assert (first.status_code, again.status_code, extended) == (200, 200, True)
    assert sign_in_of(person).seen_at == before


def test_s03_over_after_twelve_hours_with_activity_all_along(browser, user):
    since(user, seen=1, started=12 * 3600 + 1)

    answer = look(browser)

    assert answer["Location"] == "/accounts/login/?next=/accounts/sign-ins/"
    assert not is_signed_in(browser)
    assert SignIn.objects.get(user=user).ended_because == "12 hours"


def test_s03_open_a_moment_before_twelve_hours(browser, user):
    since(user, seen=1, started=12 * 3600 - 5)

    assert look(browser).status_code == 200


def test_t02_clock_set_back_after_the_last_act_locks(browser, user):
    since(user, seen=-2 * 3600, started=3600)

    answer = look(browser)

    assert answer["Location"] == LOCKED


def test_t02_sign_in_of_a_time_to_come_is_over(browser, user):
    since(user, seen=-2 * 3600, started=-2 * 3600)

    look(browser)

    assert not is_signed_in(browser)
    assert SignIn.objects.get(user=user).ended_because == "clock"


def test_t02_clock_that_is_put_right_by_half_a_minute_asks_nothing(browser, user):
    since(user, seen=-30, started=-30)

    assert look(browser).status_code == 200


def test_s07_closing_the_account_ends_every_sign_in_with_the_next_request(browser, user, practice):
    other = client_of(user)
    with scope(practice):
        admin = make_user(Role.ADMIN)
        people.deactivate(user, by=admin)

    assert (sees(browser), sees(other)) == (False, False)
    assert not SignIn.objects.filter(user=user, ended_at=None).exists()


def test_z07_role_taken_away_counts_from_the_next_request(client_for, practice):
    with scope(practice):
        first, second = make_user(Role.ADMIN), make_user(Role.ADMIN)
    browser = client_for(first)
    assert browser.get(reverse("practice")).status_code == 200

    with scope(practice):
        people.change_role(first, role=Role.OFFICE, by=second)

    assert browser.get(reverse("practice")).status_code == 403


def test_z07_closed_account_is_refused_with_the_next_request(client_for, practice):
    with scope(practice):
        first, second = make_user(Role.ADMIN), make_user(Role.ADMIN)
    browser = client_for(first)
    assert browser.get(reverse("practice")).status_code == 200

    with scope(practice):
        people.deactivate(first, by=second)

    answer = browser.get(reverse("practice"))
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (
        302, reverse("account_login"),
    )  # fmt: skip


def test_z07_nobody_moves_to_another_practice_with_what_they_may(user, other_practice, browser):
    """The practice is left by closing the account: the database lets no account move."""
    with pytest.raises(DatabaseError), transaction.atomic():
        type(user).objects.filter(pk=user.pk).update(practice=other_practice)

    user.refresh_from_db()
    assert user.practice_id != other_practice.pk
    assert sees(browser)


def test_s07_admin_ends_every_sign_in(browser, user, client_for):
    admin = client_for(Role.ADMIN)

    admin.post(reverse("user_end_sessions", args=[user.pk]))

    assert not sees(browser)
    assert sees(client_of(user))


def test_s07_new_password_ends_the_others_and_keeps_this_one(browser, user):
    other = client_of(user)

    browser.post(reverse("account_change_password"), {
        "oldpassword": PASSWORD, "password1": "glacier lantern oboe thistle",
        "password2": "glacier lantern oboe thistle",
    })  # fmt: skip

    assert (sees(browser), sees(other)) == (True, False)


def test_s07_one_of_ones_own_sign_ins_is_ended(browser, user):
    other = client_of(user)
    key = SignIn.objects.filter(user=user).latest("pk").key

    browser.post(reverse("end_sign_in", args=[key]))

    assert (sees(browser), sees(other)) == (True, False)


def test_s07_somebody_elses_sign_in_is_not_ended(browser, client_for):
    colleague = client_for(Role.ADMIN)
    key = sign_in_of(colleague.user).key

    answer = browser.post(reverse("end_sign_in", args=[key]))

    assert (answer.status_code, sees(colleague)) == (404, True)


def test_s08_session_id_changes_at_password_code_and_confirming(client, user):
    give_app(user)
    client.get(reverse("account_login"))
    ids = [client.session.session_key]
    password_step(client, user)
    ids.append(client.session.session_key)
    code_step(client, code_now())
    ids.append(client.session.session_key)
    unlock(client)
    ids.append(client.session.session_key)

    assert len(set(ids[1:])) == 3
    assert sees(client)


def test_s08_nothing_is_left_of_the_session_after_signing_out(browser, user):
    key = browser.session.session_key

    browser.post(reverse("account_logout"))

    assert not browser.session.exists(key)
    assert SignIn.objects.get(user=user).ended_because == "signed out"


def test_s08_late_request_with_the_old_id_does_not_sign_the_browser_out(browser, user):
    old = browser.cookies["sessionid"].value
    unlock(browser)
    late = Client()
    late.cookies["sessionid"] = old

    answer = late.get(reverse("session_state"))

    assert answer.json() == {"state": "none"}
    assert "sessionid" not in answer.cookies


def test_s06_signing_out_clears_the_cache_and_keeps_unsent_edits(browser):
    """Sealed edits that wait on the device are its only storage, so that is not cleared."""
    before = browser.get(reverse("own_sign_ins"))
    answer = browser.post(reverse("account_logout"))
    after = browser.get(reverse("account_login"))

    assert answer["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in before
    assert "Clear-Site-Data" not in after
