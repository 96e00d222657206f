"""Who is signed in where, who was invited, and whose second factor is to be taken away."""

import uuid

from django.db import models
from django.db.models import F, Q

from clinic.enums import Role
from clinic.scope import ScopedModel


class SignIn(models.Model):
    """One person on one device, from signing in to the end.

    The browser's session names it by ``key``, which stays when the session's own id changes.
    What is over is marked, not deleted: the next request finds the mark and ends the session.
    """

    user = models.ForeignKey("clinic.User", models.PROTECT, related_name="sign_ins")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=20, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    device = models.CharField(max_length=80)
    device_digest = models.CharField(max_length=64, help_text="SHA-256 of the device's cookie.")

    class Meta:
        ordering = ["-seen_at", "-pk"]
        indexes = [models.Index(fields=["user", "ended_at"], name="clinic_signin_of_user")]
        constraints = [
            models.CheckConstraint(
                name="clinic_signin_ended_with_reason",
                condition=Q(ended_at=None, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device}, {self.started_at:%Y-%m-%d %H:%M}"


class Invitation(ScopedModel):
    """A way in for one person, once, until it expires. Only the digest of its secret is kept."""

    email = models.EmailField("e-mail")
    first_name = models.CharField(max_length=60)
    last_name = models.CharField(max_length=60)
    role = models.CharField(max_length=10, choices=Role)
    clinician = models.ForeignKey(
        "clinic.Clinician", models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey("clinic.User", models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.OneToOneField(
        "clinic.User", models.PROTECT, null=True, blank=True, related_name="invitation"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="clinic_invitation_accepted_or_withdrawn",
                condition=Q(accepted_by=None) | Q(withdrawn_at=None),
            ),
            models.UniqueConstraint(
                fields=["practice", "email"],
                condition=Q(accepted_by=None, withdrawn_at=None),
                name="clinic_invitation_open_once_per_address",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class FactorReset(ScopedModel):
    """Taking a colleague's second factor away: one asks, another one does it."""

    user = models.ForeignKey("clinic.User", models.PROTECT, related_name="factor_resets")
    because = models.CharField(max_length=200)
    asked_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        "clinic.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="clinic_factor_reset_by_two_people",
                condition=Q(confirmed_by=None)
                | (~Q(confirmed_by=F("asked_by")) & ~Q(confirmed_by=F("user"))),
            ),
            models.CheckConstraint(
                name="clinic_factor_reset_asked_by_another",
                condition=~Q(asked_by=F("user")),
            ),
        ]

    def __str__(self) -> str:
        return f"Second factor of {self.user}"
