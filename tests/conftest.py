"""Fixtures of the whole suite. Objects come from tests/factories.py."""

import gc
import time
from collections.abc import Callable, Iterator

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.userkit import user_id_to_str
from django.contrib.contenttypes.management import create_contenttypes
from django.db import transaction
from django.db.models.signals import post_migrate
from django.test import Client

from clinic.enums import Role
from clinic.models import Practice, User
from clinic.scope import scope
from tests.canary import listening
from tests.factories import make_clinician, make_practice, make_user
from tests.no_network import refuse_connections
from tests.run_time_role import set_up_run_time_role, stop_acting_as_run_time_role

NEVER_ON_ONE_ENGINE = {"isolation", "concurrency", "integrity", "audit", "test_access",
                       "test_guards", "test_scope", "test_dbsetup"}  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    refuse_connections()
    config.addinivalue_line("markers", "database: reads or writes the database (set automatically)")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what must hold on both engines, so that the second run can leave out the rest.

    Asked of both: whatever can differ between them. SQL of ours, constraints, triggers, row-level
    security, locks and transactions, queries over texts, dates and JSON, the number of queries,
    what typed text does to a column, and each service at least once. Asked of SQLite alone: tests
    without a database, and those marked `one_engine`, in which rows only feed what is printed,
    said or signed, while other tests send the same statements to both engines. Guards, isolation,
    access and what happens at once never get that mark.
    """
    for item in items:
        uses = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        if (uses or item.get_closest_marker("django_db")) and not _on_one_engine(item):
            item.add_marker("database")


def _on_one_engine(item: pytest.Item) -> bool:
    if item.get_closest_marker("one_engine") is None:
        return False
    places = item.nodeid.split("::")[0].removesuffix(".py").split("/")
    if NEVER_ON_ONE_ENGINE & {*places}:
        raise pytest.UsageError(f"{item.nodeid} holds on both engines: take one_engine off.")
    return True


def pytest_collection_finish() -> None:
    """Modules and tests stay: looking for rings among them took a tenth of the suite's time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """On PostgreSQL the suite acts as the role that serves pages: row-level security holds it."""
    # After each test that commits, the emptied tables would get rows for Django's own content
    # types and permissions again, nine tenths of the time of emptying them. Nothing reads those.
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    with django_db_blocker.unblock():
        set_up_run_time_role()
    yield
    stop_acting_as_run_time_role()


@pytest.fixture(autouse=True)
def no_patient_in_the_log() -> Iterator[None]:
    """Whatever a test does, no log line names a patient. T-U09."""
    with listening() as canary:
        yield
    assert canary.heard == []


@pytest.fixture(scope="module")
def common_ground(request, django_db_setup, django_db_blocker) -> Iterator[Practice | None]:
    """What the module's `make_ground` builds, in a transaction around all of its tests.

    Signing sets a document, which takes longer than most tests: here it is done once, and what
    each test does is rolled back to it.
    """
    make = getattr(request.module, "make_ground", None)
    if make is None:
        yield None
        return
    with django_db_blocker.unblock(), transaction.atomic():
        practice = make_practice(name="North Clinic")
        with scope(practice):
            make(practice)
        yield practice
        transaction.set_rollback(True)


@pytest.fixture
def practice(common_ground, db) -> Practice:
    if common_ground is None:
        return make_practice(name="North Clinic")
    return Practice.objects.get(pk=common_ground.pk)


@pytest.fixture
def other_practice(db) -> Practice:
    return make_practice(name="South Clinic")


@pytest.fixture
def in_practice(practice: Practice) -> Iterator[Practice]:
    """Open the practice's scope for the test; asked for by name, never automatic."""
    with scope(practice):
        yield practice


def user_with(role: Role, practice: Practice) -> User:
    """A user of this role; therapists and assistants come with their clinician row."""
    with scope(practice):
        if role in (Role.THERAPIST, Role.ASSISTANT):
            return make_clinician(is_assistant=role == Role.ASSISTANT).user
        return make_user(role)


def client_of(user: User) -> Client:
    """A browser signed in as this person, a second factor given; ``client.user`` says who."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    record_proofs(client, user, "password", "mfa")
    client.user = user
    return client


def record_proofs(client: Client, user: User, *methods: str, ago: float = 0) -> None:
    """Write into the session what allauth writes when somebody proves who they are."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": method, "at": time.time() - ago} for method in methods
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = user_id_to_str(user)
    session.save()


@pytest.fixture
def client_for(practice: Practice) -> Callable[..., Client]:
    """client_for(Role.OFFICE), client_for("admin", other_practice), client_for(user)."""

    def sign_in(who: Role | str | User, of: Practice | None = None) -> Client:
        user = who if isinstance(who, User) else user_with(Role(who), of or practice)
        return client_of(user)

    return sign_in


@pytest.fixture
def therapist_client(client_for) -> Client:
    return client_for(Role.THERAPIST)


@pytest.fixture
def assistant_client(client_for) -> Client:
    return client_for(Role.ASSISTANT)


@pytest.fixture
def office_client(client_for) -> Client:
    return client_for(Role.OFFICE)


@pytest.fixture
def admin_client(client_for) -> Client:
    """Signed in as an admin of the practice (replaces pytest-django's superuser client)."""
    return client_for(Role.ADMIN)
