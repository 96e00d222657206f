"""The vocabulary's history: what a technique or region meant from which day on."""

from django.db import models
from django.db.models import F, Q

from clinic.scope import ScopedModel


class WordVersion(ScopedModel):
    """What a technique or region stands for, on [starts_on, ends_on].

    A word without versions means what its row says. The newest version and the row agree.
    """

    technique = models.ForeignKey(
        "notes.Technique", models.PROTECT, null=True, blank=True, related_name="versions"
    )
    region = models.ForeignKey(
        "notes.BodyRegion", models.PROTECT, null=True, blank=True, related_name="versions"
    )
    version = models.PositiveSmallIntegerField()
    meaning = models.JSONField(help_text="The word's fields, by name.")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        "clinic.User", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(ScopedModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["technique", "version"], name="notes_technique_version_once"
            ),
            models.UniqueConstraint(fields=["region", "version"], name="notes_region_version_once"),
            models.UniqueConstraint(
                fields=["technique"],
                condition=Q(ends_on=None),
                name="notes_one_open_version_per_technique",
            ),
            models.UniqueConstraint(
                fields=["region"],
                condition=Q(ends_on=None),
                name="notes_one_open_version_per_region",
            ),
            models.CheckConstraint(
                name="notes_word_version_is_of_one_word",
                condition=Q(technique=None, region__isnull=False)
                | Q(technique__isnull=False, region=None),
            ),
            models.CheckConstraint(
                name="notes_word_version_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.technique or self.region} v{self.version}"
