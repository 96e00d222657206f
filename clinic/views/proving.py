"""Proving who one is inside a form that binds: password, passkey, or a moment ago."""

from functools import wraps

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.http import JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.errors import NotAllowed
from clinic.forms.second_factor import PasskeyStepForm
from clinic.permissions import EVERYONE, allow
from clinic.services import audit, identity
from clinic.services.identity import Proof

NO_PASSKEY = "That passkey is not one of yours. Nothing was signed; your draft is saved."


def standing_proof(request) -> Proof | None:
    """What was proved within 15 minutes, where the practice does not ask at every signature."""
    if request.user.practice.confirm_each_signature:
        return None
    proof = identity.last_proof(request)
    return proof if proof is not None and proof.is_recent else None


def prove(request, *, password: str = "", credential: str = "") -> Proof:
    """How the person proved who they are, for the record of what they sign.

    What is given is checked, even where nothing had to be given. Raises NotAllowed. Call it
    outside a transaction, so that the record of a wrong try stays.
    """
    if credential:
        return _by_passkey(request, credential)
    if password:
        method = identity.confirm_password(request.user, password)
        record_authentication(request, request.user, method="password", for_signature=True)
        return Proof(method, timezone.now())
    proof = standing_proof(request)
    if proof is None:
        raise NotAllowed("Enter your password to sign.")
    return proof


def _by_passkey(request, credential: str) -> Proof:
    form = PasskeyStepForm({"credential": credential}, user=request.user)
    if not form.is_valid():
        audit.record(identity.WRONG, actor=request.user)
        raise NotAllowed(NO_PASSKEY)
    passkey = form.cleaned_data["credential"]
    passkey.record_usage()
    record_authentication(
        request, request.user, method="mfa", id=passkey.pk, type=passkey.type, for_signature=True
    )
    return Proof("passkey", timezone.now())


@allow(*EVERYONE)
@require_GET
def passkey_options(request):
    """What the browser needs to ask for one of this person's passkeys."""
    return JsonResponse({"request_options": begin_authentication(request.user)})


def fresh_proof_required(view):
    """Ask for password or passkey before this page, unless it was given within 15 minutes.

    What was posted goes on afterwards.
    """

    @wraps(view)
    def asked(request, *args, **kwargs):
        proof = identity.last_proof(request)
        if proof is None or not proof.is_recent:
            return suspend_request(request, reverse("account_reauthenticate"))
        return view(request, *args, **kwargs)

    return asked
