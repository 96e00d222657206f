"""Forms that were sent, so that the same form sent twice does its work once."""

from django.db import models

from clinic.scope import ScopedModel


class Submission(ScopedModel):
    """One rendered form, by the key that was hidden in it, and where its sender was led."""

    key = models.CharField(max_length=22)
    user = models.ForeignKey("clinic.User", models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the address and the fields.")
    at = models.DateTimeField(db_index=True)
    location = models.CharField(max_length=500, blank=True, help_text="Empty: still at work.")

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "key"], name="clinic_submission_key_once_per_practice"
            )
        ]

    def __str__(self) -> str:
        return self.key
