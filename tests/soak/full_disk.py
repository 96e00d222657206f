"""A disk that really fills up while notes are signed: a small file system of its own.

Mounts a tmpfs of a few megabytes (root only), puts the database on it, and signs note after
note through the pages until the kernel says that no space is left. Then: the page says so, the
note is a draft as before, nothing of it is in the registry, the database is sound; and with
more room the same note is signed.

    python -m tests.soak.full_disk [--megabytes 16]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

MOST_NOTES = 400
SAID = "Nothing was saved, and nothing was signed."


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="handline-full-"))
    options = f"size={megabytes}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
        place.rmdir()


def run(place: Path, megabytes: int) -> int:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="clinic.settings", HANDLINE_DEMO="1", HANDLINE_DATA=str(place),
        HANDLINE_EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    )  # fmt: skip
    import django  # noqa: PLC0415 the place of the data is known only now

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("collectstatic", "--no-input", verbosity=0)
    practice, pks = _drafts()
    signed, note, answer = _sign_until_full(practice, pks)
    held = {
        "the page says so": answer.status_code == 507 and SAID in answer.content.decode(),
        "the note is a draft as before": _state(practice, note) == ("draft", "", "", None),
        "the registry holds the signed ones only": _papers(practice) == signed,
        "the trail holds the signed ones only": _told(practice) == signed,
    }
    options = f"remount,size={4 * megabytes}m"
    subprocess.run(["mount", "-o", options, str(place)], check=True)
    held["with room it is signed"] = _sign(practice, note).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        held["the database is sound"] = cursor.fetchall() == [("ok",)]
    print(f"The disk of {megabytes} MB was full after {signed} signed notes.")
    for words, is_so in held.items():
        print(f"{'held  ' if is_so else 'FAILED'} {words}")
    connection.close()
    return 0 if all(held.values()) else 1


def _drafts():
    from clinic.scope import scope  # noqa: PLC0415
    from notes.vocabulary import seed_vocabulary  # noqa: PLC0415
    from tests import factories as make  # noqa: PLC0415

    practice = make.make_practice(name="Small disk")
    with scope(practice):
        seed_vocabulary()
        episode = make.make_episode(coverage=None)
        pks = []
        for number in range(MOST_NOTES):
            day = make.DAY + timedelta(days=number)
            note = make.make_note(make.make_visit(episode=episode, date=day))
            make.make_block(note, "09:00", "09:15")
            pks.append(note.pk)
    return practice, pks


def _sign_until_full(practice, pks: list[int]):
    for done, pk in enumerate(pks):
        answer = _sign(practice, pk)
        if answer.status_code != 302:
            return done, pk, answer
    raise SystemExit(f"{len(pks)} notes fit on the disk: give it fewer megabytes.")


def _sign(practice, pk: int):
    from django.urls import reverse  # noqa: PLC0415

    from clinic.scope import scope  # noqa: PLC0415
    from notes.models import Note  # noqa: PLC0415
    from tests.factories import PASSWORD  # noqa: PLC0415

    with scope(practice):
        note = Note.objects.select_related("visit", "author__user").get(pk=pk)
        client = _client_of(note.author.user)
        form = {"version": note.version, "agree": "on", "password": PASSWORD}
        return client.post(reverse("notes:sign", args=[note.visit.public_id]), form)


_clients: dict[int, object] = {}


def _client_of(user):
    """Signed in while there was room: a session cannot be opened on a full disk."""
    from tests.conftest import client_of  # noqa: PLC0415

    if user.pk not in _clients:
        _clients[user.pk] = client_of(user)
        _clients[user.pk].defaults["HTTP_HOST"] = "localhost"
    return _clients[user.pk]


def _state(practice, pk: int) -> tuple:
    from clinic.scope import scope  # noqa: PLC0415
    from notes.models import Note  # noqa: PLC0415

    with scope(practice):
        fields = ("status", "number", "digest", "document")
        return Note.objects.values_list(*fields).get(pk=pk)


def _papers(practice) -> int:
    from clinic.models import StoredDocument  # noqa: PLC0415
    from clinic.scope import scope  # noqa: PLC0415

    with scope(practice):
        return StoredDocument.objects.count()


def _told(practice) -> int:
    from clinic.models import AuditEvent  # noqa: PLC0415
    from clinic.scope import scope  # noqa: PLC0415

    with scope(practice):
        return AuditEvent.objects.filter(action="note.signed").count()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=16)
    megabytes = parser.parse_args().megabytes
    if os.geteuid() != 0:
        print("Left out: mounting a small disk needs root.")
        return 0
    with small_disk(megabytes) as place:
        return run(place, megabytes)


if __name__ == "__main__":
    sys.exit(main())
