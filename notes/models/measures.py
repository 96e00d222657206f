"""What was measured in a visit, and what the work was for. Frozen with the note."""

import uuid

from django.db import models
from django.db.models import Q

from clinic.scope import ScopedModel
from notes.enums import Instrument, MeasureKind, Side


class Measurement(ScopedModel):
    """One figure, before the treatment, after it, or both; whole tenths: nothing is rounded."""

    note = models.ForeignKey("notes.Note", models.CASCADE, related_name="measurements")
    kind = models.CharField(max_length=8, choices=MeasureKind)
    site = models.CharField(max_length=40, help_text="Joint and motion, muscle group, place")
    side = models.CharField(max_length=5, choices=Side, blank=True)
    before_tenths = models.IntegerField(null=True, blank=True)
    after_tenths = models.IntegerField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["kind", "site", "side", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["note", "kind", "site", "side"], name="notes_measured_once_per_note"
            ),
            models.CheckConstraint(
                name="notes_measurement_has_a_figure",
                condition=Q(before_tenths__isnull=False) | Q(after_tenths__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.site} {self.side}".strip()


class OutcomeScore(ScopedModel):
    """The answers to a questionnaire and what they come to; its wording is not stored."""

    note = models.ForeignKey("notes.Note", models.CASCADE, related_name="outcome_scores")
    instrument = models.CharField(max_length=5, choices=Instrument)
    answers = models.JSONField(help_text="One figure per item, null where it was left out.")
    score_tenths = models.IntegerField()

    class Meta(ScopedModel.Meta):
        ordering = ["instrument"]
        constraints = [
            models.UniqueConstraint(
                fields=["note", "instrument"], name="notes_instrument_once_per_note"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_instrument_display()} {self.score_tenths / 10:g}"


class SegmentFinding(ScopedModel):
    """What was found at one segment, as a chiropractor's examination names it."""

    note = models.ForeignKey("notes.Note", models.CASCADE, related_name="segment_findings")
    segment = models.CharField(max_length=4)
    side = models.CharField(max_length=5, choices=Side, blank=True)
    pain = models.BooleanField("pain or tenderness", default=False)
    asymmetry = models.BooleanField("asymmetry or misalignment", default=False)
    motion = models.BooleanField("abnormal range of motion", default=False)
    tissue = models.BooleanField("tissue or tone changes", default=False)
    listing = models.CharField(max_length=40, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["note", "segment", "side"], name="notes_segment_found_once_per_note"
            ),
            models.CheckConstraint(
                name="notes_segment_finding_says_something",
                condition=Q(pain=True) | Q(asymmetry=True) | Q(motion=True) | Q(tissue=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.segment} {self.side}".strip()


class BlockPurpose(ScopedModel):
    """Why a block needed skilled hands, and the goals it serves.

    By the block's public id: undoing and redoing a block keeps its purpose.
    """

    note = models.ForeignKey("notes.Note", models.CASCADE, related_name="purposes")
    block_id = models.UUIDField(default=uuid.uuid4)
    rationale = models.CharField(max_length=300, blank=True)
    goals = models.JSONField(default=list, help_text="Numbers of the goals.")

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["note", "block_id"], name="notes_block_purpose_once")
        ]

    def __str__(self) -> str:
        return f"Purpose of block {self.block_id}"


class Lymphedema(ScopedModel):
    """What manual lymphatic drainage needs in the chart, once per episode."""

    episode = models.OneToOneField("notes.EpisodeOfCare", models.PROTECT, related_name="lymphedema")
    diagnosed_by = models.CharField("physician who made the diagnosis", max_length=120, blank=True)
    cause = models.CharField(max_length=200, blank=True)
    earlier_care = models.CharField("earlier conservative care", max_length=200, blank=True)
    expected_result = models.CharField("expected result and duration", max_length=200, blank=True)
    teaching = models.CharField("teaching of patient or caregiver", max_length=200, blank=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="notes_lymphedema_says_something",
                condition=~Q(
                    diagnosed_by="", cause="", earlier_care="", expected_result="", teaching=""
                ),
            )
        ]

    def __str__(self) -> str:
        return f"Lymphedema facts of {self.episode}"
