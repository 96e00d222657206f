"""One problem from start to discharge: diagnoses, order, plan of care, authorization."""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from clinic.scope import ScopedModel
from clinic.validators import validate_icd10, validate_npi
from notes.enums import Accident, DischargeReason, Notice

LONGEST_CERTIFICATION = timedelta(days=89)  # 90 calendar days, both ends counted


class EpisodeOfCare(ScopedModel):
    patient = models.ForeignKey("clinic.Patient", models.PROTECT, related_name="episodes")
    clinician = models.ForeignKey("clinic.Clinician", models.PROTECT, related_name="episodes")
    coverage = models.ForeignKey(
        "clinic.Coverage", models.PROTECT, null=True, blank=True, related_name="episodes"
    )
    title = models.CharField(max_length=120)
    started_on = models.DateField()
    onset_on = models.DateField(null=True, blank=True)
    mechanism = models.CharField("how it began", max_length=300, blank=True)
    accident = models.CharField(max_length=5, choices=Accident, default=Accident.NONE)
    accident_on = models.DateField("date of the accident", null=True, blank=True)
    accident_state = models.CharField("state of the accident", max_length=2, blank=True)
    discharged_on = models.DateField(null=True, blank=True)
    discharge_reason = models.CharField(max_length=12, choices=DischargeReason, blank=True)
    discharge_summary = models.TextField(blank=True)
    maintenance = models.BooleanField(
        default=False, help_text="Maintenance care: no improvement is expected."
    )
    notice = models.CharField(
        "advance notice (ABN)",
        max_length=9,
        choices=Notice,
        blank=True,
        help_text="Medicare: whether the patient signed that this care may not be paid.",
    )

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="notes_episode_discharge_after_start",
                condition=Q(discharged_on=None) | Q(discharged_on__gte=F("started_on")),
            ),
            models.CheckConstraint(
                name="notes_episode_auto_accident_names_its_state",
                condition=~Q(accident="auto") | ~Q(accident_state=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.discharged_on is None


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
    signed_on = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    names_techniques = models.TextField(blank=True)
    techniques = models.JSONField(
        default=list, blank=True, help_text="Keys of the techniques that it names"
    )
    units_per_visit = models.PositiveSmallIntegerField(null=True, blank=True)
    visits = models.PositiveSmallIntegerField(null=True, blank=True)
    file = models.ForeignKey(
        "clinic.PatientFile", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(ScopedModel.Meta):
        ordering = ["-ordered_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="notes_order_ends_after_it_was_given",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("ordered_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_name} {self.ordered_on}"


class PlanOfCare(ScopedModel):
    """Frequency, duration and goals, and the certification of them.

    ``sent_on`` and ``certified_on`` repeat the newest certification event of each kind.
    """

    episode = models.ForeignKey(EpisodeOfCare, models.PROTECT, related_name="plans")
    starts_on = models.DateField()
    ends_on = models.DateField()
    frequency = models.CharField(max_length=60)
    amount = models.CharField(
        max_length=60, blank=True, help_text="Length of one session: 45 minutes"
    )
    interventions = models.CharField("type of treatment", max_length=300, blank=True)
    goals = models.TextField(blank=True)
    planned_visits = models.PositiveSmallIntegerField(null=True, blank=True)
    sent_on = models.DateField(null=True, blank=True)
    certified_on = models.DateField(null=True, blank=True)
    document = models.OneToOneField(
        "clinic.StoredDocument", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(ScopedModel.Meta):
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="notes_plan_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.ends_on}"

    @property
    def certified_to(self) -> date:
        """A certification lasts as long as the plan, and at most 90 calendar days."""
        return min(self.ends_on, self.starts_on + LONGEST_CERTIFICATION)


class Authorization(ScopedModel):
    """Visits or units a payer granted in advance."""

    episode = models.ForeignKey(EpisodeOfCare, models.PROTECT, related_name="authorizations")
    number = models.CharField(max_length=40)
    visits = models.PositiveSmallIntegerField(null=True, blank=True)
    units = models.PositiveSmallIntegerField(null=True, blank=True)
    units_per_visit = models.PositiveSmallIntegerField(null=True, blank=True)
    codes = models.CharField(
        max_length=120, blank=True, help_text="Codes it is limited to, with commas between them"
    )
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta(ScopedModel.Meta):
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="notes_authorization_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.number
