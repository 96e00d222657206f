"""The audit trail on screen."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.enums import Role
from clinic.models import AuditEvent
from clinic.permissions import allow
from clinic.services import audit

PAGE_SIZE = 50


@allow(Role.ADMIN)
@require_GET
def audit_trail(request):
    events = AuditEvent.objects.order_by("-at", "-pk")
    if action := request.GET.get("action", "").strip():
        events = events.filter(action__startswith=action)
    page = Paginator(events, PAGE_SIZE).get_page(request.GET.get("page"))
    audit.record("audit.viewed", actor=request.user, page=page.number)
    return render(request, "clinic/audit.html", {"page": page, "action": action})
