"""T-A01, A04, A08: the ways in, and that none of them leaves the second factor out."""

import base64
import zlib

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, override_settings
from django.urls import path, reverse

from clinic import field_keys, urls
from clinic.accounts import SEEDS
from clinic.enums import Role
from clinic.scope import scope
from clinic.session_guard import ENROLLING
from clinic.views import home
from tests.architecture.test_views import patterns
from tests.clinic.access_matrix import MATRIX
from tests.clinic.sign_in.ways import (
    SEED,
    code_now,
    code_step,
    give_app,
    give_recovery_codes,
    is_signed_in,
    password_step,
    sees,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(practice):
    with scope(practice):
        return make_user(Role.OFFICE)


def set_up_app(client: Client):
    """Set up an authenticator app in this browser; returns the answer and the code it took."""
    client.get(reverse("mfa_activate_totp"))
    code = code_now(client.session[SECRET_SESSION_KEY])
    return client.post(reverse("mfa_activate_totp"), {"code": code}), code


# What follows a new factor happens when the transaction is through.
committed = pytest.mark.django_db(transaction=True)


def test_a01_password_and_code_of_the_app_let_in(client, user):
    give_app(user)

    first = password_step(client, user)
    half = is_signed_in(client)
    second = code_step(client, code_now())

    assert first["Location"] == reverse("mfa_authenticate")
    assert not half
    assert second["Location"] == "/"
    assert sees(client)


def test_a01_recovery_code_lets_in_once(client, user):
    give_app(user)
    code = give_recovery_codes(user)[0]
    password_step(client, user)
    code_step(client, code)
    again = Client()
    password_step(again, user)

    answer = code_step(again, code)

    assert sees(client)
    assert (answer.status_code, is_signed_in(again)) == (200, False)


@committed
def test_a01_first_factor_is_set_up_after_the_first_password(client, user):
    password_step(client, user)
    before = sees(client)

    answer, _ = set_up_app(client)

    assert not before
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert len(client.get(answer["Location"]).context["unused_codes"]) == 10
    assert sees(client)


@committed
def test_a01_recovery_codes_are_shown_once(client, user):
    password_step(client, user)
    set_up_app(client)
    shown = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]

    later = client.get(reverse("mfa_view_recovery_codes"))

    assert set(later.context["unused_codes"]) == {"****"}
    assert shown[0] not in later.content.decode()


def closed(names) -> list[str]:
    """Every address that asks for signing in, but those a half-open session may reach."""
    public = {name for name, view in patterns() if not getattr(view, "login_required", True)}
    return sorted(set(names) - public - ENROLLING)


def args_of(name: str) -> list:
    from tests.clinic.world import ARGS  # noqa: PLC0415 the world is made for this test only

    return ARGS.get(name, [])


def test_a04_no_page_is_reached_with_the_password_alone(client, user):
    password_step(client, user)
    reached = []

    for name in closed(name for name, row in MATRIX.items() if row.kind is None):
        for method in (client.get, client.post):
            answer = method(reverse(name, args=args_of(name)))
            if (answer.status_code, answer.headers.get("Location")) != (
                302, reverse("mfa_index"),
            ):  # fmt: skip
                reached.append((name, answer.status_code))

    assert reached == []
    assert is_signed_in(client)


def test_a04_owning_a_factor_is_not_enough_for_a_session_without(client, user):
    """Opened with the password before the factor was set up somewhere else."""
    password_step(client, user)
    give_app(user)

    answer = client.get("/")

    assert answer["Location"] == reverse("account_login")
    assert not is_signed_in(client)


@committed
def test_a04_enrolling_twice_from_two_half_open_sessions_is_refused(client, user):
    other = Client()
    for half_open in (client, other):
        password_step(half_open, user)
    set_up_app(client)

    other.get(reverse("mfa_add_webauthn"))

    assert not is_signed_in(other)
    assert sees(client)


def test_a04_demo_people_sign_in_with_the_password_alone(client, user, practice, settings):
    settings.DEMO = True
    practice.is_demo = True
    practice.save()

    password_step(client, user)

    assert sees(client)


@pytest.mark.parametrize(("demo", "is_demo"), [(True, False), (False, True)])
def test_a04_demo_needs_both_the_mode_and_the_practice(
    client, user, practice, settings, demo, is_demo
):
    settings.DEMO = demo
    practice.is_demo = is_demo
    practice.save()

    password_step(client, user)

    assert not sees(client)


class WithAdmin:
    """Our addresses, and one at /admin/ that asks for nothing by itself."""

    urlpatterns = [*urls.urlpatterns, path("admin/", home.home, name="admin")]


def test_a07_there_is_no_admin_site(client_for):
    assert client_for(Role.ADMIN).get("/admin/").status_code == 404


def test_a07_an_admin_site_would_need_the_second_factor_too(client, user):
    password_step(client, user)

    with override_settings(ROOT_URLCONF=WithAdmin):
        answer = client.get("/admin/")

    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))


def test_a08_a_code_serves_once(client, user):
    give_app(user)
    code = code_now()
    password_step(client, user)
    code_step(client, code)
    again = Client()
    password_step(again, user)

    answer = code_step(again, code)

    assert (answer.status_code, is_signed_in(again)) == (200, False)


@committed
def test_a08_the_code_that_proves_a_new_app_opens_no_session(client, user):
    password_step(client, user)
    _, code = set_up_app(client)
    again = Client()
    password_step(again, user)

    answer = code_step(again, code)

    assert (answer.status_code, is_signed_in(again)) == (200, False)


def test_a08_five_wrong_codes_pause_even_the_right_one(client, user):
    give_app(user)
    password_step(client, user)
    for _ in range(5):
        code_step(client, "000000")

    answer = code_step(client, code_now())

    assert answer.context["form"].errors["code"] == [
        "Too many wrong codes: wait 15 minutes, or use a passkey."
    ]
    assert not is_signed_in(client)


def dump() -> str:
    """All that a stolen copy of the database holds, sessions unpacked."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    return repr(rows) + "".join(map(unpacked, Session.objects.all()))


def unpacked(session: Session) -> str:
    """A stored session without its wrapping, which is no secret."""
    value = session.session_data.split(":")[0]
    raw = base64.urlsafe_b64decode(value.lstrip(".") + "=" * (-len(value.lstrip(".")) % 4))
    return (zlib.decompress(raw) if value.startswith(".") else raw).decode()


def test_a08_no_seed_is_readable_in_a_copy_of_the_database(client, user):
    give_app(user)
    codes = give_recovery_codes(user)
    stored = Authenticator.objects.get(user=user, type="recovery_codes")
    seed = field_keys.unseal(stored.data["seed"], purpose=SEEDS)
    other = make_user_like(user)
    password_step(client, other)
    client.get(reverse("mfa_activate_totp"))  # the new seed waits in the session
    waiting = client.session[SECRET_SESSION_KEY]

    text = dump()

    assert [secret for secret in (SEED, seed, waiting, *codes) if secret in text] == []
    assert user.email in text  # the dump does hold what it should


def make_user_like(user):
    with scope(user.practice):
        return make_user(user.role)
