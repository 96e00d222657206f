"""One's own sign-ins, the state of this one, and keeping it open."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.permissions import EVERYONE, allow
from clinic.services import audit, sign_ins


@allow(*EVERYONE)
@require_GET
def own(request):
    """Where this person is signed in, this device first."""
    rows = list(sign_ins.still_open(request.user))
    rows.sort(key=lambda row: row.pk != request.sign_in.pk)
    audit.record("sign_ins.viewed", actor=request.user)
    return render(request, "account/own_sign_ins.html", {"rows": rows})


@allow(*EVERYONE)
@require_POST
def end(request, key):
    row = get_object_or_404(sign_ins.still_open(request.user), key=key)
    sign_ins.end(row, because="ended by oneself")
    audit.record("session.ended", actor=request.user)
    messages.success(request, f"Ended: {row.device}.")
    return redirect("own_sign_ins")


@allow(*EVERYONE)
@require_POST
def end_others(request):
    count = sign_ins.end_all(request.user, because="ended by oneself", but=request.sign_in)
    audit.record("session.ended", actor=request.user, count=count)
    messages.success(request, "You are signed in on this device only.")
    return redirect("own_sign_ins")


@login_not_required
@require_GET
def state(request):
    """How long this sign-in still lasts: what the page's own clock asks. Extends nothing."""
    row = request.sign_in
    if row is None:
        return JsonResponse({"state": "none"})
    now = timezone.now()
    return JsonResponse(
        {
            "state": "locked" if row.locked_at else "open",
            "user": request.user.pk,
            "idle": _seconds(row.seen_at + sign_ins.idle_limit(request.user) - now),
            "left": _seconds(row.started_at + sign_ins.LONGEST - now),
            "csrf": get_token(request),
        }
    )


def _seconds(span) -> int:
    return max(0, int(span.total_seconds()))


@allow(*EVERYONE)
@require_POST
def stay(request):
    """The person pressed a key or "Stay signed in": the guard counts it, like any other act."""
    return HttpResponse(status=204)


@allow(*EVERYONE)
@require_POST
def lock(request):
    sign_ins.lock(request.sign_in)
    return redirect("account_reauthenticate")
