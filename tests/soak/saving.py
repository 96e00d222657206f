"""Clients that save as a charting screen does, and what the database must hold afterwards.

Each client has a chart of its own. It sends an edit under a key until it is answered, as the
page's outbox does, so every edit ends up acknowledged and its count is known.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

from tests.soak import charting_kills as harness

if TYPE_CHECKING:
    from tests.browser.charts import Chart

ROOT = Path(__file__).resolve().parents[2]
BLOCK_EVERY = 5  # edits: one of a block, the others of text


def prepare() -> None:
    """A database of its own. Commands set it up: on PostgreSQL only they sign in as its owner."""
    below = os.environ.get("HANDLINE_DATA") or None
    os.environ["HANDLINE_DATA"] = tempfile.mkdtemp(prefix="handline-soak-", dir=below)
    os.environ |= {"HANDLINE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "clinic.settings"}
    for words in (["dbsetup"], ["collectstatic", "--no-input"]):
        command = [sys.executable, "manage.py", *words, "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, check=True)
    import django  # noqa: PLC0415 the environment comes first

    django.setup()


def charts(number: int) -> list["Chart"]:
    """Today's drafts of as many therapists of one practice, whose trail is one chain."""
    from clinic.scope import scope  # noqa: PLC0415 Django is set up now
    from tests.browser.charts import Chart, make_chart  # noqa: PLC0415
    from tests.factories import (  # noqa: PLC0415
        make_clinician,
        make_episode,
        make_note,
        make_visit,
    )

    first = make_chart(complete=False)
    made, visit = [first], first.visit
    with scope(first.practice):
        for _ in range(number - 1):
            clinician = make_clinician()
            episode = make_episode(clinician=clinician)
            own = make_visit(episode=episode, date=visit.date, starts_at=visit.starts_at)
            texts = dict.fromkeys(("subjective", "objective", "assessment", "plan"), "")
            made.append(Chart(first.practice, clinician.user, own, make_note(own, **texts)))
    return made


def cookie_of(chart: "Chart") -> str:
    from tests.conftest import client_of  # noqa: PLC0415

    return client_of(chart.user).cookies["sessionid"].value


@dataclass
class Session:
    """Plain HTTP of one signed-in person, on one connection while it holds."""

    port: int
    cookie: str
    csrf: str = ""
    csrf_cookie: str = ""
    http: HTTPConnection | None = None

    def ask(self, method: str, path: str, body: dict | None = None, **headers: str):
        """The status and the JSON of the answer; OSError or HTTPException if none came."""
        self.http = self.http or HTTPConnection("127.0.0.1", self.port, timeout=40)
        cookies = f"sessionid={self.cookie}; csrftoken={self.csrf_cookie}"
        try:
            self.http.request(
                method, path, body=json.dumps(body) if body else None,
                headers={"Cookie": cookies, "X-CSRFToken": self.csrf,
                         "Content-Type": "application/json", **headers},
            )  # fmt: skip
            answer = self.http.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            self.hang_up()
            raise
        if not self.csrf_cookie and "csrftoken=" in (set_cookie := answer.headers["Set-Cookie"]):
            self.csrf_cookie = set_cookie.split("csrftoken=")[1].split(";")[0]
        is_json = answer.headers.get_content_type() == "application/json"
        return answer.status, json.loads(content) if is_json else {}

    def hang_up(self) -> None:
        if self.http is not None:
            self.http.close()
            self.http = None

    def sign_on(self) -> None:
        _, body = self.ask("GET", "/notes/device-key/")
        self.csrf = body["csrf"]

    def save(self, path: str, edit: dict, *, key: uuid.UUID, version: int):
        headers = {"Idempotency-Key": str(key), "If-Match": f'"{version}"'}
        return self.ask("POST", path, edit, **headers)


