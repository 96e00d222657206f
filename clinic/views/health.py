"""Whether the process lives, whether it can be relied upon, and the admins' page of both."""

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.enums import Role
from clinic.permissions import allow
from clinic.services import health
from clinic.services.backup import keeping

SHOWN = 20


@login_not_required
@require_GET
def healthz(request):
    """The process answers. Says nothing about data."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_GET
def readyz(request):
    """Each question with ok or not ok. 503 when a vital one fails, with ?all when any does.

    Details only to who knows the monitoring secret: sizes and versions help an attacker.
    """
    found = health.answers()
    good = all(a.ok for a in found) if "all" in request.GET else health.is_ready(found)
    body: dict = {"status": "ok" if good else "not ok"}
    body["checks"] = {answer.name: "ok" if answer.ok else "not ok" for answer in found}
    if _knows_the_secret(request):
        body["details"] = {answer.name: answer.detail for answer in found}
    response = JsonResponse(body, status=200 if good else 503)
    response["Cache-Control"] = "no-store"
    return response


def _knows_the_secret(request) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    secret = settings.MONITORING_SECRET
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


@allow(Role.ADMIN)
@require_GET
def health_page(request):
    found = health.answers()
    backups = keeping.backups(settings.BACKUP_DIR)
    context = {
        "answers": found,
        "troubles": sum(not answer.ok for answer in found),
        "backups": [(made, path.name) for made, path in reversed(backups[-SHOWN:])],
        "now": timezone.now(),
    }
    return render(request, "clinic/health.html", context)


@allow(Role.ADMIN)
@require_GET
def health_count(request):
    """The number beside the menu's entry; nothing when all is well."""
    troubles = sum(not answer.ok for answer in health.answers())
    return HttpResponse(str(troubles) if troubles else "")
