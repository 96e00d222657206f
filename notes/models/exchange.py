"""Files brought in, and records taken out."""

import uuid

from django.db import models
from django.db.models import Q

from clinic.scope import ScopedModel
from notes.enums import BatchState, ImportKind


class ImportBatch(ScopedModel):
    """One file of another system: read, looked at, applied, and undone by its id."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=ImportKind)
    preset = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    encoding = models.CharField(max_length=12)
    columns = models.JSONField(help_text="Our field to the file's column.")
    date_order = models.CharField(max_length=3)
    state = models.CharField(max_length=8, choices=BatchState, default=BatchState.READ)
    counts = models.JSONField(default=dict)
    made = models.JSONField(default=dict, help_text="Model label to the keys of new rows.")
    read_at = models.DateTimeField()
    read_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-read_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="notes_batch_applied_at_by_state",
                condition=Q(state="read", applied_at=None)
                | (~Q(state="read") & Q(applied_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_kind_display()}"


class ExportJob(ScopedModel):
    """A record on its way out: how far the download is."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(
        "clinic.Patient", models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"Export {self.asked_at:%Y-%m-%d %H:%M}"
