"""What charting needs besides the record itself: operations done, the running block, reuse."""

import secrets
import uuid

from django.db import models
from django.db.models import F, Q

from clinic.scope import ScopedModel


class Operation(ScopedModel):
    """One edit that was applied, under the key its sender gave it: sent again, it is not redone."""

    key = models.UUIDField()
    note = models.ForeignKey("notes.Note", models.CASCADE, related_name="operations")
    user = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    target = models.UUIDField(null=True, blank=True)
    result = models.JSONField(help_text="What the sender was told, to be told again.")
    at = models.DateTimeField(db_index=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "key"], name="notes_operation_key_once_per_practice"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class LiveChart(ScopedModel):
    """The clock of a draft: what is running or paused, and what was planned for today."""

    note = models.OneToOneField("notes.Note", models.CASCADE, related_name="live")
    block_id = models.UUIDField(default=uuid.uuid4, help_text="The public id the block will have")
    entry = models.JSONField(default=dict, help_text="Technique, regions and details so far")
    started_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    planned = models.JSONField(default=list, help_text="Entries without any time, in order")

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="notes_live_runs_or_is_paused",
                condition=Q(started_at=None) | Q(paused_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"Clock of {self.note}"

    @property
    def is_running(self) -> bool:
        return self.started_at is not None

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None


class BlockTemplate(ScopedModel):
    """A named list of blocks without minutes; of one therapist, or of the practice."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinician = models.ForeignKey(
        "clinic.Clinician", models.CASCADE, null=True, blank=True, related_name="block_templates"
    )
    name = models.CharField(max_length=60)
    entries = models.JSONField()

    class Meta(ScopedModel.Meta):
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(name="notes_template_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class Snippet(ScopedModel):
    """A sentence used often, for one section of the note or for a block's response."""

    clinician = models.ForeignKey(
        "clinic.Clinician", models.CASCADE, null=True, blank=True, related_name="snippets"
    )
    section = models.CharField(max_length=12)
    label = models.CharField(max_length=40)
    text = models.CharField(max_length=500)

    class Meta(ScopedModel.Meta):
        ordering = [F("clinician").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "clinician", "section", "label"],
                name="notes_snippet_label_once_per_section",
            )
        ]

    def __str__(self) -> str:
        return self.label


def new_secret() -> bytes:
    return secrets.token_bytes(32)


class DeviceSecret(ScopedModel):
    """What the key of a person's unsent edits is derived from; a secret of its own.

    Not the installation's SECRET_KEY: renewing that must not orphan edits on a tablet.
    """

    user = models.OneToOneField("clinic.User", models.CASCADE, related_name="device_secret")
    secret = models.BinaryField(default=new_secret, editable=False)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(name="notes_device_secret_not_empty", condition=~Q(secret=b"")),
        ]

    def __str__(self) -> str:
        return f"Device secret of {self.user}"
