"""What the schedule knows of a visit beyond its time, and the calendar feeds."""

from django.db import models
from django.db.models import Q

from clinic.scope import ScopedModel


class Booking(ScopedModel):
    """The desk's facts of one visit."""

    visit = models.OneToOneField("notes.Visit", models.CASCADE, related_name="booking")
    double_booked = models.BooleanField(default=False)
    booked_on = models.DateField(
        null=True, blank=True, help_text="The law's deadlines for an estimate count from this day."
    )
    canceled_because = models.CharField(max_length=120, blank=True)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    remark = models.CharField(max_length=120, blank=True)
    source_id = models.CharField(max_length=80, blank=True)

    class Meta(ScopedModel.Meta):
        indexes = [models.Index(fields=["practice", "source_id"])]

    def __str__(self) -> str:
        return f"Booking of {self.visit}"


class CalendarFeed(ScopedModel):
    """A person's calendar address. Only the hash of its secret part is kept."""

    user = models.OneToOneField("clinic.User", models.CASCADE, related_name="calendar_feed")
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(name="notes_feed_token_not_empty", condition=~Q(token_sha256=""))
        ]

    def __str__(self) -> str:
        return f"Calendar of {self.user}"


class DiagnosisFavorite(ScopedModel):
    """A diagnosis that a clinician uses often."""

    clinician = models.ForeignKey(
        "clinic.Clinician", models.CASCADE, related_name="favorite_diagnoses"
    )
    code = models.CharField(max_length=8)
    uses = models.PositiveIntegerField(default=1)

    class Meta(ScopedModel.Meta):
        ordering = ["-uses", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinician", "code"], name="notes_favorite_diagnosis_once"
            )
        ]

    def __str__(self) -> str:
        return self.code
