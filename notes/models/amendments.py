"""A patient asks to have the record amended (45 CFR 164.526): asked, answered, told."""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from clinic.scope import ScopedModel
from notes.enums import AmendmentDecision, DenialGround

TIME_TO_ANSWER = timedelta(days=60)
EXTENSION = timedelta(days=30)


class AmendmentRequest(ScopedModel):
    """The request, its answer, and what the patient says to a denial: kept, part of the record."""

    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="amendment_requests")
    note = models.ForeignKey(
        "notes.Note", models.PROTECT, null=True, blank=True, related_name="amendment_requests"
    )
    clinician = models.ForeignKey("clinic.Clinician", models.PROTECT, related_name="+")
    received_on = models.DateField()
    asked_by = models.CharField(max_length=120)
    text = models.TextField("what is to be amended")
    why = models.TextField("the patient's reason", blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    extended_on = models.DateField(null=True, blank=True)
    extended_because = models.CharField(max_length=300, blank=True)
    decision = models.CharField(max_length=8, choices=AmendmentDecision, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "clinic.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    ground = models.CharField(max_length=12, choices=DenialGround, blank=True)
    explanation = models.TextField(blank=True)
    addendum = models.ForeignKey(
        "notes.Addendum", models.PROTECT, null=True, blank=True, related_name="amendment_requests"
    )
    informed = models.CharField(max_length=300, blank=True)
    told_on = models.DateField(null=True, blank=True)
    document = models.ForeignKey(
        "clinic.StoredDocument", models.PROTECT, null=True, blank=True, related_name="+"
    )
    statement = models.TextField(blank=True)
    statement_on = models.DateField(null=True, blank=True)
    rebuttal = models.TextField(blank=True)
    rebuttal_on = models.DateField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="notes_amendment_decided_in_words",
                condition=Q(decision="", decided_on=None, decided_by=None, explanation="")
                | Q(
                    decision__in=AmendmentDecision.values,
                    decided_on__isnull=False,
                    decided_by__isnull=False,
                )
                & ~Q(explanation=""),
            ),
            models.CheckConstraint(
                name="notes_amendment_denied_on_a_ground",
                condition=Q(decision="denied") & ~Q(ground="")
                | ~Q(decision="denied") & Q(ground="", statement="", rebuttal=""),
            ),
            models.CheckConstraint(
                name="notes_amendment_of_a_note_is_an_addendum",
                condition=~Q(decision="accepted") | Q(note=None) | Q(addendum__isnull=False),
            ),
            models.CheckConstraint(
                name="notes_amendment_extended_with_a_reason",
                condition=Q(extended_on=None, extended_because="")
                | Q(extended_on__isnull=False) & ~Q(extended_because=""),
            ),
            models.CheckConstraint(
                name="notes_amendment_days_in_order",
                condition=(Q(decided_on=None) | Q(decided_on__gte=F("received_on")))
                & (Q(told_on=None) | Q(told_on__gte=F("decided_on"))),
            ),
        ]

    def __str__(self) -> str:
        return f"Request of {self.received_on:%m/%d/%Y}"

    @property
    def due_on(self) -> date:
        """Sixty days after it came; once, with a reason in writing, thirty more."""
        return self.received_on + TIME_TO_ANSWER + (EXTENSION if self.extended_on else timedelta())

    @property
    def is_open(self) -> bool:
        """Until the patient is told: a decision that nobody was told of answers nothing."""
        return self.told_on is None
