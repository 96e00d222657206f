from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from clinic.enums import Role

# Reached without signing in: the checks of process and readiness name no data, verification
# says only what anybody who holds the paper may know, the state of a sign-in how long it lasts,
# a calendar's secret address only when and where visits are, an invitation whom it is for.
PUBLIC = {
    "healthz", "readyz", "session_state", "verify_public", "notes:calendar_feed", "invitation",
    "revocation_list",
    "set_up",
}  # fmt: skip


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Every address's name with its view, ours and allauth's."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from patterns(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", pattern.callback


def ours() -> dict[str, object]:
    return {name: view for name, view in patterns() if not view.__module__.startswith("allauth.")}


def test_every_address_has_a_name():
    assert [name for name, _ in patterns() if name.endswith("None")] == []


def test_every_view_says_which_roles_it_lets_in():
    unsaid = {name for name, view in ours().items() if not hasattr(view, "allowed_roles")}

    assert unsaid == PUBLIC


def test_views_let_in_known_roles_only():
    named = {name: view.allowed_roles for name, view in ours().items() if name not in PUBLIC}

    assert {name: roles for name, roles in named.items() if not roles or roles - set(Role)} == {}


def test_only_public_views_are_reached_without_signing_in():
    open_views = {
        name for name, view in ours().items() if not getattr(view, "login_required", True)
    }

    assert open_views == PUBLIC
