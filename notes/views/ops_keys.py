"""The key of this person's unsent edits."""

from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_GET

from clinic.enums import Role
from clinic.permissions import allow
from notes.services.device_keys import key_for


@allow(Role.THERAPIST, Role.ASSISTANT)
@require_GET
def key(request):
    # The token changes with each sign-in: a page that signed in anew needs the new one.
    response = JsonResponse(key_for(request.user) | {"csrf": get_token(request)})
    response["Cache-Control"] = "no-store"
    return response