@dataclass
class Saver:
    """One client at its own chart; what it was told is saved."""

    chart: "Chart"
    session: Session
    version: int  # of the note, as the server told it last
    acknowledged: list[uuid.UUID] = field(default_factory=list)
    resent: int = 0
    text: str = ""
    block: uuid.UUID = field(default_factory=uuid.uuid4)
    block_version: int = 0
    minutes: int = 0
    failures: list[str] = field(default_factory=list)
    on_saved: Callable[[], None] = lambda: None

    def save(self, stop: threading.Event) -> None:
        """The next edit, sent until it is answered."""
        number, key = len(self.acknowledged) + 1, uuid.uuid4()
        edit = self._block(number) if number % BLOCK_EVERY == 0 else self._text(number)
        while not stop.is_set():
            try:
                status, body = self.session.save(
                    f"{self.chart.path}ops/", edit, key=key, version=self.version
                )
            except (OSError, HTTPException):
                status, body = 0, {}
            if status == 200:
                self._take(edit, body)
                self.acknowledged.append(key)
                self.on_saved()
                return
            if 0 < status < 500:
                self.failures.append(f"{status} {body.get('error', '')}")
                stop.set()
                return
            self.resent += 1
            time.sleep(0.1)

    def _text(self, number: int) -> dict:
        text = f"Edit {number}. " + "Walks farther, sits longer. " * (number % 20)
        return {"op": "text", "section": "plan", "base": self.text, "text": text}

    def _block(self, number: int) -> dict:
        start, minutes = int(self.chart.visit.starts_at.timestamp()), 5 + number % 40
        fields = {"technique": "therapeutic_exercise", "start": start, "end": start + 60 * minutes}
        return {"op": "put", "id": str(self.block), "base": self.block_version, "fields": fields}

    def _take(self, edit: dict, body: dict) -> None:
        self.version = body["result"]["version"]
        if edit["op"] == "text":
            self.text = edit["text"]
        else:
            self.block_version = body["result"]["versions"][str(self.block)]
            self.minutes = (edit["fields"]["end"] - edit["fields"]["start"]) // 60


def savers(number: int, port: int) -> list[Saver]:
    return [Saver(c, Session(port, cookie_of(c)), c.fresh().version) for c in charts(number)]


class Crowd:
    """All clients saving at once, each in a thread, until they are told to stop."""

    def __init__(self, people: list[Saver]) -> None:
        self.people, self.stop = people, threading.Event()
        self.threads = [threading.Thread(target=self._go, args=[each]) for each in people]

    @property
    def acknowledged(self) -> int:
        return sum(len(each.acknowledged) for each in self.people)

    def __enter__(self) -> "Crowd":
        for each in self.people:
            each.session.sign_on()
        for thread in self.threads:
            thread.start()
        return self

    def _go(self, saver: Saver) -> None:
        while not self.stop.is_set():
            saver.save(self.stop)

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


def troubles(saver: Saver) -> list[str]:
    """What of one client's saves is lost, doubled or torn in the database as it is now."""
    from clinic.scope import scope  # noqa: PLC0415

    with scope(saver.chart.practice):
        return list(_compare(saver))


def _compare(saver: Saver):
    """The last edit may be there without its answer: the client was stopped while it waited."""
    from clinic.models import AuditEvent  # noqa: PLC0415

    note = saver.chart.fresh()
    keys = list(note.operations.values_list("key", flat=True))
    lost = set(saver.acknowledged) - set(keys)
    unasked = set(keys) - set(saver.acknowledged)
    if lost or len(keys) != len(set(keys)) or len(unasked) > 1:
        yield f"{len(lost)} lost, {len(keys) - len(set(keys))} doubled, {len(unasked)} unasked"
    if note.version - 1 != len(keys):
        yield f"the note changed {note.version - 1} times for {len(keys)} edits"
    events = AuditEvent.objects.filter(
        actor_id=saver.chart.user.pk, action__in=("note.changed", "block.added", "block.changed")
    ).count()
    if events != len(keys):
        yield f"{events} events for {len(keys)} edits"
    if not unasked and note.plan != saver.text:
        yield f"the text is {note.plan[:20]!r}, not {saver.text[:20]!r}"
    minutes = [round((b.ends_at - b.starts_at).total_seconds()) // 60 for b in note.blocks.all()]
    if not unasked and minutes != ([saver.minutes] if saver.minutes else []):
        yield f"blocks of {minutes} minutes, not of {saver.minutes}"


def engine_troubles() -> list[str]:
    """What the database says of itself, and the records' own proof."""
    from django.db import connection  # noqa: PLC0415

    found = []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check")
            found += [row[0] for row in cursor.fetchall() if row[0] != "ok"]
            cursor.execute("PRAGMA foreign_key_check")
            found += [f"a dangling row in {row[0]}" for row in cursor.fetchall()]
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_records", "--only", "chain"],
        env={**os.environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return found + ([done.stdout[-500:] + done.stderr[-500:]] if done.returncode else [])


free_port, serve = harness.free_port, harness.serve
