"""The accounts, invitations and waiting resets that URLs name."""

from typing import Any

from allauth.mfa.totp.internal.auth import TOTP

from clinic.enums import Role
from clinic.models import User
from clinic.services.invitations import Person, invite
from clinic.services.people import ask_factor_reset
from tests.factories import make_user


def people_args(people: dict[str, User], *, mark: str) -> dict[str, list[Any]]:
    colleague = make_user(Role.OFFICE, first_name=mark, last_name=f"{mark} Colleague")
    lost = make_user(Role.OFFICE, first_name=mark, last_name=f"{mark} Lost")
    asking = make_user(Role.ADMIN, first_name=mark, last_name=f"{mark} Asks")
    TOTP.activate(lost, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    person = Person(f"{mark.lower()}@new.example", mark, f"{mark} Invited", Role.OFFICE)
    invitation, _ = invite(person, by=people[Role.ADMIN])
    reset = ask_factor_reset(lost, because=f"{mark} stood before me", by=asking)
    return {
        "colleague": [colleague.pk], "invitation": [invitation.pk], "factor reset": [reset.pk],
    }  # fmt: skip
