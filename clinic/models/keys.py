"""The practice's certificates. Private keys are stored only as encrypted PKCS#8."""

from django.db import models
from django.db.models import Q

from clinic.scope import ScopedModel

REVOKED_BECAUSE = {
    "key_compromise": "the key may be known to others",
    "affiliation_changed": "the clinician left",
    "superseded": "a new certificate takes its place",
}


class SigningAuthority(ScopedModel):
    """The practice's own root and issuing authority.

    The root's key is not here: whoever made the authority keeps it offline. The issuing key
    opens only with the passphrase from the environment, so a stolen database cannot sign.
    """

    root_certificate = models.BinaryField()
    issuing_certificate = models.BinaryField()
    issuing_key = models.BinaryField(help_text="Encrypted PKCS#8 (PEM).")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice"],
                condition=Q(retired_at=None),
                name="clinic_one_signing_authority_in_use",
            )
        ]

    def __str__(self) -> str:
        return f"Signing authority of {self.made_at:%Y-%m-%d}"


class SigningCertificate(ScopedModel):
    """A clinician's certificate; without a clinician it is the practice's seal."""

    authority = models.ForeignKey(SigningAuthority, models.PROTECT, related_name="certificates")
    clinician = models.ForeignKey(
        "clinic.Clinician", models.PROTECT, null=True, blank=True, related_name="certificates"
    )
    serial = models.CharField(max_length=64, unique=True)
    certificate = models.BinaryField()
    key = models.BinaryField(help_text="Encrypted PKCS#8 (PEM).")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=30, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="clinic_certificate_revoked_with_reason",
                condition=Q(revoked_at=None, revoked_because="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_because="")),
            )
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def reason_words(self) -> str:
        return REVOKED_BECAUSE.get(self.revoked_because, self.revoked_because)
