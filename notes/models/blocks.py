"""What happened on the timeline."""

import uuid
from datetime import timedelta

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from clinic.scope import ScopedModel
from clinic.validators import validate_code
from notes.enums import Grade, PerformedBy, Side

LONGEST_BLOCK = timedelta(hours=24)


class TreatmentBlock(ScopedModel):
    """Technique + region + from-to + response: the unit of charting and source of the bill."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    note = models.ForeignKey("notes.Note", models.PROTECT, related_name="blocks")
    technique = models.ForeignKey("notes.Technique", models.PROTECT, related_name="blocks")
    regions = models.ManyToManyField("notes.BodyRegion", through="notes.BlockRegion")
    side = models.CharField(max_length=5, choices=Side, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    grade = models.CharField(max_length=3, choices=Grade, blank=True)
    dose = models.CharField(max_length=200, blank=True)
    response = models.CharField(max_length=300, blank=True)
    pain_before = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(10)]
    )
    pain_after = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(10)]
    )
    performed_by = models.CharField(
        max_length=10, choices=PerformedBy, default=PerformedBy.THERAPIST
    )
    performer = models.ForeignKey("clinic.Clinician", models.PROTECT, related_name="+")
    diagnosis_codes = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(ScopedModel.Meta):
        ordering = ["starts_at", "ends_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="notes_block_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="notes_block_pain_between_0_and_10",
                condition=(Q(pain_before=None) | Q(pain_before__lte=10))
                & (Q(pain_after=None) | Q(pain_after__lte=10)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.technique} {self.minutes} min"

    @property
    def minutes(self) -> int:
        """Whole minutes of this block, for display; the bill adds up seconds per code."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class BlockRegion(ScopedModel):
    block = models.ForeignKey(TreatmentBlock, models.CASCADE, related_name="block_regions")
    region = models.ForeignKey("notes.BodyRegion", models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["block", "region"], name="notes_block_region_once")
        ]

    def __str__(self) -> str:
        return str(self.region)


class Procedure(ScopedModel):
    """An untimed service: an adjustment, an evaluation, a supervised modality."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    note = models.ForeignKey("notes.Note", models.PROTECT, related_name="procedures")
    code = models.CharField(
        max_length=5, help_text="A code, or CMT / OMT: then the regions decide the code."
    )
    regions = models.ManyToManyField("notes.BodyRegion", through="notes.ProcedureRegion")
    starts_at = models.DateTimeField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    findings = models.CharField(max_length=300, blank=True)
    reduced = models.BooleanField(
        default=False, help_text="Cut short on purpose: billed with modifier 52."
    )
    performer = models.ForeignKey("clinic.Clinician", models.PROTECT, related_name="+")
    diagnosis_codes = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(ScopedModel.Meta):
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="notes_procedure_code_not_empty", condition=~Q(code=""))
        ]

    def __str__(self) -> str:
        return self.code

    def clean_code(self) -> None:
        if self.code not in ("CMT", "OMT"):
            validate_code(self.code)


class ProcedureRegion(ScopedModel):
    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="procedure_regions")
    region = models.ForeignKey("notes.BodyRegion", models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "region"], name="notes_procedure_region_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.region)
