"""A full disk: nothing was saved, and the page says so. Signing leaves no half-signed note."""

import errno
import shutil

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse
from django.template.loader import render_to_string

from clinic.request_id import current_request_id

_WORDS = ("disk is full", "no space left on device", "disk full")
# What SQLite says where the small files beside its own find no room.
_PERHAPS = ("disk i/o error", "unable to open database file")
ROOM = 1_048_576  # bytes; with less than this it was the room


class DiskFullMiddleware:
    """For what views raise. Errors before and after them end in the page of server errors."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error: Exception) -> HttpResponse | None:
        return page() if is_full(error) else None


def page() -> HttpResponse:
    said = render_to_string("507.html", {"request_id": current_request_id()})
    return HttpResponse(said, status=507)


def is_full(error: BaseException | None) -> bool:
    """SQLite, PostgreSQL and the file system each say it in another way."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if not isinstance(error, DatabaseError):
        return False
    said = str(error).lower()
    return any(words in said for words in _WORDS) or (
        any(words in said for words in _PERHAPS)
        and shutil.disk_usage(settings.DATA_DIR).free < ROOM
    )
