"""What each answer tells the browser: page, download, redirect, error. T-H01, T-H03 to T-H05."""

import re

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from clinic.enums import Role
from tests.clinic.access_matrix import MATRIX
from tests.clinic.observatory import BEST, judge, policy_of, score
from tests.clinic.world import ARGS, QUERIES, make_world
from tests.conftest import client_of

# The same pages are asked for on both engines in test_access.py.
pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
HOST = "handline.clinic.example"
PRODUCTION = {
    "ALLOWED_HOSTS": [HOST],
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}
OUTSIDE = re.compile(r"""(?:src|href|action|data-hx-get|data-hx-post)=["'](?:https?:)?//""")
# Links that a person follows, shown as such; nothing is loaded from them.
LINKS = re.compile(r"""<a\b[^>]*\bhref=["']https?://[^>]*>""")


@pytest.fixture(scope="module")
def answers(django_db_setup, django_db_blocker):
    """Each address as it answers a stranger and somebody who may; name, who, answer."""
    with (
        django_db_blocker.unblock(),
        override_settings(**PRODUCTION),
        transaction.atomic(),
    ):
        found = list(_ask_all())
        transaction.set_rollback(True)
    return found


def _ask_all():
    world = make_world("Northmark")
    sessions = {role: client_of(user).cookies for role, user in world.people.items()}
    for name, row in MATRIX.items():
        args = world.args[row.kind] if row.kind else ARGS.get(name, [])
        url = reverse(name, args=args) + QUERIES.get(name, "")
        roles = list((row.GET or row.POST).roles) if (row.GET or row.POST) else [Role.ADMIN]
        for who in (None, roles[0]):
            client = Client()
            for key, morsel in sessions[who].items() if who else ():
                client.cookies[key] = morsel.value
            client.cookies_sent = set(client.cookies)
            response = client.get(url, secure=True, headers={"host": HOST})
            yield name, who, response, response.getvalue().decode("utf-8", "replace")
    stranger = Client(raise_request_exception=False)
    for url in ("/nothing/here", "/static/img/handline.svg", "/favicon.ico"):
        response = stranger.get(url, secure=True, headers={"host": HOST})
        yield url, None, response, response.getvalue().decode("utf-8", "replace")
    response = stranger.get("/healthz", secure=True, headers={"host": "forged.example"})
    yield "forged host", None, response, response.getvalue().decode("utf-8", "replace")


def test_T_H01_every_answer_has_every_header(answers):
    lacking = {
        (name, who): missing
        for name, who, response, _ in answers
        if (missing := {h for h, value in ALWAYS.items() if response.headers.get(h) != value})
    }

    assert len(answers) > 2 * len(MATRIX)
    assert {response.status_code for _, _, response, _ in answers} >= {200, 302, 400, 404, 405}
    assert lacking == {}


def test_T_H01_plain_http_is_sent_to_https(db):
    with override_settings(**PRODUCTION):
        response = Client().get("/healthz", headers={"host": HOST})

    assert (response.status_code, response["Location"]) == (301, f"https://{HOST}/healthz")


def test_T_H01_pages_of_signed_in_people_are_kept_by_nobody(answers):
    kept = {
        name: response.headers.get("Cache-Control")
        for name, who, response, _ in answers
        if who
        and not MATRIX[name].public
        and "no-store" not in response.headers.get("Cache-Control", "")
        and "private" not in response.headers.get("Cache-Control", "")
    }

    assert kept == {}


def test_T_H03_policy_allows_nothing_inline_and_nothing_from_outside(answers):
    loose = {}
    for name, who, response, _ in answers:
        csp = policy_of(response.headers.get("Content-Security-Policy", ""))
        sources = {value for values in csp.values() for value in values}
        odd = {s for s in sources if not re.fullmatch(r"'(none|self|nonce-[\w+/=-]+)'|data:", s)}
        shut = all(csp.get(d) == {"'none'"} for d in ("default-src", "object-src", "base-uri",
                                                      "frame-ancestors"))  # fmt: skip
        if odd or not shut or "data:" in csp.get("script-src", set()):
            loose[name, who] = odd

    assert loose == {}


def test_T_H03_nonces_are_used_once(answers):
    seen = [
        nonce
        for _, _, response, _ in answers
        for nonce in re.findall(r"'nonce-([^']+)'", response.headers["Content-Security-Policy"])
    ]

    assert len(seen) > 20
    assert len(seen) == len(set(seen))


def test_T_H04_pages_load_nothing_from_outside(answers):
    outside = {
        name: found[0]
        for name, _, response, page in answers
        if "html" in response.headers.get("Content-Type", "")
        and (found := OUTSIDE.findall(LINKS.sub("", page)))
    }

    assert outside == {}


def test_T_H05_observatory_gives_every_page_at_least_125_of_135(answers):
    graded = {
        (name, who): (score(points), points)
        for name, who, response, page in answers
        if (points := judge(response.headers, response.cookies, page)) is not None
    }

    assert BEST == 135
    assert {key: value for key, value in graded.items() if value[0] < 125} == {}


@pytest.mark.parametrize(
    ("without", "at_most"),
    [
        ("Content-Security-Policy", 90),
        ("Strict-Transport-Security", 90),
        ("X-Content-Type-Options", 130),
        ("Cross-Origin-Resource-Policy", 125),
        ("Referrer-Policy", 130),
    ],
)
def test_T_H05_a_missing_header_costs_points(answers, without, at_most):
    _, _, response, page = next(a for a in answers if a[0] == "account_login" and a[1] is None)
    headers = {name: value for name, value in response.headers.items() if name != without}

    whole = score(judge(response.headers, response.cookies, page))
    assert whole == BEST
    assert score(judge(headers, response.cookies, page)) <= at_most


def test_T_H02_cookies_go_to_this_host_over_tls_and_not_to_scripts(answers):
    set_here = {
        (cookie, morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"])
        for _, _, response, _ in answers
        for cookie, morsel in response.cookies.items()
        if morsel.value
    }

    assert {name for name, *_ in set_here} >= {"csrftoken"}
    assert {flags for _, *flags in map(list, set_here) for flags in [tuple(flags)]} == {
        (True, True, "Lax", "/")
    }
