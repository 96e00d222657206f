"""Goals numbered for life, the road of a certification, progress reports."""

from django.db import models
from django.db.models import Q

from clinic.scope import ScopedModel
from notes.enums import CertificationKind, GoalState, GoalTerm


class Goal(ScopedModel):
    """What is to be reached, measurably. Its number is its own for life and never given again."""

    episode = models.ForeignKey("notes.EpisodeOfCare", models.PROTECT, related_name="goal_rows")
    number = models.PositiveSmallIntegerField()
    term = models.CharField(max_length=5, choices=GoalTerm, default=GoalTerm.LONG)
    text = models.CharField(max_length=200, help_text="Put a dish on the upper shelf")
    measure = models.CharField(max_length=80, help_text="Shoulder flexion, left")
    baseline = models.CharField(max_length=40)
    target = models.CharField(max_length=40)
    due_on = models.DateField()
    opened_on = models.DateField()
    state = models.CharField(max_length=8, choices=GoalState, default=GoalState.OPEN)
    settled_on = models.DateField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["episode", "number"], name="notes_goal_number_once"),
            models.CheckConstraint(name="notes_goal_number_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="notes_goal_settled_on_by_state",
                condition=Q(state="open", settled_on=None)
                | (~Q(state="open") & Q(settled_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"


class CertificationEvent(ScopedModel):
    """One step of getting a plan certified; kept in order, never changed."""

    plan = models.ForeignKey("notes.PlanOfCare", models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=CertificationKind)
    on = models.DateField()
    provider_name = models.CharField(max_length=120, blank=True)
    how = models.CharField(max_length=40, blank=True, help_text="Fax, portal, mail")
    remark = models.CharField(max_length=200, blank=True)
    file = models.ForeignKey(
        "clinic.PatientFile", models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"


class ProgressReport(ScopedModel):
    """Progress on each goal and why to go on, signed by the clinician (not the assistant)."""

    episode = models.ForeignKey(
        "notes.EpisodeOfCare", models.PROTECT, related_name="progress_reports"
    )
    submit_key = models.UUIDField(unique=True)
    reported_on = models.DateField()
    treatment_days = models.PositiveSmallIntegerField()
    summary = models.TextField()
    continuing = models.TextField("why to go on")
    goals = models.JSONField(help_text="Each goal as it stood: number, now, state, remark.")
    author = models.ForeignKey("clinic.Clinician", models.PROTECT, related_name="+")
    signed_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    signer_name = models.CharField(max_length=150)
    credential = models.CharField(max_length=30)
    licence = models.CharField("license", max_length=40)
    attestation = models.CharField(max_length=300)
    method = models.CharField(max_length=20)
    signed_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    document = models.OneToOneField(
        "clinic.StoredDocument", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(ScopedModel.Meta):
        ordering = ["-reported_on", "-pk"]

    def __str__(self) -> str:
        return f"Progress report {self.reported_on}"
