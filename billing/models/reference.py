"""Published tables: code pairs, unit limits, fees and codes, as dated editions.

They are the same for every practice of an installation, as CMS publishes them once for
everybody. So they carry no practice and use plain managers, not the scoped ones.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from billing.enums import CodeBasis, EditionKind, EditionStatus, Program, Setting, TherapyCode
from clinic.validators import validate_code


class EditEdition(models.Model):
    """One published table of one quarter. A draft counts for nothing until it is accepted."""

    kind = models.CharField(max_length=6, choices=EditionKind)
    program = models.CharField(max_length=8, choices=Program, default=Program.MEDICARE)
    setting = models.CharField(max_length=12, choices=Setting)
    label = models.CharField(max_length=20, help_text="Such as 2026Q3 or RVU26C.")
    version = models.CharField(max_length=20, help_text="The publisher's, such as v322r0.")
    starter = models.BooleanField(default=False, help_text="Shipped with Handline.")
    effective_from = models.DateField()
    source_name = models.CharField(max_length=200)
    rows_total = models.PositiveIntegerField()
    rows_kept = models.PositiveIntegerField()
    difference = models.JSONField(default=dict, help_text="Against the edition before.")
    status = models.CharField(max_length=6, choices=EditionStatus, default=EditionStatus.DRAFT)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    license_attested_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["kind", "setting", "-effective_from", "starter", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "program", "setting", "label", "version"],
                name="billing_edition_once",
            ),
            models.CheckConstraint(
                name="billing_edition_accepted_at_by_status_agree",
                condition=Q(status="draft", accepted_at=None, accepted_by=None)
                | Q(status="active", accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_edition_licensed_or_starter",
                condition=Q(starter=True, license_attested_at=None)
                | Q(starter=False, license_attested_at__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_edition_keeps_at_most_all",
                condition=Q(rows_kept__lte=F("rows_total")),
            ),
        ]

    def __str__(self) -> str:
        program = "Medicaid " if self.program == Program.MEDICAID else ""
        return f"{self.label} {program}{self.get_setting_display().lower()}"


class EditionPart(models.Model):
    """One file an edition was read from. The same bytes are never imported twice."""

    edition = models.ForeignKey(EditEdition, models.CASCADE, related_name="parts")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["sha256"], name="billing_edition_part_once")]

    def __str__(self) -> str:
        return self.name


class CodePairEdit(models.Model):
    """Two codes that are not both paid on one day, in force on [effective, deletion].

    Blank ``effective`` is unknown, blank ``deletion`` is still in force. Indicator 9 never
    was in force; it stays as the record of that.
    """

    edition = models.ForeignKey(EditEdition, models.CASCADE, related_name="pairs")
    column1 = models.CharField(max_length=5)
    column2 = models.CharField(max_length=5)
    effective = models.DateField(null=True)
    deletion = models.DateField(null=True)
    indicator = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["column1", "column2", "effective"]
        indexes = [models.Index(fields=["edition", "column2"], name="billing_pair_by_column2")]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "column1", "column2", "effective"],
                condition=~Q(indicator=9),
                name="billing_pair_once_per_start",
            ),
            models.CheckConstraint(
                name="billing_pair_indicator_known", condition=Q(indicator__in=(0, 1, 9))
            ),
            models.CheckConstraint(
                name="billing_pair_has_two_codes", condition=~Q(column1=F("column2"))
            ),
            models.CheckConstraint(
                name="billing_pair_ends_after_start",
                condition=Q(effective=None) | Q(deletion=None) | Q(deletion__gte=F("effective")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.column1}/{self.column2} {self.indicator}"


class UnitLimit(models.Model):
    """The most units of a code that a reviewer takes for likely on one day."""

    edition = models.ForeignKey(EditEdition, models.CASCADE, related_name="limits")
    code = models.CharField(max_length=5)
    value = models.PositiveSmallIntegerField()
    mai = models.PositiveSmallIntegerField(
        help_text="1 per line, 2 per day and absolute, 3 per day and open to appeal."
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="billing_limit_once"),
            models.CheckConstraint(name="billing_limit_mai_known", condition=Q(mai__in=(1, 2, 3))),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.value} (MAI {self.mai})"


class FeeReference(models.Model):
    """Medicare's relative values of one unit outside a facility. For display, never for units."""

    edition = models.ForeignKey(EditEdition, models.CASCADE, related_name="fees")
    code = models.CharField(max_length=5)
    status = models.CharField(max_length=1)
    work = models.DecimalField(max_digits=7, decimal_places=2)
    pe_nonfacility = models.DecimalField(max_digits=7, decimal_places=2)
    malpractice = models.DecimalField(max_digits=7, decimal_places=2)
    multiple_procedure = models.CharField(max_length=1)
    conversion_factor = models.DecimalField(max_digits=7, decimal_places=4)
    price_cents = models.PositiveIntegerField()

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="billing_rvu_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.price_cents}"


class ProcedureCode(models.Model):
    """A code that our users bill: what importers keep rows for, and what screens call it.

    The label is our own wording, never the AMA's. The engine counts by the shipped file that
    these rows are loaded from, so that an old bill derives again whatever a clinic adds here.
    """

    code = models.CharField(max_length=5, primary_key=True, validators=[validate_code])
    label = models.CharField(max_length=60)
    basis = models.CharField(max_length=7, choices=CodeBasis)
    therapy = models.CharField(max_length=9, choices=TherapyCode)
    family = models.CharField(max_length=12, blank=True)
    hands_on = models.BooleanField()
    bundled_by_medicare = models.BooleanField()
    valid_from = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"
