"""Money: payments as they came in, and a ledger of who owes what. Whole cents only."""

from django.db import models
from django.db.models import F, Q

from billing.desk_enums import EntryKind, Group, Method
from clinic.scope import ScopedModel


class Payment(ScopedModel):
    """Money that a patient gave, or got back. How it was used stands in the ledger."""

    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="payments")
    submit_key = models.UUIDField()
    method = models.CharField(max_length=8, choices=Method)
    amount_cents = models.IntegerField(help_text="Negative: a refund.")
    reference = models.CharField(max_length=60, blank=True)
    received_on = models.DateField()
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["received_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "submit_key"], name="billing_payment_key_once_per_practice"
            ),
            models.CheckConstraint(
                name="billing_payment_is_not_zero", condition=~Q(amount_cents=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.received_on}"


class LedgerEntry(ScopedModel):
    """One movement of money, never changed: a mistake is reversed by a later entry.

    ``patient_cents`` and ``payer_cents`` say by how much the entry changes what each of them
    owes. A contractual reduction lowers the payer's side only: the database itself refuses to
    let it touch the patient's. Without a charge set the entry is the patient's credit.
    """

    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="ledger")
    charge_set = models.ForeignKey(
        "billing.ChargeSet", models.PROTECT, null=True, blank=True, related_name="ledger"
    )
    act = models.UUIDField(help_text="Entries of one act carry the same id.")
    kind = models.CharField(max_length=8, choices=EntryKind)
    group = models.CharField(max_length=2, choices=Group, blank=True)
    carc = models.CharField("reason code", max_length=5, blank=True)
    patient_cents = models.IntegerField(default=0)
    payer_cents = models.IntegerField(default=0)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="entries"
    )
    remitted = models.ForeignKey(
        "billing.RemittedClaim", models.PROTECT, null=True, blank=True, related_name="entries"
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    reason = models.CharField(max_length=300, blank=True)
    happened_on = models.DateField()
    posted_at = models.DateTimeField()
    posted_by = models.ForeignKey("clinic.User", models.PROTECT, null=True, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["happened_on", "pk"]
        indexes = [
            models.Index(fields=["practice", "posted_at"]),
            models.Index(fields=["practice", "patient"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="billing_entry_moves_money",
                condition=~Q(patient_cents=0) | ~Q(payer_cents=0),
            ),
            models.CheckConstraint(
                name="billing_entry_only_pr_reaches_the_patient",
                condition=Q(group__in=["", "PR"]) | Q(patient_cents=0),
            ),
            models.CheckConstraint(
                name="billing_entry_pr_moves_from_payer_to_patient",
                condition=~Q(group="PR") | Q(patient_cents=-F("payer_cents")),
            ),
            models.CheckConstraint(
                name="billing_entry_credit_is_the_patients",
                condition=Q(charge_set__isnull=False) | Q(payer_cents=0),
            ),
            models.CheckConstraint(
                name="billing_entry_lowering_says_why",
                condition=~Q(kind__in=["discount", "writeoff", "reversal", "moved"])
                | ~Q(reason=""),
            ),
            models.UniqueConstraint(
                fields=["charge_set"],
                condition=Q(kind="charge"),
                name="billing_one_charge_per_charge_set",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_on}"
