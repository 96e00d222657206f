"""What a payer is expected to pay, where the practice knows it. For display only."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from clinic.scope import ScopedModel
from clinic.validators import validate_code


class ExpectedRate(ScopedModel):
    """An amount for one code, or a share of Medicare's schedule for all, on [starts_on, ends_on].

    An empty code stands for every code that has no rate of its own.
    """

    payer = models.ForeignKey("clinic.Payer", models.PROTECT, related_name="expected_rates")
    code = models.CharField(max_length=5, blank=True, validators=[validate_code])
    amount_cents = models.PositiveIntegerField(null=True, blank=True)
    percent = models.DecimalField(
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(400)],
    )
    reduces = models.BooleanField(
        default=True, help_text="The multiple-procedure reduction applies."
    )
    source = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["payer", "code", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["payer", "code"],
                condition=Q(ends_on=None),
                name="billing_one_open_rate_per_code",
            ),
            models.CheckConstraint(
                name="billing_rate_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="billing_rate_is_amount_or_share",
                condition=Q(amount_cents=None, percent__isnull=False)
                | Q(amount_cents__isnull=False, percent=None) & ~Q(code=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer} {self.code or 'every code'}"
