"""Somebody else has the row for too long: a page says so, and that nothing was saved.

Acts that sign have a sentence of their own (clinic.services.waiting); this is for all others.
"""

from django.db import OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

from clinic.request_id import current_request_id
from clinic.services.waiting import is_held

AGAIN = 5  # seconds


class HeldUpMiddleware:
    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error: Exception) -> HttpResponse | None:
        if not isinstance(error, OperationalError) or not is_held(error):
            return None
        page = render_to_string("503.html", {"request_id": current_request_id()})
        return HttpResponse(page, status=503, headers={"Retry-After": str(AGAIN)})
