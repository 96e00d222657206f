"""What a payer wants, as dated versions, and what the practice charges."""

from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format

from billing.enums import PolicyStatus
from clinic.scope import ScopedModel
from clinic.validators import validate_code


class PayerPolicy(ScopedModel):
    """One payer's billing rules, in force on [starts_on, ends_on].

    A draft is changed by compare-and-set on its revision. Once published it is never edited:
    the next version replaces it.
    """

    payer = models.ForeignKey("clinic.Payer", models.PROTECT, related_name="policies")
    version = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=PolicyStatus, default=PolicyStatus.DRAFT)
    preset = models.CharField(max_length=40, help_text="The shipped preset it started from.")
    fields = models.JSONField(help_text="The engine's policy fields.")
    facts = models.JSONField(
        default=dict, help_text="By field: source, link, checked_on, confidence."
    )
    revision = models.PositiveIntegerField(default=1)
    why = models.CharField(max_length=300, blank=True)
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers"
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)
    checked_on = models.DateField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        "clinic.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    backdating_reason = models.CharField(max_length=300, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.ForeignKey(
        "clinic.User", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(ScopedModel.Meta):
        ordering = ["payer", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["payer"],
                condition=Q(ends_on=None, status="published"),
                name="billing_one_open_policy_per_payer",
            ),
            models.UniqueConstraint(
                fields=["payer", "version"], name="billing_policy_version_once_per_payer"
            ),
            models.UniqueConstraint(
                fields=["payer"],
                condition=Q(status="draft"),
                name="billing_one_draft_policy_per_payer",
            ),
            models.CheckConstraint(
                name="billing_policy_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="billing_policy_published_at_by_status_agree",
                condition=Q(status="draft", published_at=None)
                | Q(status="published", published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        since = date_format(self.starts_on, "M j, Y")
        return f"{self.payer} v{self.version} (from {since})"

    @property
    def is_draft(self) -> bool:
        return self.status == PolicyStatus.DRAFT

    @property
    def name(self) -> str:
        return f"Draft v{self.version}" if self.is_draft else f"v{self.version}"


class Fee(ScopedModel):
    """What the practice charges for one unit of a code, in force on [starts_on, ends_on]."""

    code = models.CharField(max_length=5, validators=[validate_code])
    amount_cents = models.PositiveIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["code", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "code"],
                condition=Q(ends_on=None),
                name="billing_one_open_fee_per_code",
            ),
            models.CheckConstraint(
                name="billing_fee_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.amount_cents}"
