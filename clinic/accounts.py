"""Handline's ways inside allauth: who gets an account, what counts as proof, what is sealed."""

from datetime import timedelta

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError

from clinic import field_keys
from clinic.addresses import client_ip
from clinic.errors import NotAllowed
from clinic.services import identity, notices

JUST_NOW = timedelta(minutes=5)
SEEDS = "second factor"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

    def get_client_ip(self, request) -> str:
        if ip := client_ip(request):
            return ip
        raise PermissionDenied

    def reauthenticate(self, user, password: str) -> bool:
        try:
            identity.confirm_password(user, password)
        except NotAllowed as refusal:
            raise ValidationError(str(refusal)) from refusal
        return True

    def get_reauthentication_methods(self, user) -> list[dict]:
        """Password or passkey. A code alone is what somebody else's telephone can show."""
        found = super().get_reauthentication_methods(user)
        return [method for method in found if method["id"] != "mfa_reauthenticate"]

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Always, but for the first factor of somebody who gave the password a moment ago."""
        sign_in = getattr(self.request, "sign_in", None)
        if app != "allauth.mfa" or sign_in is None:
            return True
        owned = Authenticator.objects.filter(user_id=self.request.user.pk)
        if owned.filter(created_at__lt=sign_in.started_at).exists():
            return True
        proof = identity.last_proof(self.request)
        return proof is None or proof.age > JUST_NOW

    def send_notification_mail(self, template_prefix, user, context=None, email=None) -> None:
        notices.tell(user, template_prefix, ip=client_ip(self.request), to=email)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That did not match. Try the newest code, or another way.",
    }

    def encrypt(self, text: str) -> str:
        return field_keys.seal(text, purpose=SEEDS)

    def decrypt(self, encrypted_text: str) -> str:
        return field_keys.unseal(encrypted_text, purpose=SEEDS)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "Handline"}

    def generate_authenticator_name(self, user, type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}"
