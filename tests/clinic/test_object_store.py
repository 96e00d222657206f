"""Documents in an object store: the same bytes, or none."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from django.db import connection, transaction

from clinic.enums import Role
from clinic.environment import object_store
from clinic.models import StoredDocument
from clinic.object_store import ALIAS, NotWhatWasStored
from tests.conftest import user_with
from tests.factories import make_document


@pytest.fixture
def store(settings, tmp_path) -> Path:
    """A folder in the place of the store: the field knows Django's storages only."""
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage",
             "OPTIONS": {"location": str(tmp_path)}}  # fmt: skip
    settings.STORAGES = {**settings.STORAGES, ALIAS: files}
    return tmp_path


@pytest.fixture
def document(in_practice, store) -> StoredDocument:
    return make_document(by=user_with(Role.THERAPIST, in_practice))


def in_the_row(document: StoredDocument) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM clinic_storeddocument WHERE id = %s", [document.pk])
        return bytes(cursor.fetchone()[0])


def test_row_names_the_object_and_the_field_gives_its_bytes(document, store):
    again = StoredDocument.objects.get(pk=document.pk)

    objects = [path for path in store.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in objects] == [bytes(again.content)]
    assert in_the_row(document) == b"handline-object-1:sha256:" + document.sha256.encode()
    assert objects[0].name == document.sha256


def test_object_that_was_changed_is_never_shown(document, store):
    (file,) = (path for path in store.rglob("*") if path.is_file())
    file.write_bytes(b"%PDF another")

    with pytest.raises(NotWhatWasStored, match="was changed in the store"):
        StoredDocument.objects.get(pk=document.pk)


def test_documents_issued_before_the_store_came_stay_in_their_rows(in_practice, settings, tmp_path):
    document = make_document(by=user_with(Role.THERAPIST, in_practice))
    settings.STORAGES = {**settings.STORAGES, ALIAS: settings.STORAGES["default"]}

    again = StoredDocument.objects.get(pk=document.pk)

    assert bytes(again.content) == bytes(document.content) == in_the_row(document)


def test_row_is_not_written_when_the_store_cannot_be_reached(in_practice, store, monkeypatch):
    def fails(*args, **kwargs):
        raise OSError("no answer")

    by = user_with(Role.THERAPIST, in_practice)
    monkeypatch.setattr(storages[ALIAS], "save", fails)

    with pytest.raises(OSError, match="no answer"), transaction.atomic():
        make_document(by=by)

    assert StoredDocument.objects.count() == 0


def test_settings_of_the_store_are_read_from_one_line():
    found = object_store("bucket=docs,endpoint=https://s3.clinic.example,encryption=AES256")

    assert found["BACKEND"] == "storages.backends.s3.S3Storage"
    assert found["OPTIONS"]["bucket_name"] == "docs"
    assert found["OPTIONS"]["object_parameters"] == {"ServerSideEncryption": "AES256"}
    with pytest.raises(ImproperlyConfigured, match="names no bucket"):
        object_store("endpoint=https://s3.clinic.example")
