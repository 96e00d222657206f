"""allauth's forms for codes and passkeys, made stricter."""

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django.core.exceptions import ValidationError

from clinic.services import identity

BROKEN = (KeyError, IndexError, TypeError, ValueError, AttributeError, InvalidSignature)
CODE = {"class": "form-control code", "autocomplete": "one-time-code", "inputmode": "numeric",
        "maxlength": "12", "autofocus": True}  # fmt: skip


class CodeForm(AuthenticateForm):
    """Five wrong codes within 15 minutes, and even the right one is refused."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code"
        self.fields["code"].widget.attrs = dict(CODE)

    def clean_code(self) -> str:
        if identity.too_many(self.user, identity.WRONG_CODE):
            raise ValidationError(
                "Too many wrong codes: wait 15 minutes, or use a passkey.", code="paused"
            )
        return super().clean_code()


class FirstCodeForm(ActivateTOTPForm):
    """The code that proves a new app works is spent by it: it opens no session afterwards."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code that the app shows"
        self.fields["code"].widget.attrs = dict(CODE)

    def clean_code(self) -> str:
        code = super().clean_code()
        TOTP(Authenticator(user=self.user))._mark_code_used(code)
        return code


class Readable:
    """What is no passkey's answer is refused with a sentence; the library breaks on some of it."""

    def clean_credential(self):
        with refused_when_broken():
            return super().clean_credential()


class PasskeyStepForm(Readable, AuthenticateWebAuthnForm):
    pass


class PasskeySignInForm(Readable, LoginWebAuthnForm):
    pass


class PasskeyAgainForm(Readable, ReauthenticateWebAuthnForm):
    pass


@contextmanager
def refused_when_broken() -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise ValidationError("That passkey's answer could not be read.", "broken") from error


class PasskeyForm(AddWebAuthnForm):
    """Every passkey may sign in alone: it checks the person by finger, face or PIN."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name, to know it again"
        self.fields["name"].widget.attrs = {"class": "form-control", "maxlength": "60"}
        self.fields["passwordless"].initial = True

    def clean(self):
        with refused_when_broken():
            return super().clean()
