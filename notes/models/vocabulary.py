"""The words a therapist charts with: techniques, body regions, diagnosis codes."""

from django.db import models
from django.db.models import F, Q

from clinic.scope import ScopedModel
from clinic.validators import validate_code, validate_icd10
from notes.enums import Lane

BUCKETS = (
    "head",
    "cervical",
    "thoracic",
    "lumbar",
    "sacral",
    "pelvic",
    "rib_cage",
    "abdomen",
    "upper_extremity",
    "lower_extremity",
)


def validate_technique_code(value: str) -> None:
    """A procedure code, or CMT / OMT where the regions decide the code."""
    if value not in ("CMT", "OMT"):
        validate_code(value)


class Technique(ScopedModel):
    """What was done. Implies the procedure code; never deleted, only retired."""

    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=60)
    code = models.CharField(
        max_length=5,
        blank=True,
        validators=[validate_technique_code],
        help_text="Empty for time that is charted but never billed, such as rest.",
    )
    lane = models.CharField(max_length=10, choices=Lane)
    needs_region = models.BooleanField(default=True)
    uses_grade = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta(ScopedModel.Meta):
        ordering = ["label"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "key"], name="notes_technique_key_once_per_practice"
            )
        ]

    def __str__(self) -> str:
        return self.label


class BodyRegion(ScopedModel):
    """Where it was done, with the CMT and OMT buckets the region counts into.

    A muscle that attaches in two buckets has both: it shares a region with an adjustment
    in either.
    """

    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=60)
    buckets = models.CharField(max_length=60, help_text="Bucket names joined by +")
    needs_side = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta(ScopedModel.Meta):
        ordering = ["label"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "key"], name="notes_region_key_once_per_practice"
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def bucket_list(self) -> list[str]:
        return self.buckets.split("+")


class DiagnosisCode(models.Model):
    """An ICD-10-CM code as published, with the days on which it was valid."""

    code = models.CharField(max_length=8, validators=[validate_icd10])
    title = models.CharField(max_length=255)
    billable = models.BooleanField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="notes_icd_code_once"),
            models.CheckConstraint(
                name="notes_icd_ends_after_start",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
