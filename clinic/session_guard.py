"""What each request of a signed-in person must pass: not over, not locked, second factor given.

The check looks at the session, not at whether the person owns a factor, and it looks before
every view that needs signing in, whichever app the view is from. So no path goes round it.
"""

from allauth.account.internal.flows.logout import logout
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.middleware import SessionMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from clinic.models import SignIn
from clinic.services import identity, sign_ins
from clinic.services.sign_ins import State

KEY = "sign_in"
DEVICE_COOKIE = "handline-device"
A_YEAR = 365 * 24 * 3600
CLOCK_CHANGED = (
    "The server's clock was put right, so your sign-in ended. Drafts are kept: sign in again."
)
FORM = "application/x-www-form-urlencoded"

# What somebody may reach who gave the password and has no second factor yet.
ENROLLING = frozenset(
    {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate",
     "account_logout", "set_theme"}
)  # fmt: skip
# What a locked session may reach.
UNLOCKING = frozenset(
    {"account_reauthenticate", "mfa_reauthenticate_webauthn", "account_logout", "set_theme"}
)


class SessionsMiddleware(SessionMiddleware):
    """Django's, but for one race: a request that was under way when the session got a new id
    comes with the old one, and must not have the browser throw the new one away."""

    def process_response(self, request, response):
        response = super().process_response(request, response)
        if getattr(request.resolver_match, "view_name", "") != "account_logout":
            dropped = response.cookies.get(settings.SESSION_COOKIE_NAME)
            if dropped is not None and not dropped.value:
                del response.cookies[settings.SESSION_COOKIE_NAME]
        return response


class SignedInMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.sign_in = None
        if request.user.is_authenticated:
            request.sign_in = _current(request)
        response = self.get_response(request)
        if request.sign_in is not None and _is_activity(request, response):
            sign_ins.touch(request.sign_in)
        if device := getattr(request, "device_to_keep", None):
            _keep_device(response, device)
        return response

    def process_view(self, request, view, args, kwargs):
        request.is_half_open = False
        if request.sign_in is None or not getattr(view, "login_required", True):
            return None
        name, is_locked = request.resolver_match.view_name, request.sign_in.locked_at is not None
        request.is_half_open = is_locked or is_factor_missing(request)
        if is_locked and name not in UNLOCKING:
            return _to_unlock(request)
        if is_factor_missing(request):
            return _to_second_factor(request, name)
        return None


def needs_second_factor(user) -> bool:
    """Everybody, but the invented people of a demo: their passwords are on the sign-in page."""
    return not (settings.DEMO and user.practice.is_demo)


def is_factor_missing(request) -> bool:
    return not identity.has_second_factor(request) and needs_second_factor(request.user)


def _current(request) -> SignIn | None:
    """This session's row; None when it is over, and then nobody is signed in any more."""
    key = request.session.get(KEY)
    row = SignIn.objects.filter(key=key, user_id=request.user.pk).first() if key else None
    state = State.OVER
    if row is not None:
        row.user = request.user
        state = sign_ins.state_of(row, timezone.now())
    if state is State.OVER:
        _finish(request, row)
        return None
    if state is State.LOCKED and row.locked_at is None:
        sign_ins.lock(row)
    return row


def _finish(request, row: SignIn | None) -> None:
    why = row.ended_because if row is not None else ""
    if row is not None and not why:
        why = "12 hours" if row.started_at < timezone.now() else "clock"
        sign_ins.end(row, because=why)
    logout(request, show_message=False)
    if why == "clock":
        messages.info(request, CLOCK_CHANGED)
    elif why in ("", "12 hours"):
        messages.info(request, "Your sign-in ended after 12 hours. Drafts are kept: sign in again.")
    else:
        messages.info(request, "This sign-in was ended. Drafts are kept: sign in again.")


def _to_unlock(request):
    unlock = reverse("account_reauthenticate")
    if request.method == "POST" and _is_page(request) and request.content_type == FORM:
        return suspend_request(request, unlock)  # what was typed goes on after unlocking
    if request.method in ("GET", "HEAD") and _is_page(request):
        return redirect(f"{unlock}?{urlencode({'next': request.get_full_path()})}")
    return redirect(unlock)


def _to_second_factor(request, name: str):
    if name != "account_logout" and Authenticator.objects.filter(user_id=request.user.pk).exists():
        # Opened before the factor was set up, somewhere else: it comes in by the front door.
        sign_ins.end(request.sign_in, because="second factor")
        logout(request, show_message=False)
        return redirect("account_login")
    return None if name in ENROLLING else redirect("mfa_index")


def _is_page(request) -> bool:
    """A page the person went to, not a fetch of a script. Browsers do not let scripts say so."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate" and not request.htmx


def _is_activity(request, response) -> bool:
    """Whether the person did something. Looking for news, and saving what did not change, is
    what scripts do by themselves; the browser has no flag to call it activity."""
    if response.status_code >= 400 or request.resolver_match is None:
        return False
    if request.method in ("GET", "HEAD"):
        return _is_page(request)
    sent, stored = request.headers.get("If-Match"), response.headers.get("ETag")
    return not (sent and sent == stored) and "Idempotent-Replay" not in response.headers


def _keep_device(response, device: str) -> None:
    response.set_cookie(
        DEVICE_COOKIE, device, max_age=A_YEAR, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
