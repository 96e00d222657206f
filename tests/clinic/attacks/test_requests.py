"""Forged, hostile and careless requests to every address. T-X02, T-X04, T-X06, T-O07."""

import os
import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connection

from clinic.enums import Role
from tests.clinic.access_matrix import MATRIX
from tests.snapshot import changed, snapshot, written_tables

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
GETS = [name for name, row in MATRIX.items() if row.GET and row.GET.roles]
POSTS = [name for name, row in MATRIX.items() if row.POST and row.POST.roles]
ELSEWHERE = (
    "https://evil.example/", "//evil.example", "/\\evil.example", "http:evil.example",
    "https:///evil.example", "javascript:alert(1)", "/%09/evil.example", "\thttps://evil.example",
    "https://testserver.evil.example/", "https://testserver@evil.example/",
)  # fmt: skip
SQL = (
    "id; DROP TABLE clinic_patient", "1) OR (1=1", "id DESC, (SELECT 1)", "-id--", "id' OR '1'='1",
    "password", "user__password", "patient__ssn", "pg_sleep(5)", "%00", "../../etc/passwd",
    "-" * 300,
)  # fmt: skip
ORDERS = ("sort", "order", "order_by", "o", "q", "page", "status", "action", "day", "month",
          "from", "to", "patient", "payer", "who", "kind", "filter")  # fmt: skip


EVERYTHING = bool(os.environ.get("HANDLINE_SOAK"))  # else every few: `make soak` asks them all


def some(names: list[str], step: int) -> list[str]:
    return names if EVERYTHING else names[::step]


def first(row) -> Role:
    return next(iter(row.roles))


@pytest.mark.parametrize("token", [None, "f" * 64])
def test_T_X02_no_post_is_taken_without_its_token(ground, token):
    body = {"csrfmiddlewaretoken": token} if token else {}
    taken = {}
    for name in some(POSTS, 2):
        client = ground.client(first(MATRIX[name].POST), enforce_csrf_checks=True)
        client.raise_request_exception = False
        with written_tables() as written:
            response = ground.ask(client, "POST", ground.url(name), ground.body(name) | body)
        if response.status_code != 403 or written - {"django_session"}:
            taken[name] = (response.status_code, written)

    assert taken == {}


@pytest.mark.parametrize("where", ELSEWHERE)
def test_T_X02_nobody_is_led_to_another_site(ground, where):
    led = {}
    client = ground.client(Role.THERAPIST)
    for name in ("set_theme", "account_reauthenticate", "account_logout"):
        body = ground.body(name) | {"next": where}
        for method in ("GET", "POST"):
            response = ground.ask(client, method, f"{ground.url(name)}?next={where}", body)
            target = urlsplit(urljoin("http://testserver/", response.get("Location", "")))
            if (target.scheme, target.netloc) != ("http", "testserver"):
                led[name, method] = response["Location"]

    assert led == {}


def test_T_X04_parameters_that_sort_and_filter_reach_no_statement(ground):
    """Each list, each parameter, each payload: an answer as to any other nonsense."""
    broken = {}
    lists = some([name for name in GETS if MATRIX[name].kind is None], 6)
    for name in lists:
        client = ground.client(first(MATRIX[name].GET), raise_request_exception=False)
        for number, parameter in enumerate(ORDERS):
            payload = SQL[number % len(SQL)]
            url = ground.url(name)
            joined = "&" if "?" in url else "?"
            response = ground.ask(client, "GET", f"{url}{joined}{parameter}={payload}")
            if response.status_code >= 500:
                broken[name, parameter, payload] = response.status_code
    assert lists
    assert broken == {}


@pytest.fixture(scope="module")
def pages(ground, django_db_blocker):
    """What each address shows to the first who may."""
    found = {}
    with django_db_blocker.unblock():
        for name in some(GETS, 2):
            client = ground.client(first(MATRIX[name].GET))
            response = ground.ask(client, "GET", ground.url(name))
            if "html" in response.get("Content-Type", ""):
                found[name] = response.text_read
        chart = ground.ask(ground.client(Role.THERAPIST), "GET", ground.url("patient"))
    return found | {"patient": chart.text_read}


@pytest.mark.one_engine
def test_T_X06_words_of_templates_are_printed_as_typed(pages):
    computed = re.compile(r"(&quot;|\")49\b")

    assert {name for name, page in pages.items() if computed.search(page)} == set()
    assert "{{7*7}}" in pages["patient"]


@pytest.mark.one_engine
def test_T_X01_markup_in_every_name_is_escaped_on_every_page(pages):
    live = re.compile(r"<b>&(?:amp;)?(?:#x27;|')")

    assert {name for name, page in pages.items() if live.search(page)} == set()
    assert "&lt;b&gt;&amp;" in pages["patient"]


class Broken(RuntimeError):
    """What a view runs into, quoting a patient as real errors do."""


@pytest.mark.parametrize(("method", "names"), [("GET", GETS), ("POST", POSTS)])
def test_T_O07_fault_in_any_view_shows_nothing_and_changes_nothing(ground, method, names):
    """The first statement that writes fails: a page with the request's id, and no trace."""
    before, wrong, failed = snapshot(), {}, 0

    def breaks(execute, sql, params, many, context):
        if re.match(r"\s*(INSERT|UPDATE|DELETE)\b", sql) and "django_session" not in sql:
            raise Broken(f"Jordan Sample: {sql}")
        return execute(sql, params, many, context)

    for name in some(names, 5):
        row = getattr(MATRIX[name], method)
        client = ground.client(first(row), raise_request_exception=False)
        with connection.execute_wrapper(breaks):
            response = ground.ask(client, method, ground.url(name), ground.body(name))
        said = response.text_read
        failed += response.status_code == 500
        if response.status_code == 500 and (
            response["X-Request-ID"] not in said or "Jordan" in said or "INSERT" in said
            or "Traceback" in said
        ):  # fmt: skip
            wrong[name] = said[:200]
    assert wrong == {}
    assert failed > 5
    assert changed(before, snapshot()) == set()
