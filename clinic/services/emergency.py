"""Breaking the glass: a named person, a reason, one chart, sixty minutes, and everybody told."""

from datetime import date, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import EmergencyAccess, EmergencyHolder, Patient, User
from clinic.permissions import CLINICAL
from clinic.services import audit

LASTS = timedelta(minutes=60)
SHORTEST_REASON = 10


def may_break_glass(user: User) -> bool:
    return user.role in CLINICAL and EmergencyHolder.objects.filter(user=user).exists()


def break_glass(*, last_name: str, born_on: date, reason: str, by: User) -> EmergencyAccess:
    """Open the one chart that is meant. Raises NotAllowed with what to do."""
    if not may_break_glass(by):
        audit.record("break_glass_refused", actor=by, severity="high")
        raise NotAllowed("You are not named for emergency access: ask an admin of the practice.")
    if len(reason.strip()) < SHORTEST_REASON:
        raise NotAllowed("Say in a few words why you need this chart now.")
    return _open(_meant(last_name, born_on), reason=reason.strip(), by=by)


def _meant(last_name: str, born_on: date) -> Patient:
    """Whoever breaks the glass knows whom they treat: no list is shown to choose from."""
    found = Patient.objects.filter(
        merged_into=None, last_name__iexact=last_name.strip(), born_on=born_on
    )[:2]
    if len(found) != 1:
        raise NotAllowed(
            "No single patient has this last name and date of birth: check both, or call the desk."
        )
    return found[0]


@transaction.atomic
def _open(patient: Patient, *, reason: str, by: User) -> EmergencyAccess:
    now = timezone.now()
    row = EmergencyAccess.objects.create(
        patient=patient, user=by, reason=reason, began_at=now, ends_at=now + LASTS
    )
    audit.record(
        "break_glass.opened", actor=by, subject=row, patient_id=patient.pk, severity="high",
        reason=reason, minutes=int(LASTS.total_seconds() // 60),
    )  # fmt: skip
    transaction.on_commit(lambda: _alert(row))
    return row


def _alert(row: EmergencyAccess) -> None:
    """The admins hear of it at once; the mail names no patient."""
    admins = User.objects.filter(practice=row.practice_id, role=Role.ADMIN, is_active=True)
    at = timezone.localtime(row.began_at)
    text = (
        f"{row.user} opened a chart by emergency access on {at:%b %-d, %Y} at {at:%H:%M}. "
        "The audit trail, under Break-glass, says which and why. Please look into it."
    )
    send_mail(
        "Handline: emergency access was used", text, settings.DEFAULT_FROM_EMAIL,
        list(admins.values_list("email", flat=True)), fail_silently=True,
    )  # fmt: skip


@transaction.atomic
def name_holder(user: User, *, by: User) -> EmergencyHolder:
    if user.role not in CLINICAL or not user.is_active:
        raise NotAllowed("Emergency access is for therapists and assistants who work here.")
    row, new = EmergencyHolder.objects.get_or_create(
        user=user, defaults={"named_at": timezone.now(), "named_by": by}
    )
    if new:
        audit.record("break_glass.named", actor=by, subject=user, severity="high")
    return row


@transaction.atomic
def strike_holder(holder: EmergencyHolder, *, by: User) -> None:
    audit.record("break_glass.struck", actor=by, subject=holder.user, severity="high")
    holder.delete()
