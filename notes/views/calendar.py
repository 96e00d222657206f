"""The calendar address of a clinician."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.errors import NotAllowed
from clinic.permissions import CLINICAL, allow
from clinic.scope import scope
from clinic.services import audit
from clinic.submit_once import repeatable
from notes.models import CalendarFeed
from notes.services.schedule_feed import end_feed, feed_of, icalendar, renew_feed, upcoming


@repeatable
@allow(*CLINICAL)
@require_http_methods(["GET", "POST"])
def calendar(request):
    """Make a new address (shown once), or end it."""
    address = ""
    if request.method == "POST":
        if request.POST.get("act") == "end":
            end_feed(request.user)
            messages.success(request, "The address no longer answers.")
            return redirect("notes:calendar")
        try:
            token = renew_feed(request.user)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
            return redirect("notes:calendar")
        address = request.build_absolute_uri(reverse("notes:calendar_feed", args=[token]))
    audit.record("calendar.viewed", actor=request.user)
    feed = CalendarFeed.objects.filter(user=request.user).first()
    return render(request, "notes/calendar.html", {"feed": feed, "address": address})


@login_not_required
@require_GET
def feed(request, token):
    """When and where, for whoever holds the address; nothing about patients is in it."""
    row = feed_of(token)
    if row is None:
        raise Http404
    with scope(row.user.practice):
        text = icalendar(upcoming(row.user), host=request.get_host(), now=timezone.now())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response
