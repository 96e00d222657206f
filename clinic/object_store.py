"""Large bytes in the row, or in the installation's object store under their SHA-256.

A group with millions of documents keeps them in an S3-compatible store (HANDLINE_DOCUMENTS_S3).
Nothing else changes: the field gives and takes bytes. The object is written before the row's
transaction commits, so that no row points at nothing; if the transaction fails an object is
left over that nobody names, which does no harm.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models

ALIAS = "documents"
_MARK = b"handline-object-1:sha256:"


class NotWhatWasStored(RuntimeError):
    """The store gave other bytes than were put there: never passed on."""


class StoredBytes(models.BinaryField):
    def deconstruct(self):
        # The column is the same either way: where the bytes lie is the installation's choice.
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        content = super().pre_save(model_instance, add)
        if ALIAS not in settings.STORAGES or content is None:
            return content
        return _put(bytes(content))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None or bytes(value[: len(_MARK)]) != _MARK:
            return value
        return _get(bytes(value)[len(_MARK) :].decode())


def _put(content: bytes) -> bytes:
    digest = hashlib.sha256(content).hexdigest()
    store = storages[ALIAS]
    if not store.exists(_key(digest)):
        store.save(_key(digest), ContentFile(content))
    return _MARK + digest.encode()


def _get(digest: str) -> bytes:
    with storages[ALIAS].open(_key(digest)) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != digest:
        raise NotWhatWasStored(f"The object {_key(digest)} was changed in the store.")
    return content


def _key(digest: str) -> str:
    return f"documents/{digest[:2]}/{digest}"
