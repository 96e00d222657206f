"""Reading the record: each page's rows in a fixed number of queries."""

from datetime import date
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from clinic.models import StoredDocument, User
from clinic.services.issuing import newest
from notes.enums import VisitStatus
from notes.models import (
    BlockRegion,
    EpisodeDiagnosis,
    Note,
    Procedure,
    ProcedureRegion,
    TreatmentBlock,
    Visit,
)


def visits_on(day: date, *, user: User) -> QuerySet[Visit]:
    """The day's visits this person may open, in order of time."""
    return (
        Visit.objects.visible_to(user)
        .filter(date=day)
        .select_related("patient", "clinician", "coverage__payer", "episode", "location", "note")
        .order_by("starts_at", "pk")
    )


def visits_to_open(user: User) -> QuerySet[Visit]:
    """The visits this person may open, with what the chart's frame shows."""
    return Visit.objects.visible_to(user).select_related(
        "patient",
        "clinician__supervisor",
        "coverage__payer",
        "episode__clinician",
        "location",
        "note__author",
        "practice",
    )


def signed_paper(visit_id: UUID, *, user: User) -> StoredDocument | None:
    """The newest version of a visit's signed note, where this person may open the visit."""
    row = (
        Visit.objects.visible_to(user)
        .filter(public_id=visit_id, note__document__isnull=False)
        .values_list("note__document__kind", "note__document__number")
        .order_by()
        .first()
    )
    return newest(*row) if row else None


def next_to_chart(visit: Visit, *, user: User) -> Visit | None:
    """The clinician's next visit of that day that is still to be charted."""
    open_states = (VisitStatus.SCHEDULED, VisitStatus.ARRIVED, VisitStatus.CHARTING)
    return (
        Visit.objects.visible_to(user)
        .filter(date=visit.date, clinician=visit.clinician_id, status__in=open_states)
        .filter(starts_at__gte=visit.starts_at)
        .exclude(pk=visit.pk)
        .select_related("patient")
        .order_by("starts_at", "pk")
        .first()
    )


def blocks_of(note: Note) -> QuerySet[TreatmentBlock]:
    regions = BlockRegion.objects.select_related("region")
    return note.blocks.select_related("technique", "performer").prefetch_related(
        Prefetch("block_regions", queryset=regions)
    )


def procedures_of(note: Note) -> QuerySet[Procedure]:
    regions = ProcedureRegion.objects.select_related("region")
    return note.procedures.select_related("performer").prefetch_related(
        Prefetch("procedure_regions", queryset=regions)
    )


def diagnoses_of(visit: Visit) -> QuerySet[EpisodeDiagnosis]:
    return EpisodeDiagnosis.objects.filter(episode=visit.episode_id)
