"""A signed note on its way to the reader: the stored bytes, whole or in part, never repacked."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notes.services.addenda import add_addendum
from tests.conftest import client_of
from tests.factories import make_clinician, new_key

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def reader(signed):
    return client_of(signed.author.user)


def address_of(note) -> str:
    return reverse("notes:note_pdf", args=[note.visit.public_id])


def test_browser_that_takes_packed_pages_gets_the_bytes_as_issued(signed, reader):
    answer = reader.get(address_of(signed), headers=GZIP)

    document = signed.document
    assert hashlib.sha256(answer.content).hexdigest() == document.sha256
    assert answer["ETag"] == f'"{document.sha256}"'
    assert int(answer["Content-Length"]) == document.size
    assert "Content-Encoding" not in answer.headers


def test_browser_that_takes_packed_pages_gets_the_part_it_asks_for(signed, reader):
    whole, sha256 = bytes(signed.document.content), signed.document.sha256
    asked = GZIP | {"Range": "bytes=1000-1999", "If-Range": f'"{sha256}"'}

    answer = reader.get(address_of(signed), headers=asked)

    assert (answer.status_code, answer.content) == (206, whole[1000:2000])
    assert answer["Content-Range"] == f"bytes 1000-1999/{len(whole)}"


def test_newest_version_is_served(signed, reader):
    add_addendum(
        signed,
        by=signed.author.user,
        submit_key=new_key(),
        text="Left, not right.",
        method="password",
    )

    answer = reader.get(address_of(signed))

    signed.refresh_from_db()
    assert hashlib.sha256(answer.content).hexdigest() != signed.document.sha256
    assert answer.content.startswith(b"%PDF-1.7")


def test_serving_takes_few_queries_and_leaves_the_record_unread(signed, reader):
    reader.get(address_of(signed))

    with CaptureQueriesContext(connection) as asked:
        reader.get(address_of(signed))

    of_papers = [q["sql"] for q in asked if 'FROM "clinic_storeddocument"' in q["sql"]]
    assert len(asked) <= 12  # one of them once a minute
    assert len(of_papers) == 1
    assert '"context"' not in of_papers[0]


def test_draft_has_no_paper(draft, in_practice):
    answer = client_of(draft.author.user).get(address_of(draft))

    assert answer.status_code == 404


def test_another_therapists_paper_is_not_there(signed):
    answer = client_of(make_clinician().user).get(address_of(signed))

    assert answer.status_code == 404
