"""What every page needs: the app bar, the theme, demo mode."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from clinic.demo import DEMO_LOGINS, DEMO_PASSWORD
from clinic.enums import Role


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    icon: str
    url: str
    current: bool
    badge: str = ""  # an address that answers the number beside the label


# (label, icon, URL name, roles that see it)
_NAV = (
    (
        "Today",
        "clipboard2-pulse",
        "notes:day",
        tuple(Role),
    ),
    (
        "Schedule",
        "calendar",
        "notes:schedule",
        tuple(Role),
    ),
    (
        "Worklist",
        "check2-circle",
        "billing:worklist",
        tuple(Role),
    ),
    ("Patients", "people", "patients", tuple(Role)),
    ("Superbills", "receipt", "billing:superbills", (Role.OFFICE, Role.ADMIN)),
    ("Returned", "envelope", "billing:returned", (Role.THERAPIST, Role.ASSISTANT)),
    ("Payers", "shield", "billing:payers", (Role.ADMIN,)),
    ("Techniques", "hand", "notes:vocabulary", (Role.ADMIN,)),
    ("Practice", "building", "practice", (Role.ADMIN,)),
    ("Verify", "patch-check-fill", "verify", (Role.OFFICE, Role.ADMIN)),
    ("Audit", "journal", "audit", (Role.ADMIN,)),
    ("Health", "activity", "health", (Role.ADMIN,)),
)


def shell(request) -> dict:
    """The frame around each page."""
    context = {"demo_mode": settings.DEMO, "theme": "auto", "nav": []}
    if settings.DEMO:
        context |= {"demo_logins": DEMO_LOGINS, "demo_password": DEMO_PASSWORD}
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        context |= {"theme": user.theme, "practice": user.practice, "nav": _nav(request)}
        if getattr(request, "is_half_open", False):
            context["nav"] = []  # locked, or before the second factor: nothing leads anywhere
    return context


_BADGES = {"billing:worklist": "billing:worklist_count", "health": "health_count"}


def _badge(name: str) -> str:
    return reverse(_BADGES[name]) if name in _BADGES else ""


def _nav(request) -> list[NavItem]:
    match = request.resolver_match
    here = match.view_name if match else ""
    return [
        NavItem(label, icon, reverse(name), here == name, _badge(name))
        for label, icon, name, roles in _NAV
        if request.user.role in roles
    ]
