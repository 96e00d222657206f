import pytest
from django.test import Client
from django.urls import reverse

from clinic.enums import Role
from clinic.models import AuditEvent
from tests.conftest import client_of

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)


def directives(response) -> dict[str, set[str]]:
    parts = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in parts}


def test_sign_in_page_has_the_whole_policy_and_no_more(client, db):
    response = client.get(reverse("account_login"))

    sent = directives(response)
    nonces = {value for value in sent["script-src"] if value.startswith("'nonce-")}
    sent["script-src"] -= nonces
    assert len(nonces) <= 1
    wanted = {name: set(values) for name, *values in (part.split() for part in CSP.split(";"))}
    assert sent == wanted


def test_page_without_inline_script_has_the_exact_policy(client):
    response = client.get("/healthz")

    assert directives(response) == {
        name: set(values) for name, *values in (part.split() for part in CSP.split(";"))
    }


def test_headers_that_browsers_heed(client, db):
    response = client.get(reverse("account_login"))

    assert {name: response[name] for name in (
        "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
        "Cross-Origin-Opener-Policy", "Permissions-Policy",
    )} == {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    }  # fmt: skip


def test_pages_of_signed_in_people_are_kept_by_nobody(client_for):
    response = client_for(Role.ADMIN).get(reverse("styleguide"))

    assert response["Cache-Control"] == "no-store"


def test_each_answer_has_its_own_request_id(client):
    ids = {client.get("/healthz")["X-Request-ID"] for _ in range(3)}

    assert [len(i) for i in ids] == [16, 16, 16]


def test_healthz_says_ok_and_nothing_else(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.parametrize(
    ("role", "first"),
    [
        (Role.THERAPIST, "notes:day"),
        (Role.ASSISTANT, "notes:day"),
        (Role.OFFICE, "billing:superbills"),
        (Role.ADMIN, "billing:payers"),
    ],
)
def test_front_door_leads_each_role_to_its_first_page(client_for, role, first):
    response = client_for(role).get("/")

    assert (response.status_code, response["Location"]) == (302, reverse(first))


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_theme_is_remembered_and_leads_back(client_for, theme):
    client = client_for(Role.THERAPIST)

    response = client.post(reverse("set_theme"), {"theme": theme, "next": "/styleguide/"})

    client.user.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, "/styleguide/")
    assert client.user.theme == theme


def test_unknown_theme_is_refused_and_not_kept(client_for):
    client = client_for(Role.THERAPIST)

    response = client.post(reverse("set_theme"), {"theme": "pink"})

    client.user.refresh_from_db()
    assert (response.status_code, response.content) == (
        400, b"Choose light, dark, or as the device.",
    )  # fmt: skip
    assert client.user.theme == "auto"


@pytest.mark.parametrize(
    "away", ["https://elsewhere.example/", "//elsewhere.example", "javascript:1"]
)
def test_theme_switch_leads_nowhere_else(client_for, away):
    response = client_for(Role.THERAPIST).post(
        reverse("set_theme"), {"theme": "dark", "next": away}
    )

    assert response["Location"] == "/"


def test_theme_is_switched_by_post_only(client_for):
    assert client_for(Role.THERAPIST).get(reverse("set_theme")).status_code == 405


def test_unknown_address_gets_the_404_page(client_for):
    response = client_for(Role.THERAPIST).get("/no/such/page")

    assert response.status_code == 404
    assert "404.html" in [template.name for template in response.templates]


def test_wrong_role_gets_the_403_page_and_is_recorded(client_for, in_practice):
    client = client_for(Role.THERAPIST)

    response = client.get(reverse("audit"))

    assert response.status_code == 403
    assert "403.html" in [template.name for template in response.templates]
    event = AuditEvent.objects.get(action="access.denied")
    assert (event.actor_id, event.detail) == (client.user.pk, {"view": "audit"})


def test_error_gets_the_500_page_without_its_data(client_for, monkeypatch):
    signed_in = client_for(Role.ADMIN)
    monkeypatch.setattr("clinic.views.styleguide.context", lambda: {}["Jordan Sample"])
    client = client_of(signed_in.user)
    client.raise_request_exception = False

    response = client.get(reverse("styleguide"))

    assert response.status_code == 500
    assert "500.html" in [template.name for template in response.templates]
    assert b"Jordan Sample" not in response.content


def test_forged_form_gets_the_csrf_page(practice, client_for):
    user = client_for(Role.THERAPIST).user
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    response = client.post(reverse("set_theme"), {"theme": "dark"})

    user.refresh_from_db()
    assert response.status_code == 403
    assert "403_csrf.html" in [template.name for template in response.templates]
    assert user.theme == "auto"


def test_audit_page_shows_own_practice_and_is_recorded(client_for, practice, other_practice):
    stranger = client_for(Role.ADMIN, other_practice)
    client = client_for(Role.ADMIN)

    response = client.get(reverse("audit"))

    page = response.context["page"]
    assert {event.practice_id for event in page.events} == {practice.pk}
    assert stranger.user.email not in response.content.decode()
