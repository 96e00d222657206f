"""Signing in as a person does it, step by step, and owning a second factor."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from clinic.models import SignIn, User
from tests.factories import PASSWORD

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_app(user: User) -> Authenticator:
    """An authenticator app that shows the codes of SEED."""
    return TOTP.activate(user, SEED).instance


def give_recovery_codes(user: User) -> list[str]:
    return RecoveryCodes.activate(user).get_unused_codes()


def code_now(seed: str = SEED) -> str:
    return format_hotp_value(hotp_value(seed, next(yield_hotp_counters_from_time())))


def password_step(client: Client, user: User, password: str = PASSWORD, **extra) -> HttpResponse:
    return client.post(
        reverse("account_login"), {"login": user.email, "password": password}, **extra
    )


def code_step(client: Client, code: str) -> HttpResponse:
    return client.post(reverse("mfa_authenticate"), {"code": code})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def sees(client: Client, name: str = "home") -> bool:
    """Whether the page lets this session in; home sends everybody on to their first page."""
    target = client.get(reverse(name)).headers.get("Location", "")
    return not target.startswith("/accounts/")


def sign_in_of(user: User) -> SignIn:
    return SignIn.objects.get(user=user, ended_at=None)
