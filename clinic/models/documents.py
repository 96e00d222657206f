"""Immutable documents and their gapless numbers."""

from django.db import models

from clinic.enums import DocumentKind
from clinic.scope import ScopedModel


class DocumentCounter(ScopedModel):
    """The last number given out per kind of document; locked while a number is taken."""

    kind = models.CharField(max_length=12, choices=DocumentKind)
    last = models.PositiveIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["practice", "kind"], name="clinic_one_counter_per_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.last}"


class StoredDocument(ScopedModel):
    """Bytes as issued, with their SHA-256: never changed, never rendered again."""

    kind = models.CharField(max_length=12, choices=DocumentKind)
    number = models.CharField(max_length=24)
    version = models.PositiveSmallIntegerField(default=1)
    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="documents")
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    context = models.JSONField(help_text="Everything the document prints, as it was printed.")
    renderer = models.CharField(max_length=60)
    created_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "number", "version"],
                name="clinic_document_number_once",
            )
        ]
        indexes = [models.Index(fields=["sha256"])]

    def __str__(self) -> str:
        return f"{self.number} v{self.version}"
