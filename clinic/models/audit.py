"""The audit trail: who did or saw what, when."""

from django.db import models

from clinic.scope import ScopedManager, current_practice_id


class AuditEvent(models.Model):
    """One act or look. No foreign keys, so history neither blocks nor follows a delete.

    Rows are append-only: the database refuses updates and deletes (clinic.guards).
    """

    practice_id = models.BigIntegerField(null=True, db_index=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    patient_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=32, blank=True)
    detail = models.JSONField(default=dict)

    unscoped = models.Manager()
    objects = ScopedManager()

    class Meta:
        indexes = [
            models.Index(fields=["practice_id", "-at"]),
            models.Index(fields=["practice_id", "patient_id", "-at"]),
        ]
        base_manager_name = "unscoped"
        default_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"

    def take_practice_from_scope(self) -> None:
        self.practice_id = self.practice_id or current_practice_id()
