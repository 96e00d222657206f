"""One problem from start to discharge: diagnoses, order, plan of care, authorization."""

from django.db import models
from django.db.models import F, Q

from clinic.scope import ScopedModel
from clinic.validators import validate_icd10, validate_npi


class EpisodeOfCare(ScopedModel):
    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="episodes")
    clinician = models.ForeignKey("clinic.Clinician", models.PROTECT, related_name="episodes")
    coverage = models.ForeignKey(
        "clinic.Coverage", models.PROTECT, null=True, blank=True, related_name="episodes"
    )
    title = models.CharField(max_length=120)
    started_on = models.DateField()
    onset_on = models.DateField(null=True, blank=True)
    discharged_on = models.DateField(null=True, blank=True)
    maintenance = models.BooleanField(
        default=False, help_text="Maintenance care: no improvement is expected."
    )

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="notes_episode_discharge_after_start",
                condition=Q(discharged_on=None) | Q(discharged_on__gte=F("started_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class EpisodeDiagnosis(ScopedModel):
    """A diagnosis of the episode; its position is its pointer letter."""

    episode = models.ForeignKey(EpisodeOfCare, models.PROTECT, related_name="diagnoses")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=8, validators=[validate_icd10])
    title = models.CharField(max_length=255)

    class Meta(ScopedModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "position"], name="notes_diagnosis_position_once"
            ),
            models.UniqueConstraint(fields=["episode", "code"], name="notes_diagnosis_code_once"),
            models.CheckConstraint(
                name="notes_at_most_twelve_diagnoses",
                condition=Q(position__gte=1, position__lte=12),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pointer} {self.code}"

    @property
    def pointer(self) -> str:
        return chr(ord("A") + self.position - 1)


class Order(ScopedModel):
    """An order or referral, with the techniques and units it names."""

    episode = models.ForeignKey(EpisodeOfCare, models.PROTECT, related_name="orders")
    provider_name = models.CharField(max_length=120)
    provider_npi = models.CharField(max_length=10, blank=True, validators=[validate_npi])
    ordered_on = models.DateField()
    names_techniques = models.TextField(blank=True)
    units_per_visit = models.PositiveSmallIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.provider_name} {self.ordered_on}"


class PlanOfCare(ScopedModel):
    """Frequency, duration and goals, and the certification of them."""

    episode = models.ForeignKey(EpisodeOfCare, models.PROTECT, related_name="plans")
    starts_on = models.DateField()
    ends_on = models.DateField()
    frequency = models.CharField(max_length=60)
    goals = models.TextField(blank=True)
    planned_visits = models.PositiveSmallIntegerField(null=True, blank=True)
    sent_on = models.DateField(null=True, blank=True)
    certified_on = models.DateField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="notes_plan_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.ends_on}"


class Authorization(ScopedModel):
    """Visits or units a payer granted in advance."""

    episode = models.ForeignKey(EpisodeOfCare, models.PROTECT, related_name="authorizations")
    number = models.CharField(max_length=40)
    visits = models.PositiveSmallIntegerField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="notes_authorization_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.number
