"""Finding the episode a request is about; what is out of reach does not exist."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from clinic.enums import Role
from clinic.models import Clinician, User, opened_in_emergency
from clinic.permissions import sees_every_chart
from notes.models import EpisodeOfCare, Visit


def visible_episodes(user: User) -> QuerySet[EpisodeOfCare]:
    """The practice's, or those that this person leads or has treated in."""
    if sees_every_chart(user):
        return EpisodeOfCare.objects.all()
    own = Q(user=user)
    if user.role == Role.ASSISTANT:
        own |= Q(pk__in=Clinician.objects.filter(user=user).values("supervisor"))
    mine = Clinician.objects.filter(own).values("pk")
    treated = Visit.objects.filter(episode=OuterRef("pk"), clinician__in=mine)
    opened = Q(patient__in=opened_in_emergency(user))
    return EpisodeOfCare.objects.filter(Q(clinician__in=mine) | Exists(treated) | opened)


def episode_or_404(pk: int, user: User) -> EpisodeOfCare:
    rows = visible_episodes(user).select_related(
        "patient", "clinician", "coverage__payer", "practice"
    )
    return get_object_or_404(rows, pk=pk)
