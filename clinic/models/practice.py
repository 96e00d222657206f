"""The practice (billing entity) and its locations."""

from zoneinfo import ZoneInfo

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from clinic.enums import TaxIdKind
from clinic.scope import ScopedModel
from clinic.tax_ids import shown_tax_id
from clinic.validators import validate_npi


class Address(models.Model):
    street = models.CharField(max_length=100, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip_code = models.CharField("ZIP code", max_length=10, blank=True)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        abstract = True

    @property
    def one_line_address(self) -> str:
        town = " ".join(part for part in (self.state, self.zip_code) if part)
        return ", ".join(part for part in (self.street, self.city, town) if part)


class Practice(Address):
    """A billing entity: the owner of every business row."""

    name = models.CharField(max_length=120)
    npi = models.CharField("billing NPI", max_length=10, validators=[validate_npi])
    tax_id_kind = models.CharField(
        "taxed under", max_length=3, choices=TaxIdKind.choices, default=TaxIdKind.EIN
    )
    tax_id = models.CharField("tax id", max_length=11)
    timezone = models.CharField(max_length=40, default="America/New_York")
    therapists_see_all = models.BooleanField(
        default=False, help_text="Therapists open every chart of the practice, not only their own."
    )
    cosign_assistants = models.BooleanField(
        default=False,
        help_text="Every note that an assistant wrote is co-signed, whatever the payer asks.",
    )
    idle_minutes = models.PositiveSmallIntegerField(
        "minutes until the screen locks",
        default=15,
        help_text="From 5 to 30. Who comes back proves again who they are; drafts are kept.",
    )
    confirm_each_signature = models.BooleanField(
        "ask at every signature",
        default=False,
        help_text="Otherwise who proved it within 15 minutes signs without a password.",
    )
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clinic_practice_idle_minutes_5_to_30",
                condition=Q(idle_minutes__gte=5, idle_minutes__lte=30),
            ),
            models.CheckConstraint(
                name="clinic_practice_tax_id_as_long_as_its_kind",
                condition=Q(tax_id_kind=TaxIdKind.EIN) & Exact(Length("tax_id"), 10)
                | Q(tax_id_kind=TaxIdKind.SSN) & Exact(Length("tax_id"), 11),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tax_id_shown(self) -> str:
        """For screens and letters: an SSN by its last four digits."""
        return shown_tax_id(self.tax_id)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Location(ScopedModel, Address):
    """A place where the practice treats, with its place-of-service code."""

    name = models.CharField(max_length=80)
    place_of_service = models.CharField(
        max_length=2, default="11", validators=[RegexValidator(r"^\d{2}$", "Two digits, e.g. 11.")]
    )
    active = models.BooleanField(default=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "name"], name="clinic_location_name_once_per_practice"
            )
        ]

    def __str__(self) -> str:
        return self.name
