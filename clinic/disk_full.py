"""A full disk: nothing was saved, and the page says so. Signing leaves no half-signed note."""

import errno

from django.db import DatabaseError
from django.http import HttpResponse
from django.template.loader import render_to_string

from clinic.request_id import current_request_id

_WORDS = ("disk is full", "no space left on device", "disk full")


class DiskFullMiddleware:
    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error: Exception) -> HttpResponse | None:
        if not is_full(error):
            return None
        page = render_to_string("507.html", {"request_id": current_request_id()})
        return HttpResponse(page, status=507)


def is_full(error: BaseException | None) -> bool:
    """SQLite, PostgreSQL and the file system each say it in another way."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, DatabaseError) and any(words in str(error).lower() for words in _WORDS)
