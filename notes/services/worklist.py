"""What waits for whom: one list per person, each line one click from its field.

Every kind is one query over the practice, however many clinicians and episodes there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import (
    Count,
    DateField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)  # fmt: skip
from django.db.models.functions import TruncDate
from django.urls import reverse

from clinic.enums import Role
from clinic.models import Clinician, Practice, User
from notes.enums import NoteStatus, VisitStatus
from notes.models import (
    AmendmentRequest,
    Authorization,
    CosignRequest,
    EpisodeOfCare,
    Note,
    PlanOfCare,
    ProgressReport,
    ReviewRemark,
    Visit,
)
from notes.services.plans_days import TRACTIONS, TREATED

REPORT_NEAR, REPORT_DUE = 8, 10
SIGNATURE_DUE = timedelta(days=30)
SOON = timedelta(days=14)
ANSWER_NEAR = timedelta(days=7)
FEW_VISITS = 2
TRACTION_NEAR, TRACTION_LIMIT = 10, 12
THERAPIES = ("PT", "OT", "SLP")
SAME_DAY_WINDOW = timedelta(days=30)
LEVELS = ("late", "soon")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do: whose, about whom, how urgent, and where it is done."""

    kind: str
    clinician_id: int
    patient: str
    record_number: str
    text: str
    url: str
    level: str  # late: payment is at risk; soon: there is still time
    day: date

    @property
    def order(self) -> tuple[int, date, str]:
        return (LEVELS.index(self.level), self.day, self.patient)


KINDS = {
    "unsigned": "Unsigned notes",
    "unstarted": "Visits without a note",
    "cosign": "Co-signatures",
    "addendum": "Addenda asked for",
    "amendment": "Requests to amend",
    "report": "Progress reports",
    "certification": "Certifications",
    "authorization": "Authorizations",
    "traction": "Traction visits",
    "threshold": "KX threshold",
}


def people_of(user: User) -> QuerySet[Clinician]:
    """Whose work this person sees to: one's own; the desk and the admin everybody's."""
    if user.role in (Role.OFFICE, Role.ADMIN):
        return Clinician.objects.filter(active=True)
    return Clinician.objects.filter(user=user)


def items_for(user: User, *, today: date) -> list[Item]:
    """Everything that waits, the late ones first."""
    mine = list(people_of(user).values_list("pk", flat=True))
    found = [
        item
        for source in (unsigned, unstarted, cosigns, addenda, amendments, reports, certifications,
                       authorizations, tractions)
        for item in source(mine, today)
    ]  # fmt: skip
    return sorted(found, key=lambda item: item.order)


def _item(kind: str, row, text: str, url: str, *, late: bool, day: date, who: int) -> Item:
    patient = row.patient
    level = "late" if late else "soon"
    return Item(kind, who, str(patient), patient.record_number, text, url, level, day)


def unsigned(mine: list[int], today: date) -> Iterator[Item]:
    drafts = Note.objects.filter(
        author__in=mine, status=NoteStatus.DRAFT, visit__date__lte=today
    ).select_related("visit__patient")
    for note in drafts:
        visit = note.visit
        age = (today - visit.date).days
        text = "Sign today's note" if not age else f"Note of {visit.date:%m/%d} is {_days(age)} old"
        url = reverse("notes:chart", args=[visit.public_id])
        yield _item("unsigned", visit, text, url, late=age > 0, day=visit.date, who=note.author_id)


def _days(number: int) -> str:
    return f"{number} day{'s' if number != 1 else ''}"


def unstarted(mine: list[int], today: date) -> Iterator[Item]:
    """Booked in the past, neither charted nor canceled."""
    visits = Visit.objects.filter(
        clinician__in=mine,
        date__lt=today,
        status__in=(VisitStatus.SCHEDULED, VisitStatus.ARRIVED),
        note__isnull=True,
    )
    # What another system charted before the change has its note there.
    visits = visits.exclude(booking__source_id__gt="").select_related("patient")
    for visit in visits:
        text = f"Visit of {visit.date:%m/%d} has no note: chart it, cancel it, or mark a no-show"
        url = reverse("notes:booking", args=[visit.public_id])
        yield _item(
            "unstarted", visit, text, url, late=True, day=visit.date, who=visit.clinician_id
        )


