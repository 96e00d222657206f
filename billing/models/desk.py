"""Where each signed visit stands at the desk, and what people said about it."""

from django.db import models
from django.db.models import Q

from billing.desk_enums import DeskState, ExceptionKind, Route
from clinic.scope import ScopedModel


class DeskItem(ScopedModel):
    """One signed visit in the queue: a summary for filters and counts.

    Everything in it follows from the charge set, the ledger, the superbills and the claims; it
    can be made anew at any time (`billing.services.desk_refresh`).
    """

    charge_set = models.OneToOneField("billing.ChargeSet", models.PROTECT, related_name="desk")
    visit = models.OneToOneField("notes.Visit", models.PROTECT, related_name="desk")
    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="desk_items")
    clinician = models.ForeignKey("clinic.Clinician", models.PROTECT, related_name="+")
    payer = models.ForeignKey("clinic.Payer", models.PROTECT, null=True, related_name="+")
    served_on = models.DateField()
    starts_at = models.DateTimeField()
    route = models.CharField(max_length=10, choices=Route)
    state = models.CharField(max_length=10, choices=DeskState)
    reason = models.CharField(max_length=400, blank=True)
    codes = models.JSONField(default=list, help_text="Code, modifiers and units of each line.")
    distinct = models.BooleanField(default=False, help_text="A line says it is distinct (59, X).")
    words = models.CharField(max_length=400, help_text="What the search reads, in lower case.")
    total_cents = models.IntegerField()
    patient_cents = models.IntegerField(help_text="What the patient owes for it.")
    payer_cents = models.IntegerField(help_text="What the payer owes for it.")
    printed_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        indexes = [
            models.Index(fields=["practice", "state", "-served_on", "-starts_at"]),
            models.Index(fields=["practice", "-served_on", "-starts_at"]),
            models.Index(fields=["practice", "patient", "-served_on"]),
            # The counts and sums of the tiles are read from this index alone.
            models.Index(fields=["practice", "state", "distinct", "total_cents"]),
        ]

    def __str__(self) -> str:
        return f"{self.visit}: {self.get_state_display()}"


class DeskReturn(ScopedModel):
    """The desk asked the therapist something; the bill waits for the answer."""

    charge_set = models.ForeignKey("billing.ChargeSet", models.PROTECT, related_name="returns")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    answer = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        "clinic.User", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(ScopedModel.Meta):
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["charge_set"],
                condition=Q(answered_at=None),
                name="billing_one_open_return_per_charge_set",
            ),
            models.CheckConstraint(name="billing_return_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.reason


class MedicareException(ScopedModel):
    """Why a Medicare patient may be billed for a covered service, on [signed_on, ends_on]."""

    coverage = models.ForeignKey(
        "clinic.Coverage", models.PROTECT, related_name="medicare_exceptions"
    )
    kind = models.CharField(max_length=8, choices=ExceptionKind)
    signed_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    kept_at = models.CharField(max_length=200, help_text="Where the signed paper is kept.")
    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="billing_medicare_exception_names_its_paper", condition=~Q(kept_at="")
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class PrintEvent(ScopedModel):
    """A document went to paper: the first time, or again."""

    superbill = models.ForeignKey("billing.Superbill", models.PROTECT, related_name="prints")
    job = models.ForeignKey(
        "billing.DeskJob", models.PROTECT, null=True, blank=True, related_name="prints"
    )
    is_reprint = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.superbill} {'reprinted' if self.is_reprint else 'printed'}"
