"""The front door and the theme switch."""

from django.http import HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from clinic.enums import Role, Theme
from clinic.permissions import EVERYONE, allow

_FIRST_PAGE = {Role.OFFICE: "billing:superbills", Role.ADMIN: "billing:payers"}


@allow(*EVERYONE)
@require_GET
def home(request):
    return redirect(_FIRST_PAGE.get(request.user.role, "notes:day"))


@allow(*EVERYONE)
@require_POST
def set_theme(request):
    theme = request.POST.get("theme")
    if theme not in Theme.values:
        return HttpResponseBadRequest("Choose light, dark, or as the device.")
    request.user.theme = theme
    request.user.save(update_fields=["theme"])
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "home"
    return redirect(back)