def cosigns(mine: list[int], today: date) -> Iterator[Item]:
    requests = CosignRequest.objects.filter(supervisor__in=mine, signature=None).select_related(
        "note__visit__patient", "note__author"
    )
    for request in requests:
        visit = request.note.visit
        text = f"Co-sign {request.note.number} of {request.note.author}: {request.because}"
        url = reverse("notes:note", args=[visit.public_id]) + "#cosign"
        late = (today - visit.date).days > 7
        yield _item(
            "cosign", visit, text, url, late=late, day=visit.date, who=request.supervisor_id
        )


def addenda(mine: list[int], today: date) -> Iterator[Item]:
    remarks = ReviewRemark.objects.filter(
        note__author__in=mine, asks_addendum=True, settled_at=None
    ).select_related("note__visit__patient")
    for remark in remarks:
        visit = remark.note.visit
        text = f"{remark.by_name} asks for an addendum to {remark.note.number}: {remark.text[:80]}"
        url = reverse("notes:note", args=[visit.public_id]) + "#addenda"
        yield _item(
            "addendum", visit, text, url, late=True, day=visit.date, who=remark.note.author_id
        )


def amendments(mine: list[int], today: date) -> Iterator[Item]:
    """Patients' requests, until the patient is told: the rule gives sixty days."""
    rows = AmendmentRequest.objects.filter(clinician__in=mine, told_on=None).select_related(
        "patient"
    )
    for row in rows:
        text = (
            f"Tell the patient: the request of {row.received_on:%m/%d} is {row.decision}"
            if row.decision
            else f"Request to amend of {row.received_on:%m/%d}: the answer is due by "
            f"{row.due_on:%m/%d/%Y}"
        )
        url = reverse("notes:amendment", args=[row.patient_id, row.pk])
        late = today > row.due_on - ANSWER_NEAR
        yield _item("amendment", row, text, url, late=late, day=row.due_on, who=row.clinician_id)


def _episodes(mine: list[int]) -> QuerySet[EpisodeOfCare]:
    """Open episodes of insured patients under a therapist."""
    return EpisodeOfCare.objects.filter(
        clinician__in=mine, discharged_on=None, coverage__isnull=False
    ).select_related("patient")


def _url(episode: EpisodeOfCare, anchor: str) -> str:
    return reverse("notes:episode", args=[episode.pk]) + f"#{anchor}"


def reports(mine: list[int], today: date) -> Iterator[Item]:
    latest = ProgressReport.objects.filter(episode=OuterRef("pk")).values("reported_on")[:1]
    treated = Q(visits__status__in=TREATED)
    since = Q(last_report=None) | Q(visits__date__gt=F("last_report"))
    episodes = (
        _episodes(mine)
        .filter(clinician__discipline__in=THERAPIES)
        .annotate(last_report=Subquery(latest, output_field=DateField()))
        .annotate(days=Count("visits__date", distinct=True, filter=treated & since))
        .filter(days__gte=REPORT_NEAR)
    )
    for episode in episodes:
        left = REPORT_DUE - episode.days
        text = f"Treatment day {episode.days} since the last progress report: " + (
            f"due within {_days(left)} of treatment" if left > 0 else "due now"
        )
        yield _item(
            "report", episode, text, _url(episode, "progress"),
            late=left <= 0, day=today, who=episode.clinician_id,
        )  # fmt: skip


