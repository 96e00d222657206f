"""One attendance."""

import uuid

from django.db import models

from clinic.enums import Role
from clinic.models import Clinician, opened_in_emergency
from clinic.permissions import sees_every_chart
from clinic.scope import ScopedManager, ScopedModel, ScopedQuerySet
from notes.enums import VisitStatus


class VisitQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """The visits this person may open: the practice's, or one's own patients'."""
        if sees_every_chart(user):
            return self
        own = models.Q(user=user)
        if user.role == Role.ASSISTANT:
            # An assistant treats the patients of the supervising therapist.
            own |= models.Q(pk__in=Clinician.objects.filter(user=user).values("supervisor"))
        mine = Clinician.objects.filter(own).values("pk")
        theirs = models.Q(clinician__in=mine) | models.Q(episode__clinician__in=mine)
        return self.filter(theirs | models.Q(patient__in=opened_in_emergency(user)))


class Visit(ScopedModel):
    """One attendance of a patient, booked or walked in."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    episode = models.ForeignKey("notes.EpisodeOfCare", models.PROTECT, related_name="visits")
    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="visits")
    clinician = models.ForeignKey("clinic.Clinician", models.PROTECT, related_name="visits")
    location = models.ForeignKey("clinic.Location", models.PROTECT, related_name="visits")
    coverage = models.ForeignKey(
        "clinic.Coverage", models.PROTECT, null=True, blank=True, related_name="visits"
    )
    date = models.DateField(help_text="Date of service, in the practice's time zone")
    starts_at = models.DateTimeField()
    booked_minutes = models.PositiveSmallIntegerField(default=45)
    status = models.CharField(max_length=10, choices=VisitStatus, default=VisitStatus.SCHEDULED)
    number_in_episode = models.PositiveSmallIntegerField(default=1)

    objects = ScopedManager.from_queryset(VisitQuerySet)()

    class Meta(ScopedModel.Meta):
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["practice", "date", "starts_at"]),
            models.Index(fields=["practice", "clinician", "date"]),
            models.Index(fields=["episode", "date"]),
            models.Index(fields=["patient", "date"]),
        ]

    def __str__(self) -> str:
        return f"{self.patient} {self.date}"

    @property
    def age(self) -> int:
        """The patient's age on the date of service."""
        return self.patient.age_on(self.date)
