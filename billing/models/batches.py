"""Work for the worker: rows that survive a restart, and the files they make."""

from django.db import models
from django.db.models import Q

from billing.desk_enums import JobKind, JobState
from clinic.scope import ScopedModel


class DeskJob(ScopedModel):
    """A batch: what to do, how far it is, what failed. Its rows are safe to do twice."""

    public_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=10, choices=JobKind)
    state = models.CharField(max_length=8, choices=JobState, default=JobState.QUEUED)
    items = models.JSONField(help_text="What to work off, in order.")
    failures = models.JSONField(default=list, help_text="Rows that failed: which, and why.")
    done = models.PositiveIntegerField(default=0)
    words = models.CharField(max_length=400, blank=True)
    cancel_asked = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    beat_at = models.DateTimeField(null=True, blank=True, help_text="The worker's last sign.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-asked_at"]
        indexes = [
            models.Index(
                fields=["state", "asked_at"],
                condition=Q(state__in=["queued", "running"]),
                name="billing_jobs_to_do",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.public_id}"

    @property
    def total(self) -> int:
        return len(self.items)

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED, JobState.CANCELED)


class JobFile(ScopedModel):
    """What a job made."""

    job = models.ForeignKey(DeskJob, models.PROTECT, related_name="files")
    name = models.CharField(max_length=80)
    content_type = models.CharField(max_length=40)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta(ScopedModel.Meta):
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["job", "name"], name="billing_job_file_name_once")
        ]

    def __str__(self) -> str:
        return self.name
