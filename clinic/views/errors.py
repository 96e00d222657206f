"""Error pages: what happened in a sentence, and the request's id. Never the data."""

import sys

from django.http import HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

from clinic import disk_full
from clinic.request_id import current_request_id


def bad_request(request, exception=None):
    return render(request, "400.html", status=400)


def forbidden(request, exception=None):
    return render(request, "403.html", status=403)


def not_found(request, exception=None):
    return render(request, "404.html", status=404)


def server_error(request) -> HttpResponse:
    """Without the request: what failed may be what every page reads. Django calls this while it
    handles the error."""
    if disk_full.is_full(sys.exception()):
        return disk_full.page()
    page = render_to_string("500.html", {"request_id": current_request_id()})
    return HttpResponseServerError(page)
