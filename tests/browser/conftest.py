"""A real browser against a live server on a file database.

Playwright's synchronous interface keeps an event loop in this thread, so Django's guard against
database calls from one is lifted, here only: run these tests as a process of their own.
"""

import os

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from time import time

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test.utils import override_settings, setup_databases, teardown_databases
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect
from pytest_django.fixtures import _disable_migrations
from pytest_django.live_server_helper import LiveServer

from clinic.models import User
from tests import factories
from tests.conftest import client_of, record_proofs

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Answers such as 409 and no connection are part of the tests; the browser logs each of them.
# So are pages left while something of theirs is still being fetched, which htmx notes.
EXPECTED = ("Failed to load resource", "htmx:afterRequest,", "htmx:sendAbort,")


def pytest_configure(config: pytest.Config) -> None:
    # pytest-playwright's own fixture, not ours to mend
    config.addinivalue_line(
        "filterwarnings",
        "ignore:Session-scoped fixtures defined as instance:pytest.PytestRemovedIn10Warning",
    )


def chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


# Long enough for a machine that does other things too: only what never comes takes so long.
expect.set_options(timeout=30_000)


def without_window() -> str | None:
    """Debian's build of the same engine that draws no browser around the page.

    That browser, its tabs and its compositor took two thirds of the suite's processor time.
    """
    return os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or chromium()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = without_window()
    if not path:
        pytest.skip("no Chromium: apt-get install chromium")
    return {**browser_type_launch_args, "executable_path": path, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "viewport": {"width": 1440, "height": 900},
        "locale": "en-US",
        "reduced_motion": "reduce",
    }


@dataclass
class Trouble:
    """What the console said on any page of the test."""

    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.found.append(f"error: {error}"))
        page.on("console", self._heard)

    def _heard(self, message: ConsoleMessage) -> None:
        text = message.text
        if "Content Security Policy" in text or (
            message.type == "error" and not text.startswith(EXPECTED)
        ):
            self.found.append(f"{message.type}: {text}")


@pytest.fixture
def trouble() -> Iterator[Trouble]:
    """Every browser test fails on an uncaught error, a console error or a policy violation."""
    trouble = Trouble()
    yield trouble
    assert trouble.found == []


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment, django_db_blocker, django_db_modify_db_settings, request
) -> Iterator[None]:
    """One for each process: pytest-django makes it only for tests that ask for it one by one."""
    keep = request.config.getvalue("reuse_db")
    if request.config.getvalue("nomigrations"):
        _disable_migrations()
    if keep:  # rows of earlier runs are still there: number on from the clock
        factories._numbers = count(int(time()) % 90_000_000)
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=[], keepdb=keep)
    yield
    if keep:
        return
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def served_files(tmp_path_factory) -> Iterator[None]:
    """Scripts and styles as an installation serves them: collected, joined, small, hashed."""
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": "clinic.static_files.StaticFiles"}}
    served = override_settings(
        STORAGES=storages, STATIC_ROOT=tmp_path_factory.mktemp("static"),
        WHITENOISE_USE_FINDERS=False, WHITENOISE_AUTOREFRESH=False,
        WHITENOISE_SKIP_COMPRESS_EXTENSIONS=("js", "css", "svg", "json", "txt"),
    )  # fmt: skip
    with served:
        call_command("collectstatic", interactive=False, verbosity=0)
        yield


@pytest.fixture(scope="session")
def server(django_db_setup, django_db_blocker, served_files) -> Iterator[LiveServer]:
    """One server and one database for all: emptying it between tests takes longer than a test.

    Each test works in a practice of its own, which nobody else can see.
    """
    with django_db_blocker.unblock():
        server = LiveServer("localhost", start=False)
        server.thread.static_handler = lambda application: application  # WhiteNoise's, as outside
        server.start()
        yield server
        server.stop()


SignedIn = Callable[..., BrowserContext]


@pytest.fixture
def signed_in(browser, browser_context_args, server, trouble) -> Iterator[SignedIn]:
    """signed_in(user, **context options): a browser of its own, signed in as this person.

    ``proved_ago``: the seconds since this person last proved who they are. Just now, so that a
    signature asks for nothing more, unless a test says otherwise.
    """

    opened: list[BrowserContext] = []

    def sign_in(user: User, *, proved_ago: float = 0, **options) -> BrowserContext:
        context = browser.new_context(**browser_context_args | {"base_url": server.url} | options)
        opened.append(context)
        context.on("page", trouble.watch)
        client = client_of(user)
        record_proofs(client, user, "password", "mfa", ago=proved_ago)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server.url}])
        return context

    yield sign_in
    for context in opened:
        context.close()
