"""The audit trail: who did or saw what, when."""

from django.db import models
from django.db.models import Q

from clinic.enums import DisclosurePurpose, Outcome
from clinic.scope import ScopedManager, ScopedModel, current_practice_id


class AuditEvent(models.Model):
    """One act or look. No foreign keys, so history neither blocks nor follows a delete.

    Rows are append-only: the database refuses updates and deletes (clinic.guards). Each
    practice has a chain of its own, numbered without gaps and sealed link by link
    (clinic.audit_chain); what belongs to no practice is in the installation's chain.
    """

    practice_id = models.BigIntegerField(null=True)
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)
    actor_role = models.CharField(max_length=10, blank=True)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    patient_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=6, choices=Outcome, default=Outcome.DONE)
    request_id = models.CharField(max_length=32, blank=True)
    ip = models.CharField("address", max_length=45, blank=True)
    agent = models.CharField("browser", max_length=16, blank=True)
    session = models.CharField(max_length=16, blank=True)
    detail = models.JSONField(default=dict)
    key_id = models.CharField(max_length=8, editable=False)
    prev_hash = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(max_length=64, editable=False)

    unscoped = models.Manager()
    objects = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "seq"], name="clinic_audit_numbered_per_practice"
            ),
            models.UniqueConstraint(
                fields=["seq"],
                condition=Q(practice_id=None),
                name="clinic_audit_numbered_in_the_installation",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="clinic_audit_outcome_known"
            ),
        ]
        indexes = [
            models.Index(fields=["practice_id", "-at"]),
            models.Index(fields=["practice_id", "patient_id", "-at"]),
            models.Index(fields=["practice_id", "actor_id", "-at"]),
            models.Index(fields=["practice_id", "action", "-at"]),
            models.Index(
                fields=["practice_id", "-at"],
                condition=~Q(outcome=Outcome.DONE),
                name="clinic_audit_not_done",
            ),
        ]
        base_manager_name = "unscoped"
        default_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"

    @property
    def details(self) -> list[tuple[str, object]]:
        """For templates: a detail may itself be called items, which a template would read."""
        return list(self.detail.items())

    def take_practice_from_scope(self) -> None:
        self.practice_id = self.practice_id or current_practice_id()


class Disclosure(ScopedModel):
    """Health information given to somebody outside: to whom, what, why. Kept as written."""

    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="disclosures")
    given_on = models.DateField()
    recipient = models.CharField(max_length=200)
    recipient_address = models.CharField(max_length=300, blank=True)
    what = models.CharField(max_length=300)
    purpose = models.CharField(max_length=20, choices=DisclosurePurpose)
    basis = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["-given_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.what} to {self.recipient}"


class AnomalyReview(ScopedModel):
    """Somebody looked into an anomaly of the audit trail and says what it was."""

    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    words = models.CharField(max_length=300, help_text="The anomaly as it was shown.")
    reason = models.CharField(max_length=300)
    reviewed_at = models.DateTimeField()
    reviewed_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["practice", "key"], name="clinic_anomaly_reviewed_once")
        ]

    def __str__(self) -> str:
        return self.key
