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
    ("Verify", "patch-check-fill", "verify", (Role.OFFICE,)),
    ("Practice", "building", "practice", (Role.ADMIN,)),
)
# What an admin keeps: (label, URL name) of the rooms behind "Practice".
_ROOMS = (
    ("Practice", "practice"),
    ("People", "users"),
    ("Techniques", "notes:vocabulary"),
    ("Certificates", "certificates"),
    ("Audit", "audit"),
    ("Verify", "verify"),
    ("Health", "health"),
)


def shell(request) -> dict:
    """The frame around each page."""
    context = {"demo_mode": settings.DEMO, "theme": "auto", "nav": []}
    if settings.DEMO:
        context |= {"demo_logins": DEMO_LOGINS, "demo_password": DEMO_PASSWORD}
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        context |= {"theme": user.theme, "practice": user.practice}
        if not getattr(request, "is_half_open", False):
            # Locked, or before the second factor, nothing leads anywhere.
            rooms = _rooms(request) if user.role == Role.ADMIN else []
            context |= {"nav": _nav(request, in_rooms=bool(rooms)), "rooms": rooms}
    return context


_BADGES = {"billing:worklist": "billing:worklist_count", "practice": "health_count"}


def _badge(name: str) -> str:
    return reverse(_BADGES[name]) if name in _BADGES else ""


def _rooms(request) -> list[NavItem]:
    """The rooms beside the one that the page is in; none elsewhere."""
    rooms = [(label, reverse(name)) for label, name in _ROOMS]
    here = [request.path.startswith(url) for _, url in rooms]
    if not any(here):
        return []
    return [
        NavItem(label, "", url, current) for (label, url), current in zip(rooms, here, strict=True)
    ]


def _nav(request, *, in_rooms: bool) -> list[NavItem]:
    match = request.resolver_match
    here = "practice" if in_rooms else match.view_name if match else ""
    return [
        NavItem(label, icon, reverse(name), here == name, _badge(name))
        for label, icon, name, roles in _NAV
        if request.user.role in roles
    ]
