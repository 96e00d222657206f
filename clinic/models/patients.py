"""Patients, payers, coverages."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from clinic.enums import Network, Relationship, Sex
from clinic.folding import digits_of, words_of
from clinic.models.patient_search import PatientToken, token_row
from clinic.models.practice import Address
from clinic.scope import ScopedModel


class Patient(ScopedModel, Address):
    record_number = models.CharField(max_length=20)
    first_name = models.CharField(max_length=60)
    last_name = models.CharField(max_length=60)
    born_on = models.DateField("date of birth")
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    email = models.EmailField("e-mail", blank=True)
    preferred_name = models.CharField(max_length=60, blank=True)
    other_phone = models.CharField(max_length=20, blank=True)
    source_id = models.CharField(
        max_length=80, blank=True, help_text="The person's id in the system they came from"
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_records"
    )
    alert = models.CharField(
        max_length=120, blank=True, help_text="Shown in red on the chart: Anticoagulant, no thrust"
    )

    class Meta(ScopedModel.Meta):
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "record_number"], name="clinic_record_number_once_per_practice"
            ),
            models.CheckConstraint(
                name="clinic_patient_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "last_name", "first_name"]),
            models.Index(fields=["practice", "born_on"]),
            models.Index(fields=["practice", "source_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def save(self, *args, **kwargs):
        """Keep the words of the search in step, whoever writes the row."""
        super().save(*args, **kwargs)
        wanted = self.search_words()
        known = set(self.tokens.values_list("token", flat=True))
        if gone := known - wanted:
            self.tokens.filter(token__in=gone).delete()
        PatientToken.objects.bulk_create(token_row(self, word) for word in wanted - known)

    def search_words(self) -> set[str]:
        names = (self.first_name, self.last_name, self.preferred_name, self.record_number)
        return words_of(*names) | digits_of(self.phone, self.other_phone)

    def age_on(self, day: date) -> int:
        """Completed years on that day."""
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (not had_birthday)


class Payer(ScopedModel, Address):
    """Who pays. Its rules are billing's PayerPolicy versions."""

    name = models.CharField(max_length=120)
    payer_id = models.CharField("electronic payer id", max_length=20, blank=True)
    active = models.BooleanField(default=True)
    wants_cosign = models.BooleanField(
        "wants a co-signature",
        default=False,
        help_text="Notes that an assistant wrote are co-signed by the supervising therapist.",
    )

    wants_authorization = models.BooleanField(
        default=False, help_text="Visits are authorized in advance."
    )
    wants_order = models.BooleanField(
        "wants an order", default=False, help_text="A signed order or referral is on file."
    )
    order_names_technique = models.BooleanField(
        default=False, help_text="The order names each technique that is billed."
    )

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
    plan_name = models.CharField(max_length=80, blank=True)
    relationship = models.CharField(
        "patient is the holder's", max_length=6, choices=Relationship, default=Relationship.SELF
    )
    holder_first_name = models.CharField(max_length=60, blank=True)
    holder_last_name = models.CharField(max_length=60, blank=True)
    holder_born_on = models.DateField("holder's date of birth", null=True, blank=True)
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
            models.CheckConstraint(
                name="clinic_coverage_of_another_names_the_holder",
                condition=Q(relationship="self") | ~Q(holder_last_name=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer} {self.member_id}".strip()
