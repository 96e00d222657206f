"""Co-signatures asked for, supervision, remarks of supervisors, answers to alerts."""

from django.db import models
from django.db.models import Q

from clinic.scope import ScopedModel
from notes.enums import Supervision as SupervisionKind


class CosignRequest(ScopedModel):
    """A signed note that waits for the supervising therapist's signature."""

    note = models.OneToOneField("notes.Note", models.PROTECT, related_name="cosign_request")
    supervisor = models.ForeignKey("clinic.Clinician", models.PROTECT, related_name="+")
    because = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    signature = models.OneToOneField(
        "notes.Signature", models.PROTECT, null=True, blank=True, related_name="cosign_request"
    )

    class Meta(ScopedModel.Meta):
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(name="notes_cosign_request_says_why", condition=~Q(because=""))
        ]

    def __str__(self) -> str:
        return f"Co-signature of {self.note}"


class SupervisionFact(ScopedModel):
    """How the supervising therapist was at hand while an assistant treated."""

    note = models.OneToOneField("notes.Note", models.CASCADE, related_name="supervision")
    kind = models.CharField(max_length=8, choices=SupervisionKind)
    remark = models.CharField(max_length=200, blank=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(name="notes_supervision_kind_known", condition=~Q(kind=""))
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class ReviewRemark(ScopedModel):
    """What a supervisor says about a signed note; may ask for an addendum."""

    note = models.ForeignKey("notes.Note", models.PROTECT, related_name="review_remarks")
    by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()
    text = models.CharField(max_length=500)
    asks_addendum = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True, blank=True)
    addendum = models.ForeignKey(
        "notes.Addendum", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(ScopedModel.Meta):
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(name="notes_remark_not_empty", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"Remark on {self.note}"


class AlertAnswer(ScopedModel):
    """Why a technique was given although an alert of the patient speaks against it."""

    note = models.ForeignKey("notes.Note", models.CASCADE, related_name="alert_answers")
    alert = models.ForeignKey("clinic.PatientAlert", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["note", "alert"], name="notes_alert_answered_once_per_note"
            ),
            models.CheckConstraint(
                name="notes_alert_answer_gives_a_reason", condition=~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"Answer to {self.alert}"
