"""What an admin keeps beside a payer's rules: test cases and exceptions for single episodes."""

from django.db import models
from django.db.models import F, Q

from clinic.scope import ScopedModel


class PolicyCase(ScopedModel):
    """A visit with the lines it must give: derived under every draft before it is published."""

    payer = models.ForeignKey("clinic.Payer", models.PROTECT, related_name="policy_cases")
    name = models.CharField(max_length=120)
    day = models.JSONField(help_text="The visit's facts as the engine reads them.")
    chart = models.JSONField(
        default=dict, help_text="What the chart says, as the checks read it; empty: not said."
    )
    expected = models.JSONField(help_text="Code, units and modifiers of each line.")
    expected_findings = models.JSONField(
        default=list, help_text="Level and rule of each finding, where the chart is said."
    )
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["payer", "name"],
                condition=Q(retired_at=None),
                name="billing_policy_case_name_once_per_payer",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PolicyOverride(ScopedModel):
    """Fields of a payer's policy that are otherwise for one episode, on [starts_on, ends_on]."""

    episode = models.ForeignKey(
        "notes.EpisodeOfCare", models.PROTECT, related_name="policy_overrides"
    )
    payer = models.ForeignKey("clinic.Payer", models.PROTECT, related_name="policy_overrides")
    fields = models.JSONField(help_text="Only the engine's policy fields that differ.")
    reason = models.CharField(max_length=300)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "payer"],
                condition=Q(ends_on=None),
                name="billing_one_open_override_per_episode",
            ),
            models.CheckConstraint(
                name="billing_override_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(name="billing_override_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.episode}: {', '.join(self.fields)}"
