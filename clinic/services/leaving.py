"""A clinician leaves: the account closes and nothing more is signed in that name."""

from django.db import transaction

from clinic.errors import NotAllowed
from clinic.models import Clinician, SigningCertificate, User
from clinic.services import audit, keys


@transaction.atomic
def leave(clinician: Clinician, *, by: User | None) -> int:
    """What was signed stays genuine. Returns how many certificates were revoked."""
    clinician = Clinician.objects.select_for_update().get(pk=clinician.pk)
    account = clinician.user
    if account is not None and by is not None and account.pk == by.pk:
        raise NotAllowed("You cannot close your own account. Ask another admin.")
    waiting = Clinician.objects.filter(supervisor=clinician, active=True)
    if first := waiting.first():
        raise NotAllowed(
            f"{first} is still supervised by {clinician}. Name another supervisor first."
        )
    clinician.active = False
    clinician.save(update_fields=["active"])
    if account is not None:
        account.is_active = False
        account.save(update_fields=["is_active"])
    rows = SigningCertificate.objects.filter(clinician=clinician, revoked_at=None)
    for row in rows:
        keys.revoke_certificate(row, because="affiliation_changed", by=by)
    audit.record("clinician.left", actor=by, subject=clinician)
    return len(rows)
