"""What somebody without an account may open: an invitation, or the set-up of a practice."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clinic.errors import HandlineError
from clinic.forms.users import AcceptForm, SetUpForm
from clinic.services import invitations


@sensitive_post_parameters("password", "again")
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request, secret):
    row = invitations.open_invitation(secret)
    if row is None:
        return render(request, "account/link_over.html", {"words": invitations.OVER}, status=404)
    form = AcceptForm(request.POST or None, invitation=row)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        try:
            user = invitations.accept(secret, password=password)
        except HandlineError as refusal:
            form.add_error(None, str(refusal))
        else:
            return _go_in(request, user)
    status = 422 if form.is_bound else 200
    return render(request, "account/invitation.html", {"row": row, "form": form}, status=status)


@sensitive_post_parameters("password", "again")
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def set_up(request, secret):
    if not invitations.opens_setup(secret):
        raise Http404
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.set_up(
                secret, practice=form.practice, admin=form.person,
                password=form.cleaned_data["password"],
            )  # fmt: skip
        except HandlineError as refusal:
            form.add_error(None, str(refusal))
        else:
            return _go_in(request, user)
    status = 422 if form.is_bound else 200
    return render(request, "account/set_up.html", {"form": form}, status=status)


def _go_in(request, user):
    """By the same door as everybody: the next page asks for a second factor."""
    logout(request, show_message=False)
    return perform_password_login(request, {"email": user.email}, Login(user=user))
