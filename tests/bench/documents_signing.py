"""From "Sign" to the stored file, and from the stored file to the reader, through the pages.

One signer alone, then two at once as two server processes on the same database. The password is
checked as in service (Argon2), the charges are derived, the note is set, signed and stored.

    python tests/bench/documents_signing.py [NOTES]
"""

# ruff: noqa: E402 - the models need Django set up first

import os
import sys
import tempfile
import time
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles
from threading import Barrier

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
os.environ.setdefault("HANDLINE_DEMO", "1")
os.environ.setdefault("HANDLINE_EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend")
os.environ.setdefault("HANDLINE_DATA", tempfile.mkdtemp(prefix="handline-bench-"))

import django

django.setup()

from datetime import timedelta

from django.core.management import call_command
from django.db import connections
from django.urls import reverse

from clinic.documents.worker import PRESS
from clinic.models import Practice
from clinic.scope import scope
from notes.models import Note
from notes.vocabulary import seed_vocabulary
from tests import factories as make
from tests.conftest import client_of

NOTES = int(sys.argv[1]) if len(sys.argv) > 1 else 30
QUIET, TWO, SERVED = 0.5, 2.0, 0.010


def prepare(count: int) -> list[list[int]]:
    """Three clinicians with so many complete drafts each: eight blocks, one a day."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", "--no-input", verbosity=0)
    practice = make.make_practice(name="Bench")
    with scope(practice):
        seed_vocabulary()
        location = make.make_location()
        return [_drafts(count, location) for _ in range(3)]


def _drafts(count: int, location) -> list[int]:
    clinician = make.make_clinician()
    episode = make.make_episode(coverage=None, clinician=clinician)
    made = []
    for number in range(count):
        day = make.DAY + timedelta(days=number)
        visit = make.make_visit(episode=episode, date=day, clinician=clinician, location=location)
        note = make.make_note(visit)
        for block in range(8):
            start, end = 540 + 8 * block, 548 + 8 * block
            make.make_block(note, _clock(start), _clock(end))
        made.append(note.pk)
    return made


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


Taken = tuple[float, float]  # seconds on the clock, seconds of CPU in server and worker


def sign_all(pks: list[int], others: Barrier | None = None) -> list[Taken]:
    """Of each, as the browser waits. The first one starts the worker and is left out."""
    with scope(Practice.objects.get(name="Bench")):
        client = _browser(Note.objects.get(pk=pks[0]))
        _sign(client, Note.objects.get(pk=pks[0]))
        if others:
            others.wait()  # until the other server has started too
        return [_sign(client, Note.objects.get(pk=pk)) for pk in pks[1:]]


def _browser(note: Note):
    client = client_of(note.author.user)
    client.defaults["HTTP_HOST"] = "localhost"
    return client


def _cpu() -> float:
    child = PRESS._child
    if child is None:
        return time.process_time()
    ticks = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


def _sign(client, note: Note) -> Taken:
    address = reverse("notes:sign", args=[note.visit.public_id])
    form = {"version": note.version, "agree": "on", "password": make.PASSWORD}
    start, busy = time.perf_counter(), _cpu()
    answer = client.post(address, form)
    taken = time.perf_counter() - start, _cpu() - busy
    note.refresh_from_db()
    assert (answer.status_code, note.status) == (302, "signed"), answer.content[-3000:].decode()
    return taken


def two_at_once(first: list[int], second: list[int]) -> list[Taken]:
    connections.close_all()
    spawn = get_context("spawn")
    with spawn.Manager() as manager, spawn.Pool(2) as servers:
        both = manager.Barrier(2)
        return [*chain.from_iterable(servers.starmap(sign_all, [(first, both), (second, both)]))]


def serve_all(pks: list[int]) -> list[Taken]:
    with scope(Practice.objects.get(name="Bench")):
        notes = list(Note.objects.filter(pk__in=pks).select_related("visit"))
        client = _browser(notes[0])
        taken = []
        for note in notes * 4:
            address = reverse("notes:note_pdf", args=[note.visit.public_id])
            start, busy = time.perf_counter(), time.process_time()
            body = client.get(address).content
            taken.append((time.perf_counter() - start, time.process_time() - busy))
            assert body.startswith(b"%PDF-")
    return taken[5:]


def tell(words: str, taken: list[Taken], limit: float) -> bool:
    """On a busy machine the clock says little; the CPU then shows what a quiet one would need."""
    clock, busy = zip(*taken, strict=True)
    p95 = quantiles(clock, n=20)[-1]
    print(f"{words}: median {median(clock) * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms ", end="")
    print(f"(at most {limit * 1000:.0f}); CPU median {median(busy) * 1000:.1f} ms, ", end="")
    print(f"p95 {quantiles(busy, n=20)[-1] * 1000:.1f} ms; {len(taken)} times")
    return p95 <= limit


def main() -> int:
    alone, first, second = prepare(NOTES)
    held = [
        tell("Sign to stored file, one signer", sign_all(alone), QUIET),
        tell("Sign to stored file, two at once", two_at_once(first, second), TWO),
        tell("stored file served", serve_all(alone), SERVED),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
