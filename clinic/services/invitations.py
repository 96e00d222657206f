"""Ways in: an invitation by an admin, and the set-up of a practice on a fresh installation.

Each is a secret in a link, for one use and one day. The database keeps the digest only.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.utils import timezone

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.founding import start_practice
from clinic.models import Clinician, Invitation, Practice, User
from clinic.scope import current_practice_id, every_practice, scope
from clinic.services import audit

LASTS = timedelta(hours=24)
SALT = "handline set-up"
OVER = "This link no longer works: it was used, withdrawn, or is more than a day old."


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to come in."""

    email: str
    first_name: str
    last_name: str
    role: Role
    clinician: Clinician | None = None


@transaction.atomic
def invite(person: Person, *, by: User | None) -> tuple[Invitation, str]:
    """The invitation and its secret, which is shown or mailed now and kept nowhere.

    An address that has an account in another practice gets its invitation all the same: only
    who reads that mailbox learns of it.
    """
    email = person.email.strip().lower()
    _check_invited(person, email)
    secret, now = secrets.token_urlsafe(32), timezone.now()
    Invitation.objects.filter(email=email, accepted_by=None, withdrawn_at=None).update(
        withdrawn_at=now
    )
    row = Invitation.objects.create(
        email=email,
        first_name=person.first_name.strip(),
        last_name=person.last_name.strip(),
        role=person.role,
        clinician=person.clinician,
        digest=digest_of(secret),
        invited_by=by,
        invited_at=now,
        expires_at=now + LASTS,
    )
    audit.record("user.invited", actor=by, subject=row, role=person.role)
    return row, secret


def _check_invited(person: Person, email: str) -> None:
    if User.objects.filter(email=email, practice_id=current_practice_id()).exists():
        raise NotAllowed("This address has an account here already.")
    if person.clinician is None:
        return
    if person.clinician.user_id is not None:
        raise NotAllowed(f"{person.clinician} has an account already.")
    wanted = Role.ASSISTANT if person.clinician.is_assistant else Role.THERAPIST
    if person.role != wanted:
        raise NotAllowed(f"{person.clinician} signs in as {wanted.label.lower()}.")


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def waiting() -> list[Invitation]:
    return list(Invitation.objects.filter(accepted_by=None, withdrawn_at=None))


def open_invitation(secret: str) -> Invitation | None:
    """The invitation that this secret opens, if it still does."""
    with every_practice("a link names its practice by its secret alone"):
        row = (
            Invitation.objects.select_related("practice", "clinician")
            .filter(digest=digest_of(secret), accepted_by=None, withdrawn_at=None)
            .first()
        )
    return row if row is not None and row.expires_at > timezone.now() else None


@transaction.atomic
def accept(secret: str, *, password: str) -> User:
    """Make the account. Its person sets up a second factor before anything else opens."""
    row = open_invitation(secret)
    if row is None:
        raise NotAllowed(OVER)
    with scope(row.practice_id):
        row = Invitation.objects.select_for_update().get(pk=row.pk)
        if row.accepted_by_id is not None:
            raise NotAllowed(OVER)
        if User.objects.filter(email=row.email).exists():
            raise NotAllowed(
                "This address has an account already. Ask for an invitation to another one."
            )
        user = _make_user(row.practice, row, password)
        row.accepted_by = user
        row.save(update_fields=["accepted_by"])
        if row.clinician is not None:
            row.clinician.user = user
            row.clinician.save(update_fields=["user"])
        audit.record("user.joined", actor=user, subject=row, role=row.role)
    return user


def _make_user(practice: Practice, person: Person | Invitation, password: str) -> User:
    user = User.objects.create_user(
        person.email,
        password,
        first_name=person.first_name,
        last_name=person.last_name,
        role=person.role,
        practice=practice,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def withdraw(row: Invitation, *, by: User) -> None:
    rows = Invitation.objects.filter(pk=row.pk, accepted_by=None, withdrawn_at=None)
    if rows.update(withdrawn_at=timezone.now()):
        audit.record("user.invitation_withdrawn", actor=by, subject=row)


# --- the first practice -------------------------------------------------------------------------


def setup_secret() -> str:
    """Printed by a command on the server: who can run that may open a practice.

    It names how many practices there are, so the practice it makes uses it up.
    """
    return signing.dumps({"practices": Practice.objects.count()}, salt=SALT)


def opens_setup(secret: str) -> bool:
    try:
        named = signing.loads(secret, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return False
    return named == {"practices": Practice.objects.count()}


@transaction.atomic
def set_up(secret: str, *, practice: Practice, admin: Person, password: str) -> User:
    """A new practice and its first admin. There are no accounts that come with the program."""
    list(Practice.objects.select_for_update().values_list("pk"))  # two at once: one waits
    if not opens_setup(secret):
        raise NotAllowed(OVER)
    if User.objects.filter(email=admin.email.strip().lower()).exists():
        raise NotAllowed("This address has an account already: use another one.")
    practice.save(force_insert=True)
    with scope(practice):
        user = _make_user(practice, admin, password)
        start_practice()
        audit.record("practice.made", actor=user, subject=practice)
    return user
