"""Who belongs to the practice: roles, closing and opening accounts, second factors.

An account is never deleted: what its person signed and saw stays theirs, and its number is
not given to anybody else.
"""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clinic.addresses import folded
from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import FactorReset, User
from clinic.services import audit, notices, sign_ins

RESET_LASTS = timedelta(hours=24)


def colleague(by: User, pk: int) -> User:
    """Somebody of the same practice, locked for a change. Raises User.DoesNotExist."""
    return User.objects.select_for_update().get(pk=pk, practice_id=by.practice_id)


@transaction.atomic
def change_role(user: User, *, role: Role, by: User) -> User:
    """The new role counts from the next request on."""
    user = colleague(by, user.pk)
    if user == by:
        raise NotAllowed("Your own role is changed by another admin.")
    if user.role == role:
        return user
    _keep_an_admin(user)
    if role in (Role.THERAPIST, Role.ASSISTANT):
        _check_treats_as(user, role)
    before, user.role = user.role, role
    user.save(update_fields=["role"])
    audit.record("user.role_changed", actor=by, subject=user, before=before, after=role)
    transaction.on_commit(lambda: notices.tell(user, "role_changed"))
    return user


def _check_treats_as(user: User, role: Role) -> None:
    clinician = getattr(user, "clinician", None)
    if clinician is not None and clinician.is_assistant != (role == Role.ASSISTANT):
        raise NotAllowed(
            f"{user} is entered as {'an assistant' if clinician.is_assistant else 'a therapist'}: "
            "change that under Practice first."
        )


def _keep_an_admin(user: User) -> None:
    """A practice without an admin could not let anybody in again."""
    admins = User.objects.filter(practice_id=user.practice_id, role=Role.ADMIN, is_active=True)
    if user.role == Role.ADMIN and not admins.exclude(pk=user.pk).exists():
        raise NotAllowed("This is the practice's only admin: make somebody else an admin first.")


@transaction.atomic
def deactivate(user: User, *, by: User) -> User:
    """Close the account: every sign-in of it ends with this."""
    user = colleague(by, user.pk)
    if user == by:
        raise NotAllowed("Your own account is closed by another admin.")
    if not user.is_active:
        return user
    _keep_an_admin(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    ended = sign_ins.end_all(user, because="account closed")
    FactorReset.objects.filter(user=user, confirmed_at=None, withdrawn_at=None).update(
        withdrawn_at=timezone.now()
    )
    audit.record("user.deactivated", actor=by, subject=user, sessions=ended)
    transaction.on_commit(lambda: notices.tell(user, "deactivated"))
    return user


@transaction.atomic
def reactivate(user: User, *, by: User) -> User:
    user = colleague(by, user.pk)
    if user.is_active:
        return user
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record("user.reactivated", actor=by, subject=user)
    transaction.on_commit(lambda: notices.tell(user, "reactivated"))
    return user


@transaction.atomic
def end_sessions(user: User, *, by: User) -> int:
    """Sign this person out everywhere; returns from how many places."""
    count = sign_ins.end_all(colleague(by, user.pk), because="ended by an admin")
    audit.record("user.signed_out", actor=by, subject=user, sessions=count)
    return count


def is_paused(user: User) -> bool:
    return AccessAttempt.objects.filter(username=folded(user.email)).exists()


@transaction.atomic
def let_try_again(user: User, *, by: User) -> None:
    """Forget the wrong passwords that were counted against this account."""
    AccessAttempt.objects.filter(username=folded(user.email)).delete()
    audit.record("user.let_try_again", actor=by, subject=user)


# --- taking a second factor away: two people ---------------------------------------------------


def waiting_resets() -> list[FactorReset]:
    rows = FactorReset.objects.filter(
        confirmed_at=None, withdrawn_at=None, expires_at__gt=timezone.now()
    )
    return list(rows.select_related("user", "asked_by"))


@transaction.atomic
def ask_factor_reset(user: User, *, because: str, by: User) -> FactorReset:
    """Somebody lost telephone and codes. A second person has to confirm it within a day."""
    user = colleague(by, user.pk)
    if user == by:
        raise NotAllowed("Another admin asks for it: one alone cannot take their own factor away.")
    if not user.is_active:
        raise NotAllowed(f"The account of {user} is closed.")
    if len(because.strip()) < 10:
        raise NotAllowed("Say in a few words how you know that it is really them who ask.")
    if not Authenticator.objects.filter(user=user).exists():
        raise NotAllowed(f"{user} has no second factor: one is set up at the next sign-in.")
    now = timezone.now()
    _open_resets(user).update(withdrawn_at=now)
    row = FactorReset.objects.create(
        user=user, because=because.strip(), asked_by=by, asked_at=now, expires_at=now + RESET_LASTS
    )
    audit.record("user.factor_reset_asked", actor=by, subject=user, because=row.because)
    return row


def _open_resets(user: User):
    return FactorReset.objects.filter(user=user, confirmed_at=None, withdrawn_at=None)


@transaction.atomic
def confirm_factor_reset(row: FactorReset, *, by: User) -> FactorReset:
    """The second person: the factors go, every sign-in ends, and the person is told."""
    row = FactorReset.objects.select_for_update().select_related("user").get(pk=row.pk)
    if row.confirmed_at or row.withdrawn_at or row.expires_at <= timezone.now():
        raise NotAllowed("This was settled already, or is more than a day old: ask anew.")
    if by.pk in (row.asked_by_id, row.user_id):
        raise NotAllowed("It takes two: somebody other than who asked, and not the person.")
    row.confirmed_by, row.confirmed_at = by, timezone.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    take_factors(row.user, by=by)
    return row


def take_factors(user: User, *, by: User | None) -> None:
    Authenticator.objects.filter(user=user).delete()
    sign_ins.end_all(user, because="factor reset")
    audit.record("user.factors_reset", actor=by, subject=user)
    transaction.on_commit(lambda: notices.tell(user, "factors_reset"))


@transaction.atomic
def withdraw_factor_reset(row: FactorReset, *, by: User) -> None:
    rows = FactorReset.objects.filter(pk=row.pk, confirmed_at=None, withdrawn_at=None)
    if rows.update(withdrawn_at=timezone.now()):
        audit.record("user.factor_reset_withdrawn", actor=by, subject=row.user)


def people_of(by: User, *, words: str = ""):
    """The practice's accounts, open ones first."""
    rows = User.objects.filter(practice_id=by.practice_id).select_related("clinician")
    for word in words.split():
        rows = rows.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)
        )
    return rows.order_by("-is_active", "last_name", "first_name")
