"""Signing in and out: the row of each sign-in, and the audit trail. Django's, allauth's and
axes' own signals; between our apps there are none."""

from allauth.account.signals import (
    authentication_step_completed,
    email_changed,
    password_changed,
    password_reset,
    password_set,
)
from allauth.mfa import signals as factors
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from clinic.addresses import client_ip, folded
from clinic.scope import every_practice, scope


def _on_login(sender, request, user, **kwargs) -> None:
    from clinic.services import audit, sign_ins  # noqa: PLC0415 models load after this module
    from clinic.session_guard import DEVICE_COOKIE, KEY  # noqa: PLC0415 as above

    if not (device := request.COOKIES.get(DEVICE_COOKIE)):
        device = request.device_to_keep = sign_ins.new_device()
    with scope(user.practice_id):
        row = sign_ins.open_sign_in(
            user, ip=client_ip(request), agent=request.META.get("HTTP_USER_AGENT", ""),
            device=device,
        )  # fmt: skip
        audit.record("session.opened", actor=user)
    request.session[KEY] = str(row.key)
    request.sign_in = row


def _on_logout(sender, request, user, **kwargs) -> None:
    from clinic.services import audit, sign_ins  # noqa: PLC0415 models load after this module

    if user is not None:
        if (row := getattr(request, "sign_in", None)) is not None:
            sign_ins.end(row, because="signed out")
            request.sign_in = None
        with scope(user.practice_id):
            audit.record("session.closed", actor=user)


def _on_failure(sender, credentials=None, **kwargs) -> None:
    _record_refusal("session.refused", (credentials or {}).get("email"))


def _on_lockout(sender, username=None, **kwargs) -> None:
    _record_refusal("session.locked_out", username)


def _record_refusal(action: str, address: str | None) -> None:
    """In the trail of the person's practice, where its admin sees it.

    An unknown address may be a password typed into the wrong field: it is not kept.
    """
    from clinic.models import User  # noqa: PLC0415 models load after this module
    from clinic.services import audit  # noqa: PLC0415 as above

    person = User.objects.filter(email=str(address or "").strip().lower()).first()
    if person is None:
        with every_practice("the address is nobody's"):
            audit.record(action, actor=None)
        return
    with scope(person.practice_id):
        audit.record(action, actor=None, subject=person)


def _on_proof(sender, request, user, method, **kwargs) -> None:
    """Somebody who is signed in proved it again: a new session id, and the screen is unlocked."""
    from clinic.services import audit, sign_ins  # noqa: PLC0415 models load after this module

    if (row := getattr(request, "sign_in", None)) is None or kwargs.get("for_signature"):
        return  # a signature opens nothing: the same session goes on, also for a double click
    request.session.cycle_key()
    sign_ins.unlock(row)
    with scope(user.practice_id):
        audit.record("session.confirmed", actor=user, method=str(kwargs.get("type", method)))


def _on_factor_added(sender, request, user, authenticator, **kwargs) -> None:
    from allauth.account.internal.flows.login import (  # noqa: PLC0415 as below
        record_authentication,
    )
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 models load after this module

    _record_factor("factor.added", user, authenticator)
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        # The new factor was used to prove that it works.
        record_authentication(
            request, user, method="mfa", id=authenticator.pk, type=authenticator.type
        )


def _on_factor_removed(sender, request, user, authenticator, **kwargs) -> None:
    from clinic.services import sign_ins  # noqa: PLC0415 models load after this module

    _record_factor("factor.removed", user, authenticator)
    sign_ins.end_all(user, because="factor changed", but=getattr(request, "sign_in", None))


def _on_codes_made(sender, request, user, authenticator, **kwargs) -> None:
    _record_factor("factor.codes_made", user, authenticator)


def _on_wrong_code(sender, request, user, authenticator, **kwargs) -> None:
    from clinic.services import identity  # noqa: PLC0415 models load after this module

    _record_factor(identity.WRONG_CODE, user, authenticator)


def _record_factor(action: str, user, authenticator) -> None:
    from clinic.services import audit  # noqa: PLC0415 models load after this module

    with scope(user.practice_id):
        audit.record(action, actor=user, type=str(authenticator.type))


def _on_password(sender, request, user, **kwargs) -> None:
    from clinic.services import audit, sign_ins  # noqa: PLC0415 models load after this module

    sign_ins.end_all(user, because="password changed", but=getattr(request, "sign_in", None))
    with scope(user.practice_id):
        audit.record("user.password_changed", actor=user)


def _on_email(sender, request, user, from_email_address, to_email_address, **kwargs) -> None:
    from clinic.services import audit  # noqa: PLC0415 models load after this module

    with scope(user.practice_id):
        audit.record("user.email_changed", actor=user, subject=user)


def address_typed(request, credentials) -> str:
    """The account that wrong passwords are counted for: allauth calls its field email."""
    given = (credentials or {}).get("email") or request.POST.get("login", "")
    return folded(given)


_RECEIVERS = (
    (user_logged_in, _on_login),
    (user_logged_out, _on_logout),
    (user_login_failed, _on_failure),
    (user_locked_out, _on_lockout),
    (authentication_step_completed, _on_proof),
    (factors.authenticator_added, _on_factor_added),
    (factors.authenticator_removed, _on_factor_removed),
    (factors.authenticator_reset, _on_codes_made),
    (factors.authentication_failed, _on_wrong_code),
    (password_changed, _on_password),
    (password_set, _on_password),
    (password_reset, _on_password),
    (email_changed, _on_email),
)


def connect() -> None:
    for signal, receiver in _RECEIVERS:
        signal.connect(receiver, dispatch_uid=f"clinic{receiver.__name__}")
