"""The practice's people: who signs in, as what, and whether they still may."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.enums import Role
from clinic.errors import HandlineError
from clinic.forms.users import InviteForm, ResetForm, RoleForm
from clinic.models import FactorReset, Invitation, User
from clinic.permissions import allow
from clinic.services import audit, invitations, notices, people, sign_ins
from clinic.views.proving import fresh_proof_required


@allow(Role.ADMIN)
@require_GET
def users(request):
    rows = list(people.people_of(request.user, words=request.GET.get("q", "")))
    kinds = Authenticator.objects.filter(user__in=rows).exclude(type="recovery_codes")
    protected = set(kinds.values_list("user_id", flat=True))
    audit.record("users.viewed", actor=request.user)
    context = {
        "rows": [(row, row.pk in protected) for row in rows],
        "q": request.GET.get("q", ""),
        "invitations": invitations.waiting(),
        "resets": people.waiting_resets(),
    }
    return render(request, "clinic/users.html", context)


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
@fresh_proof_required
def invite(request):
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row, secret = invitations.invite(form.person, by=request.user)
        except HandlineError as refusal:
            form.add_error(None, str(refusal))
        else:
            return _invited(request, row, secret)
    return render(
        request, "clinic/user_invite.html", {"form": form}, status=422 if form.is_bound else 200
    )


def _invited(request, row: Invitation, secret: str):
    """The link goes to the mailbox. Without a mail server it is shown, once, to be handed over."""
    link = request.build_absolute_uri(reverse("invitation", args=[secret]))
    lines = [
        f"{request.user} invites you to Handline, as {row.get_role_display().lower()} of "
        f"{row.practice.name}.",
        f"Open this link within a day to choose your password: {link}",
        "It works once. If you do not know the practice, leave this mail alone.",
    ]
    mails = not settings.EMAIL_BACKEND.endswith("console.EmailBackend")
    if mails and notices.send(row.email, "Your Handline account", lines):
        messages.success(request, f"Invited. The link is on its way to {row.email}.")
        return redirect("users")
    return render(request, "clinic/user_invited.html", {"row": row, "link": link})


@allow(Role.ADMIN)
@require_POST
def withdraw_invitation(request, pk):
    row = get_object_or_404(Invitation, pk=pk)
    invitations.withdraw(row, by=request.user)
    messages.success(request, f"The invitation to {row.email} is void.")
    return redirect("users")


def _person(request, pk) -> User:
    return get_object_or_404(User, pk=pk, practice_id=request.user.practice_id)


@allow(Role.ADMIN)
@require_GET
def user(request, pk):
    person = _person(request, pk)
    audit.record("user.viewed", actor=request.user, subject=person)
    context = {
        "person": person,
        "role_form": RoleForm(initial={"role": person.role}),
        "reset_form": ResetForm(),
        "sign_ins": list(sign_ins.still_open(person)),
        "factors": list(Authenticator.objects.filter(user=person).order_by("pk")),
        "paused": people.is_paused(person),
        "resets": [row for row in people.waiting_resets() if row.user_id == person.pk],
    }
    return render(request, "clinic/user.html", context)


def _act(request, person: User, act, done: str):
    """One act on a colleague, and back to their page with what came of it."""
    try:
        act()
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    except User.DoesNotExist as gone:
        raise Http404 from gone
    else:
        messages.success(request, done)
    return redirect("user", pk=person.pk)


@allow(Role.ADMIN)
@require_POST
@fresh_proof_required
def change_role(request, pk):
    person, form = _person(request, pk), RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the roles.")
        return redirect("user", pk=pk)
    role = Role(form.cleaned_data["role"])
    return _act(
        request, person, lambda: people.change_role(person, role=role, by=request.user),
        f"{person} is {role.label.lower()} from now on.",
    )  # fmt: skip


@allow(Role.ADMIN)
@require_POST
@fresh_proof_required
def deactivate(request, pk):
    person = _person(request, pk)
    return _act(
        request, person, lambda: people.deactivate(person, by=request.user),
        f"The account of {person} is closed, and every sign-in of it has ended.",
    )  # fmt: skip


@allow(Role.ADMIN)
@require_POST
@fresh_proof_required
def reactivate(request, pk):
    person = _person(request, pk)
    return _act(
        request, person, lambda: people.reactivate(person, by=request.user),
        f"The account of {person} is open again.",
    )  # fmt: skip


@allow(Role.ADMIN)
@require_POST
def end_sessions(request, pk):
    person = _person(request, pk)
    return _act(
        request, person, lambda: people.end_sessions(person, by=request.user),
        f"{person} is signed out everywhere.",
    )  # fmt: skip


@allow(Role.ADMIN)
@require_POST
@fresh_proof_required
def let_try_again(request, pk):
    person = _person(request, pk)
    get_adapter(request)._delete_login_attempts_cached_email(request, email=person.email)
    return _act(
        request, person, lambda: people.let_try_again(person, by=request.user),
        f"{person} may try again.",
    )  # fmt: skip


@allow(Role.ADMIN)
@require_POST
@fresh_proof_required
def ask_factor_reset(request, pk):
    person, because = _person(request, pk), request.POST.get("because", "")[:200]
    return _act(
        request, person,
        lambda: people.ask_factor_reset(person, because=because, by=request.user),
        "Asked. A second person confirms it on this page, within a day.",
    )  # fmt: skip


@allow(Role.ADMIN, Role.OFFICE)
@require_GET
def factor_resets(request):
    """What waits for a second person."""
    audit.record("factor_resets.viewed", actor=request.user)
    rows = people.waiting_resets()
    return render(request, "clinic/factor_resets.html", {"rows": rows})


@allow(Role.ADMIN, Role.OFFICE)
@require_POST
@fresh_proof_required
def confirm_factor_reset(request, pk):
    row = get_object_or_404(FactorReset, pk=pk)
    try:
        people.confirm_factor_reset(row, by=request.user)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Done. {row.user} sets up a new second factor.")
    return redirect("factor_resets")


@allow(Role.ADMIN, Role.OFFICE)
@require_POST
def withdraw_factor_reset(request, pk):
    row = get_object_or_404(FactorReset, pk=pk)
    people.withdraw_factor_reset(row, by=request.user)
    messages.success(request, "Withdrawn. Nothing was changed.")
    return redirect("factor_resets")
