"""One list per person, one click to the field; the count in the app bar."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from billing.services.worklist import worklist as items_of
from clinic.enums import Role
from clinic.permissions import EVERYONE, allow
from clinic.services import audit
from notes.services.worklist import KINDS, people_of, same_day_share


@allow(*EVERYONE)
@require_GET
def worklist(request):
    today = timezone.localdate()
    items = items_of(request.user, today=today)
    people = {person.pk: person for person in people_of(request.user)}
    kind, who = request.GET.get("kind", ""), request.GET.get("who", "")
    shown = [
        (item, people.get(item.clinician_id))
        for item in items
        if (not kind or item.kind == kind) and (not who or str(item.clinician_id) == who)
    ]
    same, every = same_day_share(request.practice, today=today, mine=list(people))
    audit.record("worklist.viewed", actor=request.user, items=len(items))
    context = {
        "shown": shown,
        "total": len(items),
        "tiles": _tiles(items, kind, who),
        "people": list(people.values()),
        "many": request.user.role in (Role.OFFICE, Role.ADMIN),
        "who": who,
        "kind": kind,
        "share_said": f"{same * 100 // every} %" if every else "–",
    }
    return render(request, "billing/worklist.html", context)


def _tiles(items, kind: str, who: str) -> list[dict]:
    rest = f"&who={who}" if who else ""
    counts = [(key, label, sum(i.kind == key for i in items)) for key, label in KINDS.items()]
    return [
        {"label": label, "value": number, "url": f"?kind={key}{rest}", "current": kind == key}
        for key, label, number in counts
        if number or kind == key
    ]


@allow(*EVERYONE)
@require_GET
def count(request):
    """The number for the app bar; it shows nothing about anybody, so the look is not recorded."""
    late = sum(i.level == "late" for i in items_of(request.user, today=timezone.localdate()))
    said = f'{late}<span class="visually-hidden"> late</span>' if late else ""
    return HttpResponse(said)
