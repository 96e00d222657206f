"""The frozen bill of a signed note."""

from django.db import models
from django.db.models import F, Q

from billing.desk_enums import BillKind, BillLayout
from clinic.scope import ScopedModel


class ChargeSet(ScopedModel):
    """Facts in, answer out, under which policy, edition and engine: derivable again at will."""

    note = models.OneToOneField("notes.Note", models.PROTECT, related_name="charge_set")
    policy = models.ForeignKey(
        "billing.PayerPolicy", models.PROTECT, null=True, related_name="charge_sets"
    )
    policy_label = models.CharField(max_length=160)
    engine_version = models.CharField(max_length=12)
    edition = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(help_text="The visit as the engine read it, policy included.")
    record_facts = models.JSONField(help_text="The chart's facts that the checks read.")
    answer = models.JSONField(help_text="The engine's answer.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what its version covers.")
    digest_version = models.PositiveSmallIntegerField(
        default=1, help_text="1: facts and answer; 2: what the chart says as well."
    )
    line_count = models.PositiveSmallIntegerField()
    total_cents = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Charges of {self.note}"


class ChargeLine(ScopedModel):
    """One line to be billed: code, modifiers, units, fee, reasons."""

    charge_set = models.ForeignKey(ChargeSet, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=5)
    modifiers = models.JSONField(default=list)
    units = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    pointers = models.CharField(max_length=4, blank=True)
    fee_cents = models.PositiveIntegerField(null=True)
    charge_cents = models.PositiveIntegerField()
    reasons = models.JSONField(default=list)

    class Meta(ScopedModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["charge_set", "position"], name="billing_line_position_once"
            ),
            models.CheckConstraint(name="billing_line_has_units", condition=Q(units__gte=1)),
            models.CheckConstraint(
                name="billing_line_charge_is_units_times_fee",
                condition=Q(fee_cents=None, charge_cents=0)
                | Q(charge_cents=F("units") * F("fee_cents")),
            ),
        ]

    def __str__(self) -> str:
        return "-".join([self.code, *self.modifiers]) + f" x{self.units}"


class Superbill(ScopedModel):
    """The statement handed to the patient: frozen, numbered, voided only by a later row."""

    charge_set = models.ForeignKey(ChargeSet, models.PROTECT, related_name="superbills")
    submit_key = models.UUIDField(unique=True)
    number = models.CharField(max_length=24)
    document = models.OneToOneField(
        "clinic.StoredDocument", models.PROTECT, related_name="superbill"
    )
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    kind = models.CharField(max_length=4, choices=BillKind, default=BillKind.BILL)
    layout = models.CharField(max_length=5, choices=BillLayout, default=BillLayout.PLAIN)
    reason = models.CharField(
        max_length=300, blank=True, help_text="Why it replaces or voids the earlier one."
    )
    exception = models.CharField(
        max_length=300, blank=True, help_text="Why it was issued in spite of the network."
    )
    total_cents = models.PositiveIntegerField()

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "number"], name="billing_superbill_number_once"
            ),
            models.UniqueConstraint(
                fields=["charge_set"],
                condition=Q(replaces=None),
                name="billing_one_first_superbill_per_charge_set",
            ),
            models.CheckConstraint(
                name="billing_superbill_void_names_bill_and_reason",
                condition=Q(kind="bill") | (Q(replaces__isnull=False) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_void(self) -> bool:
        """It says that an earlier one no longer counts, and bills nothing itself."""
        return self.kind == BillKind.VOID


class SuperbillVisit(ScopedModel):
    """One of the visits a superbill lists, in order of its dates of service."""

    superbill = models.ForeignKey(Superbill, models.PROTECT, related_name="visits")
    charge_set = models.ForeignKey(ChargeSet, models.PROTECT, related_name="billed")
    position = models.PositiveSmallIntegerField()

    class Meta(ScopedModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["superbill", "charge_set"], name="billing_superbill_lists_visit_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.superbill} {self.position}"
