"""The same form sent twice does its work once: a double click, a reload, a retry of the network.

Each form carries a key of its own (clinic.templatetags.form_keys). The first request takes the
key before its work begins; a second one with the same fields waits for the first and is led to
where that one was led. Other fields under the same key are other work and go through. What the
first request did not accept (a status from 400 on) frees the key.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from clinic.models import Submission

FIELD = "form_key"
KEPT = timedelta(days=1)
# A request that ended without an answer (a crash) is no longer waited for.
LONGEST = timedelta(seconds=60)
WAIT, PAUSE, TRIES = 15.0, 0.05, 3
HERE = "."  # the first was answered in place


class SubmitOnceMiddleware:
    """After the practice's scope is open: keys belong to a practice and a person."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        key = _key_of(request)
        for _ in range(TRIES if key else 0):
            if (mine := _take(request, key)) is not None:
                return self._work(request, mine)
            if location := _outcome(request, key):
                return _answer(request, location)
            # The first one was refused, and its key is free: this one may do better.
        return self.get_response(request)

    def _work(self, request, mine: Submission) -> HttpResponse:
        try:
            response = self.get_response(request)
        except BaseException:
            mine.delete()
            raise
        _finish(mine, response)
        return response


@contextmanager
def _quick() -> Iterator[None]:
    """One transaction that does not wait for the disk.

    A power cut may take back that a form was sent, never what it did: that is committed between
    the two writes here, and waits. (SQLite's write-ahead log stays whole either way.)
    """
    alone, sqlite = not connection.in_atomic_block, connection.vendor == "sqlite"
    if alone and sqlite:
        _run("PRAGMA synchronous=NORMAL")
    try:
        with transaction.atomic():
            if alone and not sqlite:
                _run("SET LOCAL synchronous_commit TO OFF")
            yield
    finally:
        if alone and sqlite:
            _run("PRAGMA synchronous=FULL")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def repeatable(view: Callable) -> Callable:
    """Mark a view whose POST may be sent again: it asks, or shows what only it can show."""
    view.is_repeatable = True
    return view


def _is_repeatable(request) -> bool:
    try:
        return getattr(resolve(request.path_info).func, "is_repeatable", False)
    except Resolver404:
        return True


def _key_of(request) -> str:
    if request.method != "POST" or not request.user.is_authenticated or _is_repeatable(request):
        return ""
    key = request.POST.get(FIELD, "")
    return key if 0 < len(key) <= 22 else ""


def _take(request, key: str) -> Submission | None:
    """The key with the work, or None when somebody has it for the same work."""
    row = {"digest": _digest(request), "at": timezone.now(), "location": ""}
    try:
        with _quick():
            return Submission.objects.create(key=key, user=request.user, **row)
    except IntegrityError:
        pass
    stale = timezone.now() - LONGEST
    with _quick():
        known = Submission.objects.select_for_update().filter(key=key, user=request.user).first()
        if known is None:
            return None
        same = known.digest == row["digest"]
        if same and (known.location or known.at > stale):
            return None
        for name, value in row.items():
            setattr(known, name, value)
        known.save(update_fields=list(row))
        return known


def _digest(request) -> str:
    """The address and all that was filled in; a file by its name and size."""
    fields = [
        (name, *values)
        for name, values in sorted(request.POST.lists())
        if name not in (FIELD, "csrfmiddlewaretoken")
    ]
    files = [
        (name, file.name, file.size)
        for name, held in sorted(request.FILES.lists())
        for file in held
    ]
    return hashlib.sha256(repr((request.get_full_path(), fields, files)).encode()).hexdigest()


def _finish(mine: Submission, response: HttpResponse) -> None:
    with _quick():
        if response.status_code >= 400:
            mine.delete()
            return
        mine.location = response.headers.get("Location", HERE)[:500]
        mine.save(update_fields=["location"])
        if mine.pk % 64 == 0:
            Submission.objects.filter(at__lt=timezone.now() - KEPT).delete()


def _outcome(request, key: str) -> str:
    """Where the first request led, once it is known; nothing where it was not accepted."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        known = Submission.objects.filter(key=key, user=request.user).first()
        if known is None or known.location:
            return known.location if known else ""
        time.sleep(PAUSE)
    return HERE


def _answer(request, location: str) -> HttpResponse:
    if location != HERE:
        return redirect(location)
    if request.headers.get("hx-request"):
        return HttpResponse(status=204)  # the page already shows what the first one brought
    back = request.headers.get("referer", "")
    if url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    ):
        return redirect(back)
    return redirect("home")
