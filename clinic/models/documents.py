"""Immutable documents, their gapless numbers, and the registry that proves them."""

import uuid

from django.db import models

from clinic.enums import DocumentKind
from clinic.object_store import StoredBytes
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
    """Bytes as issued, with their SHA-256: never changed, never rendered again.

    The rows are the registry of issued files: append-only, and asked by SHA-256 or by the
    random id in the QR code.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=DocumentKind)
    number = models.CharField(max_length=24)
    version = models.PositiveSmallIntegerField(default=1)
    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="documents")
    content = StoredBytes()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    context = models.JSONField(help_text="Everything the document prints, as it was printed.")
    renderer = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    signer = models.CharField(max_length=200, blank=True, help_text="As the signature names them.")
    certificate_serial = models.CharField(max_length=64, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )

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


class DocumentWithdrawal(ScopedModel):
    """The practice no longer stands by an issued document; the bytes stay, and verify as such."""

    document = models.OneToOneField(StoredDocument, models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=300)
    withdrawn_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"Withdrawal of {self.document}"
