"""Patients, payers, coverages."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from clinic.enums import Network, Sex
from clinic.models.practice import Address
from clinic.scope import ScopedModel


class Patient(ScopedModel, Address):
    record_number = models.CharField(max_length=20)
    first_name = models.CharField(max_length=60)
    last_name = models.CharField(max_length=60)
    born_on = models.DateField("date of birth")
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    email = models.EmailField("e-mail", blank=True)
    alert = models.CharField(
        max_length=120, blank=True, help_text="Shown in red on the chart: Anticoagulant, no thrust"
    )

    class Meta(ScopedModel.Meta):
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "record_number"], name="clinic_record_number_once_per_practice"
            )
        ]
        indexes = [models.Index(fields=["practice", "last_name", "first_name"])]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def age_on(self, day: date) -> int:
        """Completed years on that day."""
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (not had_birthday)


class Payer(ScopedModel, Address):
    """Who pays. Its rules are billing's PayerPolicy versions."""

    name = models.CharField(max_length=120)
    payer_id = models.CharField("electronic payer id", max_length=20, blank=True)
    active = models.BooleanField(default=True)

    class Meta(ScopedModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "name"], name="clinic_payer_name_once_per_practice"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Coverage(ScopedModel):
    """A patient's membership with a payer, in force on [starts_on, ends_on]."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="coverages")
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="coverages")
    member_id = models.CharField(max_length=40, blank=True)
    group_number = models.CharField(max_length=40, blank=True)
    network = models.CharField(max_length=4, choices=Network)
    rank = models.PositiveSmallIntegerField(default=1, help_text="1 = primary")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["rank", "pk"]
        constraints = [
            models.CheckConstraint(
                name="clinic_coverage_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer} {self.member_id}".strip()
