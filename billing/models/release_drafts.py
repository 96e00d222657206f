"""A release of ICD-10-CM that was read and waits for somebody to accept it."""

from django.db import models

from clinic.scope import ScopedModel


class ReleaseDraft(ScopedModel):
    """The file as it was uploaded, so that accepting needs no second choosing.

    Codes have no draft state of their own: they count for every practice the moment they are
    stored. So the file waits here, for a day at most.
    """

    name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    effective = models.DateField(help_text="The day the release counts from.")
    report = models.JSONField(help_text="What it changes, line by line.")
    read_at = models.DateTimeField()
    read_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["-read_at", "-pk"]

    def __str__(self) -> str:
        return f"ICD-10-CM from {self.effective:%m/%d/%Y}"
