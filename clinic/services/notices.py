"""Mail to a person about their own account. Never a word about a patient, and no link to press:
whoever gets one of these and did not expect it is to open Handline as always."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from clinic.models import User

log = logging.getLogger(__name__)

UNEXPECTED = (
    "If this was not you, tell your practice's admin today, and change your password: open "
    "Handline as you always do, not from a link in a mail."
)
HAPPENED = {
    "mfa/email/totp_activated": "An authenticator app was added to your account.",
    "mfa/email/totp_deactivated": "The authenticator app was removed from your account.",
    "mfa/email/webauthn_added": "A passkey was added to your account.",
    "mfa/email/webauthn_removed": "A passkey was removed from your account.",
    "mfa/email/recovery_codes_generated": "New recovery codes were made; the old ones are void.",
    "account/email/password_changed": "Your password was changed.",
    "account/email/password_reset": "Your password was reset by a link sent to this address.",
    "account/email/password_set": "A password was set for your account.",
    "account/email/email_changed": "The e-mail address you sign in with was changed.",
    "account/email/email_confirm": "The e-mail address you sign in with was confirmed.",
    "account/email/email_deleted": "An e-mail address was taken off your account.",
    "factors_reset": "Your second factor was taken away by two people of your practice. At your "
    "next sign-in you set up a new one.",
    "role_changed": "Your role in the practice was changed.",
    "deactivated": "Your account was closed by your practice's admin.",
    "reactivated": "Your account was opened again by your practice's admin.",
}


def tell(user: User, what: str, *, ip: str | None = None, to: str | None = None) -> None:
    """Something about this person's account changed. ``what`` is a key of HAPPENED."""
    _send(to or user.email, "Your Handline account", [HAPPENED[what], _where(user, ip)])


def new_device(user: User, *, device: str, ip: str | None) -> None:
    words = f"Somebody signed in to your account with {device}, which was never used before."
    _send(user.email, "A new device signed in to Handline", [words, _where(user, ip)])


def _where(user: User, ip: str | None) -> str:
    moment = timezone.now().astimezone(user.practice.zone)
    place = f", from the address {ip}" if ip else ""
    return f"When: {moment:%B} {moment.day}, {moment:%Y, %I:%M %p %Z}{place}."


def _send(address: str, subject: str, lines: list[str]) -> None:
    send(address, subject, [*lines, UNEXPECTED])


def send(address: str, subject: str, lines: list[str]) -> bool:
    """Whether the mail went out; a mail server that is down stops nobody's work."""
    body = "\n\n".join([*lines, "Handline"])
    try:
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [address]).send()
    except (OSError, SMTPException):
        log.exception("A notice could not be mailed.")
        return False
    return True
