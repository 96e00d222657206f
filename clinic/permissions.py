"""Who may. (What the state of a record allows is each app's lifecycle module.)"""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied

from clinic.enums import Role
from clinic.models import User
from clinic.services import audit

CLINICAL = (Role.THERAPIST, Role.ASSISTANT)
EVERYONE = tuple(Role)


def allow(*roles: Role) -> Callable:
    """Let these roles through a view; refuse the others with 403 and record the refusal."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.user.role not in roles:
                audit.record(
                    "access.denied", actor=request.user, view=request.resolver_match.view_name
                )
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.allowed_roles = frozenset(roles)
        return guarded

    return decorate


def sees_every_chart(user: User) -> bool:
    """Office managers and admins see the practice's charts; clinicians their own, unless set."""
    return user.role not in CLINICAL or user.practice.therapists_see_all
