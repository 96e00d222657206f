"""Good Faith Estimates: promised by a day, issued once, watched against the bills."""

from django.db import models
from django.db.models import Q

from clinic.scope import ScopedModel


class GoodFaithEstimate(ScopedModel):
    """The expected cost of a plan of care for someone who pays without a plan."""

    episode = models.ForeignKey("notes.EpisodeOfCare", models.PROTECT, related_name="estimates")
    scheduled_on = models.DateField(null=True, blank=True, help_text="When it was booked.")
    asked_on = models.DateField(null=True, blank=True, help_text="When the patient asked.")
    first_service_on = models.DateField()
    due_on = models.DateField(help_text="The last day to hand it over.")
    visits = models.PositiveSmallIntegerField()
    lines = models.JSONField(help_text="Code, units a visit, fee and total of each.")
    total_cents = models.PositiveIntegerField()
    document = models.OneToOneField(
        "clinic.StoredDocument", models.PROTECT, related_name="estimate"
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["episode"],
                condition=Q(replaces=None),
                name="billing_one_first_estimate_per_episode",
            )
        ]

    def __str__(self) -> str:
        return str(self.document)
