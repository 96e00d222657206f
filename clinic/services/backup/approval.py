"""Two people confirm what cannot be taken back by one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth import get_user_model

from clinic.enums import Role
from clinic.errors import NotAllowed

_REFUSED = (
    "Two different people confirm this, each with their own password, and one of them is an admin."
)


@dataclass(frozen=True, slots=True)
class Confirmation:
    email: str
    password: str


def check_two_people(given: Sequence[Confirmation], *, using: str = "default") -> tuple[str, ...]:
    """Their names, to be recorded. Raises NotAllowed unless two people confirmed.

    An installation with one account alone cannot have two: then that one confirms, and the
    record shows that nobody else did.
    """
    users = get_user_model().objects.using(using)
    people = {}
    for one in given:
        user = users.filter(email=one.email.strip().lower(), is_active=True).first()
        if user is None or not user.check_password(one.password):
            raise NotAllowed(_REFUSED)
        people[user.pk] = user
    if not any(user.role == Role.ADMIN for user in people.values()):
        raise NotAllowed(_REFUSED)
    if len(people) < min(2, users.filter(is_active=True).count()):
        raise NotAllowed(_REFUSED)
    return tuple(f"{user} ({user.email})" for user in people.values())
