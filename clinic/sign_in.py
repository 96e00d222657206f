"""Signing in and out, for the audit trail."""

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from clinic.scope import every_practice, scope


def _on_login(sender, request, user, **kwargs) -> None:
    from clinic.services import audit  # noqa: PLC0415 models load after this module

    with scope(user.practice_id):
        audit.record("session.opened", actor=user)


def _on_logout(sender, request, user, **kwargs) -> None:
    from clinic.services import audit  # noqa: PLC0415 models load after this module

    if user is not None:
        with scope(user.practice_id):
            audit.record("session.closed", actor=user)


def _on_failure(sender, **kwargs) -> None:
    from clinic.services import audit  # noqa: PLC0415 models load after this module

    # The typed address may be a password pasted into the wrong field: it is not kept.
    with every_practice("a failed sign-in belongs to no practice yet"):
        audit.record("session.refused", actor=None)


def _on_lockout(sender, **kwargs) -> None:
    from clinic.services import audit  # noqa: PLC0415 models load after this module

    with every_practice("a lock-out belongs to no practice yet"):
        audit.record("session.locked_out", actor=None)


def address_typed(request, credentials) -> str:
    """The account that wrong passwords are counted for: allauth calls its field email."""
    given = (credentials or {}).get("email") or request.POST.get("login", "")
    return given.strip().lower()


def connect() -> None:
    """Django's and axes' own signals; between our apps there are none."""
    user_logged_in.connect(_on_login, dispatch_uid="audit-login")
    user_logged_out.connect(_on_logout, dispatch_uid="audit-logout")
    user_login_failed.connect(_on_failure, dispatch_uid="audit-login-failed")
    user_locked_out.connect(_on_lockout, dispatch_uid="audit-lockout")
