"""The ground of the access matrix: two practices, everybody signed in, and one way of asking."""

import io
import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core import mail
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.client import ClientHandler
from django.urls import reverse

from clinic.enums import Role
from tests.clinic.access_matrix import MATRIX
from tests.clinic.world import ARGS, BODIES, QUERIES, World, make_world
from tests.conftest import client_of
from tests.snapshot import changed, snapshot, written_tables

NORTH, SOUTH = "Northmark", "Southmark"
AUDIT, DENIED = "clinic_auditevent", "access.denied"
# What the trail is made of: its events, and the head of their chain.
TRAIL = frozenset({AUDIT, "clinic_auditchain"})


class Browser(RequestFactory):
    """Requests through the whole stack, without keeping what templates were given."""

    handler = ClientHandler(enforce_csrf_checks=False)

    def request(self, **words: Any) -> HttpResponse:
        return self.handler(self._base_environ(**words))


@dataclass
class Answer:
    response: HttpResponse
    text: str  # all that a person or program can read of it
    tables: set[str]  # that changed, the trail's own left out
    events: list[str]  # left in the trail
    rows: dict[str, Counter]  # new or changed rows by table

    @property
    def status(self) -> int:
        return self.response.status_code


class Ground:
    """One's own practice, and answers of it before another practice came into the database."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str], Answer] = {}
        self.own = make_world(NORTH)
        self.sessions = {
            name: {key: morsel.value for key, morsel in client_of(user).cookies.items()}
            for name, user in self.own.people.items()
        }
        self.before = snapshot()
        self.alone = {name: self.ask(name, "GET", by=role) for name, role in _first_readers()}
        self.other = make_world(SOUTH)
        self.before = snapshot()

    def ask(
        self, name: str, method: str, *, by: str | None, of: World | None = None,
        data: dict | None = None, args: list | None = None, keep: bool = False,
    ) -> Answer:  # fmt: skip
        """What is answered, changed and recorded. All is taken back, unless it is to be kept."""
        of = of or self.own
        url = reverse(name, args=self.args(name, of) if args is None else args)
        body = data if data is not None else BODIES.get(name, _nothing)(of)
        browser = Browser()
        browser.cookies.load(self.sessions[by] if by else {})
        mail.outbox.clear()
        with transaction.atomic():
            with written_tables() as written:
                response = _send(browser, method, url + QUERIES.get(name, ""), body)
                sent = text_of(response) + "".join(str(m.message()) for m in mail.outbox)
            after = snapshot(written)
            transaction.set_rollback(not keep)
        rows = {table: after[table] - self.before[table] for table in after}
        return Answer(
            response, sent, changed(self.before, after) - TRAIL,
            [_action(row) for row in rows.get(AUDIT, Counter()).elements()], rows,
        )  # fmt: skip

    def seen(self, name: str, method: str, role: str) -> Answer:
        """Of one's own object, asked once: several checks look at it."""
        key = (name, method, role)
        if key not in self._seen:
            self._seen[key] = self.ask(name, method, by=role)
        return self._seen[key]

    def forget(self) -> None:
        """Answers of one's own objects are asked anew."""
        self._seen.clear()

    def args(self, name: str, of: World) -> list:
        kind = MATRIX[name].kind
        return of.args[kind] if kind else ARGS.get(name, [])


def _first_readers() -> Iterator[tuple[str, Role]]:
    for name, row in MATRIX.items():
        if row.GET and row.GET.roles:
            yield name, next(iter(row.GET.roles))


def _send(browser: Browser, method: str, url: str, body: dict) -> HttpResponse:
    if method == "GET":
        return browser.get(url)
    if method == "POST":
        return browser.post(url, body)
    return browser.generic(method, url)


def _nothing(world: World) -> dict:
    return {"nothing": "of use"}


def _action(row: tuple) -> str:
    return DENIED if DENIED in row else "another"


@contextmanager
def ground() -> Iterator[Ground]:
    """For the length of a block; nothing stays."""
    with transaction.atomic():
        yield Ground()
        transaction.set_rollback(True)


# --- reading answers ----------------------------------------------------------------------


def text_of(response: HttpResponse) -> str:
    return _readable(response.getvalue()) + str(response.headers)


def _readable(content: bytes) -> str:
    """Pages, CSV and JSON as they are; workbooks and archives unpacked; the text of a PDF."""
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(
                [*archive.namelist(), *map(_readable, map(archive.read, archive.namelist()))]
            )
    if content.startswith(b"%PDF"):
        return _pdf_text(content)
    return content.decode(errors="replace")


def _pdf_text(content: bytes) -> str:
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True
    )
    return done.stdout.decode()


# What differs between two answers to one and the same question.
_CHANGING = re.compile(
    r"""nonce="[^"]*"|'nonce-[^']*'|csrf[^>]*|"form_key"[^>]*|"[0-9a-f-]{36}"|\b[0-9a-f]{16}\b"""
    r"""|[A-Za-z0-9+/_-]{27,}=*|Content-Length[^,]*|"now": [\d.]+"""
    r"""|\d+:\d\d(:\d\d(\.\d+)?)?|\b\d+ (seconds?|minutes?) ago|just now|\b\d+ (MB|ms)\b""",
    re.IGNORECASE,
)


def steady(text: str) -> str:
    return _CHANGING.sub("…", text)
