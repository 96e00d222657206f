"""What goes wrong around a signature: a clear sentence, and no half-signed note."""

import errno
import io
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client
from django.urls import reverse

from clinic import disk_full
from clinic.disk_full import is_full
from clinic.documents.errors import DocumentError
from clinic.documents.verify import LARGEST
from clinic.models import AuditEvent, SigningCertificate, StoredDocument
from clinic.scope import scope
from clinic.views.errors import server_error
from notes.models import Note
from tests.clinic.documents.golden import small
from tests.conftest import client_of
from tests.factories import (
    PASSWORD,
    make_block,
    make_episode,
    make_note,
    make_practice,
    make_visit,
)
from tests.notes.acts import sign


def make_draft() -> Note:
    note = make_note(make_visit(episode=make_episode(coverage=None)))
    make_block(note, "09:00", "09:15")
    return Note.objects.get(pk=note.pk)


def state_of(note: Note) -> tuple:
    note.refresh_from_db()
    return (note.status, note.number, note.digest, note.document_id)


UNTOUCHED = ("draft", "", "", None)


def test_wrong_passphrase_leaves_no_half_signed_note(in_practice, settings):
    note = make_draft()
    settings.SIGNING_PASSPHRASE = "not the passphrase of these keys, no"

    with pytest.raises(DocumentError, match="passphrase is wrong or the key file is damaged"):
        sign(note)

    assert state_of(note) == UNTOUCHED
    assert not SigningCertificate.objects.exists()
    assert not StoredDocument.objects.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("better \U0001f44d", "which the document's font cannot print"),
        ("x" * 1_000_000, "a document holds at most 20,000"),
    ],
    ids=["glyph", "1 MB"],
)
def test_text_that_cannot_be_printed_leaves_no_half_signed_note(in_practice, text, words):
    note = make_draft()
    Note.objects.filter(pk=note.pk).update(subjective=text)

    with pytest.raises(DocumentError, match=words):
        sign(note)

    assert state_of(note) == UNTOUCHED
    assert not StoredDocument.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the limit is SQLite's")
def test_full_disk_while_signing_leaves_no_half_signed_note():
    """SQLite's own limit on the size of its file gives the very error of a full disk."""
    practice = make_practice()
    with scope(practice):
        note = make_draft()
        client = client_of(note.author.user)
        address = reverse("notes:sign", args=[note.visit.public_id])
    with _no_room(pages=4):
        answer = client.post(
            address, {"version": note.version, "agree": "on", "password": PASSWORD}
        )

    assert answer.status_code == 507
    assert "Nothing was saved, and nothing was signed." in answer.content.decode()
    with scope(practice):
        assert state_of(note) == UNTOUCHED
        assert not StoredDocument.objects.exists()
        assert not AuditEvent.objects.filter(action="note.signed").exists()
        assert sign(note).status == "signed"  # with room again


@contextmanager
def _no_room(*, pages: int) -> Iterator[None]:
    """So many pages are left to the database; those that earlier tests freed are filled."""
    with connection.cursor() as cursor:
        room = _pragma("freelist_count") * _pragma("page_size")
        cursor.execute("CREATE TABLE filling AS SELECT zeroblob(%s) AS filled", [room])
        _pragma(f"max_page_count = {_pragma('page_count') + pages}")
        try:
            yield
        finally:
            _pragma("max_page_count = 1073741823")
            cursor.execute("DROP TABLE filling")


def _pragma(words: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {words}")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OperationalError("database or disk is full"), True),
        (OperationalError("could not extend file: No space left on device"), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OperationalError("database is locked"), False),
        (ValueError("disk is full"), False),
    ],
)
def test_full_disk_is_known_by_what_each_part_says(error, full):
    assert is_full(error) is full


@pytest.mark.parametrize("said", ["disk I/O error", "unable to open database file"])
def test_what_sqlite_says_of_its_small_files_is_a_full_disk_where_no_room_is(monkeypatch, said):
    with_room = is_full(OperationalError(said))
    monkeypatch.setattr(disk_full, "ROOM", 2**80)  # more than any disk has

    assert (with_room, is_full(OperationalError(said))) == (False, True)


@pytest.mark.parametrize(
    ("said", "status"), [("database or disk is full", 507), ("disk I/O error", 500)]
)
def test_full_disk_before_any_view_is_told_too(rf, said, status):
    try:
        raise OperationalError(said)
    except OperationalError:
        answer = server_error(rf.get("/"))

    assert answer.status_code == status
    assert ("The server's disk is full" in answer.content.decode()) is (status == 507)


def _locked() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(small())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_locked, "asks for a password"),
        (lambda: small()[:20_000], "damaged and cannot be read"),
        (lambda: b"%PDF-1.7\n" + b"\xff" * 5000, "damaged and cannot be read"),
        (lambda: b"%PDF-" + b"\0" * (LARGEST + 200_000), "larger than 25 MB"),
    ],
    ids=["password", "truncated", "noise", "too large"],
)
def test_file_that_cannot_be_verified_gets_a_sentence(in_practice, office_client, make, words):
    file = SimpleUploadedFile("x.pdf", make(), "application/pdf")

    answer = office_client.post("/verify/", {"file": file})

    assert answer.status_code == 422
    assert words in answer.content.decode()


class Slow(io.RawIOBase):
    """An upload that is made while it is read: a form with one file of zeros."""

    HEAD = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n"
    )
    TAIL = b"\r\n--x--\r\n"

    def __init__(self, size: int) -> None:
        self.parts = [io.BytesIO(self.HEAD), None, io.BytesIO(self.TAIL)]
        self.zeros = size
        self.length = len(self.HEAD) + size + len(self.TAIL)
        self.read_so_far = 0

    def readable(self) -> bool:
        return True

    def readinto(self, room) -> int:
        body = b""
        while self.parts and not body:
            body = self._next(len(room))
            if not body:
                del self.parts[0]
        room[: len(body)] = body
        self.read_so_far += len(body)
        return len(body)

    def _next(self, most: int) -> bytes:
        if self.parts[0] is not None:
            return self.parts[0].read(most)
        body = bytes(min(self.zeros, most))
        self.zeros -= len(body)
        return body


def test_upload_of_200_mb_is_read_to_its_end_and_never_held(in_practice, office_client):
    upload = Slow(200_000_000)
    request = office_client._base_environ() | {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/verify/",
        "CONTENT_LENGTH": str(upload.length),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "wsgi.input": upload,
    }

    tracemalloc.start()
    answer = office_client.handler(request)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer.status_code == 422
    assert "larger than 25 MB" in answer.content.decode()
    assert upload.read_so_far == upload.length
    assert peak < 10_000_000


def test_upload_is_still_guarded_against_forged_requests(in_practice, office_client):
    client = Client(enforce_csrf_checks=True)
    client.cookies = office_client.cookies
    file = SimpleUploadedFile("x.pdf", small(), "application/pdf")

    assert client.post("/verify/", {"file": file}).status_code == 403
