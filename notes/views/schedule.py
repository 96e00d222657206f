"""Day and week of the practice: look, book, move, cancel, check in, start."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.errors import Conflict, HandlineError
from clinic.models import Clinician, Location
from clinic.permissions import CLINICAL, EVERYONE, allow, sees_every_chart
from clinic.services import audit
from clinic.services.edit_conflicts import fingerprint
from clinic.services.patients_search import search_patients
from notes.calendar_grid import Column, draw
from notes.forms.schedule import SlotForm, asked_day
from notes.models import Booking, Visit
from notes.services import schedule as services
from notes.views.reach import visit_or_404
from notes.views.record_reach import episode_or_404, visible_episodes

MOST_COLUMNS = 12


@allow(*EVERYONE)
@require_GET
def schedule(request):
    today = timezone.localdate()
    shown = asked_day(request.GET.get("on", ""), today)
    week = request.GET.get("view") == "week"
    clinicians = _clinicians(request.user)
    chosen = _chosen(request.GET.get("clinician", ""), clinicians)
    location = _chosen(request.GET.get("location", ""), Location.objects.filter(active=True))
    if week and chosen is None:
        own = getattr(request.user, "clinician", None)
        chosen = own if own in clinicians else (clinicians[0] if clinicians else None)
    first = shown - timedelta(days=shown.weekday()) if week else shown
    days = [first + timedelta(days=n) for n in range(6 if week else 1)]
    visits = _visits(request.user, days, chosen, location)
    columns = _days(days, chosen) if week else _people(clinicians, chosen, visits, shown)
    keyed = [(str(v.date) if week else str(v.clinician_id), v) for v in visits]
    audit.record("schedule.viewed", actor=request.user, day=shown.isoformat(), visits=len(visits))
    step = timedelta(days=7 if week else 1)
    context = {
        "day": shown, "today": today, "first": first, "last": days[-1], "week": week,
        "before": shown - step, "after": shown + step,
        "clinicians": clinicians, "chosen": chosen, "location": location,
        "locations": Location.objects.filter(active=True),
        "grid": draw(columns, keyed, request.user.practice.zone),
        "visits": visits,
        "query": _query(chosen, location, week),
    }  # fmt: skip
    return render(request, "notes/schedule.html", context)


def _clinicians(user) -> list[Clinician]:
    rows = Clinician.objects.filter(active=True)
    return list(rows if sees_every_chart(user) else rows.filter(user=user))


def _chosen(text: str, rows):
    return next((row for row in rows if str(row.pk) == text), None)


def _visits(user, days: list[date], clinician, location) -> list[Visit]:
    rows = Visit.objects.visible_to(user).filter(date__gte=days[0], date__lte=days[-1])
    if clinician is not None:
        rows = rows.filter(clinician=clinician)
    if location is not None:
        rows = rows.filter(location=location)
    rows = rows.select_related("patient", "clinician", "location", "episode", "booking")
    return list(rows.order_by("starts_at", "pk"))


def _days(days: list[date], clinician) -> list[Column]:
    who = f"&clinician={clinician.pk}" if clinician else ""
    return [Column(str(day), f"{day:%a}", f"{day:%b} {day.day}", f"?on={day}{who}") for day in days]


def _people(clinicians, chosen, visits, day: date) -> list[Column]:
    """Those who work that day first; a large practice chooses one or a location."""
    busy = {visit.clinician_id for visit in visits}
    rows = [chosen] if chosen else sorted(clinicians, key=lambda c: c.pk not in busy)
    return [
        Column(str(c.pk), f"{c.first_name[:1]}. {c.last_name}", c.credential,
               f"?on={day}&clinician={c.pk}")
        for c in rows[:MOST_COLUMNS]
    ]  # fmt: skip


def _query(clinician, location, week: bool) -> str:
    parts = [("view", "week" if week else "day")]
    if clinician is not None:
        parts.append(("clinician", clinician.pk))
    if location is not None:
        parts.append(("location", location.pk))
    return "".join(f"&{name}={value}" for name, value in parts)


@allow(*EVERYONE)
@require_http_methods(["GET", "POST"])
def book(request):
    """Find the patient and the episode, then the time."""
    asked = request.GET.get("episode", "")
    if not asked.isdecimal() or len(asked) > 18:
        return redirect("notes:book") if request.method == "POST" else _find_episode(request)
    episode = episode_or_404(int(asked), request.user)
    form = SlotForm(
        request.POST or None, practice=request.user.practice, initial=_initial(request, episode)
    )
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            visit = services.book_visit(
                episode, form.slot(), by=request.user,
                say_double=data["say_double"], remark=data["remark"],
            )  # fmt: skip
        except HandlineError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Booked: {visit.patient}, visit {visit.number_in_episode}.")
            return redirect(reverse("notes:schedule") + f"?on={visit.date}")
    audit.record("booking.viewed", actor=request.user, patient_id=episode.patient_id)
    context = {"form": form, "episode": episode, "title": "Book a visit"}
    status = 422 if form.is_bound else 200
    return render(request, "notes/book.html", context, status=status)


def _initial(request, episode) -> dict:
    last = episode.visits.order_by("-starts_at").first()
    return {
        "clinician": request.GET.get("clinician") or episode.clinician_id,
        "location": last.location_id if last else Location.objects.first(),
        "on": asked_day(request.GET.get("on", ""), timezone.localdate()),
        "at": request.GET.get("at", "") or "09:00",
        "minutes": last.booked_minutes if last else 45,
    }


def _find_episode(request):
    text = request.GET.get("q", "").strip()[:100]
    found = search_patients(text, user=request.user, limit=10) if text else []
    episodes = (
        visible_episodes(request.user)
        .filter(patient__in=[p.pk for p in found], discharged_on=None)
        .select_related("patient", "clinician")
        .order_by("patient__last_name", "-started_on")
    )
    audit.record("booking.searched", actor=request.user, found=len(found))
    keep = [(n, request.GET[n]) for n in ("on", "clinician") if n in request.GET]
    without = [p for p in found if p.pk not in {e.patient_id for e in episodes}]
    context = {"q": text, "episodes": episodes, "without": without, "keep": keep}
    return render(request, "notes/book_find.html", context)


@allow(*EVERYONE)
@require_http_methods(["GET", "POST"])
def booking(request, visit_id):
    """One visit on the schedule: move it, cancel it, check it in."""
    visit = visit_or_404(visit_id, request.user)
    form = SlotForm(practice=request.user.practice, initial=_slot_of(visit))
    if request.method == "POST":
        form, answered = _act(request, visit, form)
        if answered is not None:
            return answered
    audit.record("booking.viewed", actor=request.user, subject=visit, patient_id=visit.patient_id)
    context = {
        "visit": visit, "seen": fingerprint(visit, services.SHOWN), "form": form,
        "row": Booking.objects.filter(visit=visit).first(),
        "may_move": visit.status in services.MAY_MOVE, "gone": visit.status in services.GONE,
        "may_chart": request.user.role in CLINICAL,
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "notes/booking.html", context, status=status)


def _slot_of(visit: Visit) -> dict:
    local = visit.starts_at.astimezone(visit.practice.zone)
    return {
        "clinician": visit.clinician_id, "location": visit.location_id, "on": local.date(),
        "at": f"{local:%H:%M}", "minutes": visit.booked_minutes,
        "seen": fingerprint(visit, services.SHOWN),
    }  # fmt: skip


def _act(request, visit, form):
    """Do what was asked; the form comes back where it was refused."""
    act, seen = request.POST.get("act", ""), request.POST.get("seen", "")
    simple = {
        "check_in": lambda: services.check_in(visit, by=request.user, seen=seen),
        "no_show": lambda: services.mark_no_show(visit, by=request.user, seen=seen),
        "back": lambda: services.book_again(visit, by=request.user, seen=seen),
        "cancel": lambda: services.cancel_visit(
            visit, by=request.user, because=request.POST.get("because", "")[:120], seen=seen
        ),
    }
    if act == "move":
        form = SlotForm(request.POST, practice=request.user.practice)
        if not form.is_valid():
            return form, None
    elif act not in simple:
        raise Http404
    try:
        if act == "move":
            services.move_visit(
                visit,
                form.slot(),
                by=request.user,
                seen=seen,
                say_double=form.cleaned_data["say_double"],
            )
        else:
            simple[act]()
    except Conflict as conflict:
        if act == "move":
            form.meet(conflict)
            return form, None
        messages.error(request, str(conflict))
    except HandlineError as refusal:
        if act == "move":
            form.add_error(None, str(refusal))
            return form, None
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Done.")
    return form, redirect("notes:booking", visit_id=visit.public_id)
