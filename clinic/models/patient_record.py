"""What belongs to a patient's front page: contacts, alerts, files, consents, merges."""

import uuid

from django.db import models
from django.db.models import F, Q

from clinic.enums import AlertKind, ConsentKind, ContactKind, FileKind
from clinic.object_store import StoredBytes
from clinic.scope import ScopedModel


class PatientContact(ScopedModel):
    """Somebody to call about the patient."""

    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=10, choices=ContactKind, default=ContactKind.EMERGENCY)
    name = models.CharField(max_length=120)
    relationship = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=20, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["kind", "pk"]

    def __str__(self) -> str:
        return self.name


class PatientAlert(ScopedModel):
    """A danger that everybody who treats must see; ended, never deleted."""

    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=14, choices=AlertKind)
    text = models.CharField(max_length=80, blank=True)
    no_thrust = models.BooleanField("no thrust techniques", default=False)
    since = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    ended_because = models.CharField(max_length=120, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(
                name="clinic_alert_ends_after_start",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("since")),
            )
        ]

    def __str__(self) -> str:
        words = self.text or self.get_kind_display()
        said = "no thrust" in words.lower()
        return f"{words}, no thrust" if self.no_thrust and not said else words


class PatientFile(ScopedModel):
    """An uploaded scan: checked by its content, kept as it came, never shown inline."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="files")
    kind = models.CharField(max_length=8, choices=FileKind)
    title = models.CharField(max_length=120)
    original_name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    content = StoredBytes()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_because = models.CharField(max_length=200, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="clinic_file_struck_with_reason",
                condition=Q(struck_at=None, struck_because="")
                | (Q(struck_at__isnull=False) & ~Q(struck_because="")),
            )
        ]

    def __str__(self) -> str:
        return self.title


class Consent(ScopedModel):
    """What the patient agreed to, when, and who signed for them."""

    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=10, choices=ConsentKind)
    given_on = models.DateField()
    signed_by = models.CharField(max_length=120)
    file = models.ForeignKey(
        PatientFile, models.PROTECT, null=True, blank=True, related_name="consents"
    )
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["kind", "-given_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="clinic_consent_withdrawn_after_given",
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("given_on")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.given_on}"


class PatientMerge(ScopedModel):
    """Two records of one person put together: which rows moved, so that it can be undone."""

    kept = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="merges")
    merged = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="+")
    moved = models.JSONField(help_text="Model label to the keys of the rows that moved.")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"],
                condition=Q(undone_at=None),
                name="clinic_one_merge_in_force_per_record",
            )
        ]

    def __str__(self) -> str:
        return f"{self.merged} into {self.kept}"
