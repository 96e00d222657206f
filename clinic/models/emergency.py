"""Emergency access: who may open a chart that is not theirs, and when they did."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from clinic.scope import ScopedModel


class EmergencyHolder(ScopedModel):
    """Somebody whom the practice has named: the others cannot break the glass."""

    user = models.OneToOneField("clinic.User", models.CASCADE, related_name="emergency_holder")
    named_at = models.DateTimeField()
    named_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["user__last_name", "user__first_name", "pk"]

    def __str__(self) -> str:
        return str(self.user)


class EmergencyAccess(ScopedModel):
    """One chart opened for one person for an hour, and why. Never changed or deleted."""

    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="+")
    user = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["-began_at", "-pk"]
        indexes = [models.Index(fields=["user", "ends_at"], name="clinic_emergency_of_user")]
        constraints = [
            models.CheckConstraint(name="clinic_emergency_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="clinic_emergency_ends_after_start", condition=Q(ends_at__gt=F("began_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"Emergency access of {self.user}, {self.began_at:%Y-%m-%d %H:%M}"


def opened_in_emergency(user) -> models.QuerySet:
    """The keys of the patients whose chart this person has opened within the hour."""
    return EmergencyAccess.objects.filter(user=user, ends_at__gt=timezone.now()).values("patient")