def certifications(mine: list[int], today: date) -> Iterator[Item]:
    newest = PlanOfCare.objects.filter(episode=OuterRef("episode")).values("pk")[:1]
    plans = PlanOfCare.objects.filter(
        pk=Subquery(newest),
        episode__in=_episodes(mine).filter(clinician__discipline__in=THERAPIES).values("pk"),
    ).select_related("episode__patient")
    for plan in plans:
        told = _certification(plan, today)
        if told is not None:
            text, anchor, late, day = told
            episode = plan.episode
            yield _item(
                "certification", episode, text, _url(episode, anchor),
                late=late, day=day, who=episode.clinician_id,
            )  # fmt: skip


def _certification(plan: PlanOfCare, today: date) -> tuple[str, str, bool, date] | None:
    """What is due of a plan: its sentence, the place on the page, whether it is late, its day."""
    due = plan.episode.started_on + SIGNATURE_DUE
    if plan.certified_on is None and today >= due - SOON:
        said = f"sent {plan.sent_on:%m/%d}" if plan.sent_on else "not sent"
        text = f"Plan not certified ({said}): the signature is due by {due:%m/%d/%Y}"
        return text, "certification", today > due, due
    if today >= plan.certified_to - SOON:
        over = today > plan.certified_to
        text = f"Certification {'ended' if over else 'ends'} on {plan.certified_to:%m/%d/%Y}"
        return text, "plan", over, plan.certified_to
    return None


def authorizations(mine: list[int], today: date) -> Iterator[Item]:
    newest = Authorization.objects.filter(episode=OuterRef("episode")).values("pk")[:1]
    in_dates = Q(
        episode__visits__status__in=TREATED,
        episode__visits__date__gte=F("starts_on"),
        episode__visits__date__lte=F("ends_on"),
    )
    rows = (
        Authorization.objects.filter(
            episode__clinician__in=mine, episode__discharged_on=None, pk=Subquery(newest)
        )
        .select_related("episode__patient")
        .annotate(used=Count("episode__visits", distinct=True, filter=in_dates))
    )
    for row in rows:
        left = None if row.visits is None else row.visits - row.used
        few = left is not None and left <= FEW_VISITS
        if few or today >= row.ends_on - SOON:
            said = f"{left} of {row.visits} visits left" if left is not None else "in force"
            text = f"Authorization {row.number}: {said}, ends {row.ends_on:%m/%d/%Y}"
            late = today > row.ends_on or (left is not None and left <= 0)
            yield _item(
                "authorization", row.episode, text, _url(row.episode, "authorization"),
                late=late, day=row.ends_on, who=row.episode.clinician_id,
            )  # fmt: skip


def tractions(mine: list[int], today: date) -> Iterator[Item]:
    given = Q(visits__note__procedures__code="97012") | Q(
        visits__note__blocks__technique__key__in=TRACTIONS
    )
    episodes = (
        _episodes(mine)
        .annotate(given=Count("visits", distinct=True, filter=given))
        .filter(given__gte=TRACTION_NEAR)
    )
    for episode in episodes:
        text = f"{episode.given} visits with traction; many payers look at more than " + str(
            TRACTION_LIMIT
        )
        yield _item(
            "traction", episode, text, _url(episode, "visits"),
            late=episode.given >= TRACTION_LIMIT, day=today, who=episode.clinician_id,
        )  # fmt: skip


def same_day_share(practice: Practice, *, today: date, mine: list[int]) -> tuple[int, int]:
    """Of thirty days of notes: how many were signed on their day, and how many there are."""
    local_day = TruncDate("signed_at", tzinfo=practice.zone)
    counted = (
        Note.objects.filter(
            author__in=mine,
            imported=False,
            visit__date__gte=today - SAME_DAY_WINDOW,
            visit__date__lte=today,
        )
        .annotate(signed_day=local_day)
        .aggregate(
            same=Count("pk", filter=Q(status=NoteStatus.SIGNED, signed_day=F("visit__date"))),
            every=Count("pk", filter=Q(status=NoteStatus.SIGNED) | Q(visit__date__lt=today)),
        )
    )
    return counted["same"], counted["every"]
