import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEvent
from clinic.scope import every_practice, scope
from tests.factories import PASSWORD, make_user


@pytest.fixture
def user(practice):
    with scope(practice):
        return make_user("office")


def sign_in(client: Client, user, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": user.email, "password": password})


def recorded(prefix: str = "session.") -> list[tuple[str, int | None, int | None]]:
    with every_practice("to look"):
        events = AuditEvent.objects.filter(action__startswith=prefix).order_by("pk")
        return list(events.values_list("action", "actor_id", "practice_id"))


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_signing_in_is_recorded(client, user):
    response = sign_in(client, user)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_signed_in(client)
    assert recorded() == [("session.opened", user.pk, user.practice_id)]


def test_signing_out_is_recorded(client, user):
    sign_in(client, user)

    client.post(reverse("account_logout"))

    assert not is_signed_in(client)
    assert [action for action, _, _ in recorded()] == ["session.opened", "session.closed"]


def test_signing_out_wants_a_post(client, user):
    sign_in(client, user)

    client.get(reverse("account_logout"))

    assert is_signed_in(client)


def test_wrong_password_is_refused_and_shown_to_the_practices_admin(client, user):
    response = sign_in(client, user, "wrong")

    assert response.status_code == 200
    assert not is_signed_in(client)
    assert recorded() == [("session.refused", None, user.practice_id)]
    with scope(user.practice_id):
        event = AuditEvent.objects.get()
    assert (event.subject_type, event.subject_id) == ("clinic.user", str(user.pk))
    assert (event.outcome, event.ip, event.detail) == ("denied", "127.0.0.1", {})


def test_an_unknown_address_is_not_kept_it_may_be_a_password(client, user):
    client.post(reverse("account_login"), {"login": "My-Secret-1@x.example", "password": "x"})

    assert recorded() == [("session.refused", None, None)]
    with every_practice("to look"):
        event = AuditEvent.objects.get()
    assert (event.subject_id, event.detail) == ("", {})


def test_unknown_address_gets_the_same_answer_as_a_wrong_password(client, user):
    known = sign_in(client, user, "wrong")
    unknown = client.post(
        reverse("account_login"), {"login": "nobody@handline.example", "password": "wrong"}
    )

    def sentences(response):
        return list(response.context["form"].non_field_errors())

    assert sentences(known) == sentences(unknown) != []


def test_five_wrong_passwords_lock_out_even_the_right_one(client, user):
    answers = [sign_in(client, user, "wrong") for _ in range(5)]

    after = sign_in(Client(), user)

    assert answers[-1].status_code == 429
    assert after.status_code == 429
    assert "account/locked.html" in [template.name for template in after.templates]
    with every_practice("to look"):
        assert AuditEvent.objects.filter(action="session.opened").count() == 0
        assert AuditEvent.objects.filter(action="session.locked_out").count() >= 1


def test_lock_out_is_one_persons(client, user, practice):
    with scope(practice):
        colleague = make_user("admin")
    for _ in range(5):
        sign_in(client, user, "wrong")

    sign_in(client, colleague)

    assert is_signed_in(client)


def test_nobody_signs_up_by_themselves(client, db):
    response = client.post(
        reverse("account_signup"),
        {"email": "new@handline.example", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert response.status_code == 200
    assert "account/signup_closed.html" in [template.name for template in response.templates]
    assert not is_signed_in(client)


def test_page_sends_who_is_not_signed_in_to_the_sign_in_page(client, db):
    response = client.get("/")

    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/")
