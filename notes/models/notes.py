"""The record of a visit, its signature, its addenda."""

import uuid

from django.db import models
from django.db.models import Q

from clinic.scope import ScopedModel
from notes.enums import NoteStatus, SignatureMeaning


class Note(ScopedModel):
    """The record of one visit. Signing freezes it; from then on only addenda are written."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    visit = models.OneToOneField("notes.Visit", models.PROTECT, related_name="note")
    author = models.ForeignKey("clinic.Clinician", models.PROTECT, related_name="notes")
    status = models.CharField(max_length=10, choices=NoteStatus, default=NoteStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    number = models.CharField(max_length=24, blank=True)
    subjective = models.TextField(blank=True)
    objective = models.TextField(blank=True)
    assessment = models.TextField(blank=True)
    plan = models.TextField(blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        "clinic.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    record = models.JSONField(null=True, blank=True, help_text="The canonical signed content.")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the record.")
    document = models.ForeignKey(
        "clinic.StoredDocument", models.PROTECT, null=True, blank=True, related_name="+"
    )
    imported = models.BooleanField(
        default=False, help_text="History brought in from another system: no document of ours."
    )

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="notes_note_signed_at_by_status_agree",
                condition=Q(status="draft", signed_at=None, signed_by=None, digest="")
                | Q(
                    status="signed",
                    signed_at__isnull=False,
                    signed_by__isnull=False,
                )
                & ~Q(digest=""),
            ),
            models.CheckConstraint(
                name="notes_note_signed_has_document_or_is_imported",
                condition=Q(status="draft")
                | Q(imported=True)
                | Q(document__isnull=False, record__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["practice", "number"],
                condition=~Q(number=""),
                name="notes_note_number_once_per_practice",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"Draft for {self.visit}"

    @property
    def is_signed(self) -> bool:
        return self.status == NoteStatus.SIGNED


class Signature(ScopedModel):
    """Who agreed to which sentence, when, how they proved who they are."""

    note = models.ForeignKey(Note, models.PROTECT, related_name="signatures")
    signer = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    meaning = models.CharField(max_length=10, choices=SignatureMeaning)
    name = models.CharField(max_length=150)
    credential = models.CharField(max_length=30)
    licence = models.CharField(max_length=40)
    attestation = models.CharField(max_length=300)
    method = models.CharField(max_length=20)
    proved_at = models.DateTimeField(null=True, help_text="When the signer proved who they are.")
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta(ScopedModel.Meta):
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["note"],
                condition=Q(meaning="author"),
                name="notes_one_author_signature_per_note",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.credential}"


class Addendum(ScopedModel):
    """A signed later addition; the original stays as it is."""

    note = models.ForeignKey(Note, models.PROTECT, related_name="addenda")
    submit_key = models.UUIDField(unique=True)
    text = models.TextField()
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="addendum")

    class Meta(ScopedModel.Meta):
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Addendum to {self.note}"
