"""The history of every setting: who, what, when, from, to, why."""

from django.db import models

from billing.enums import SettingArea
from clinic.scope import ScopedModel


class SettingChange(ScopedModel):
    """One setting that changed, in the words of that day. Append-only."""

    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", models.PROTECT, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    area = models.CharField(max_length=10, choices=SettingArea)
    payer = models.ForeignKey(
        "clinic.Payer", models.PROTECT, null=True, blank=True, related_name="setting_changes"
    )
    subject = models.CharField(max_length=160, help_text="Such as: Medicare Part B, draft v4.")
    setting = models.CharField(max_length=160)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["practice", "-at"]),
            models.Index(fields=["payer", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.setting}"
