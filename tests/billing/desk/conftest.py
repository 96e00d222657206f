"""The desk's people, and the visits of modules that build them once."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from billing.models import ChargeSet
from clinic.enums import Role
from clinic.models import Practice, User
from clinic.scope import scope
from tests.factories import make_practice, make_user


@pytest.fixture(scope="module")
def ground(request, django_db_setup, django_db_blocker) -> Iterator[Practice | None]:
    """What the module's `make_ground` builds, in a transaction around its tests.

    Signing renders a document; here it is done once, and each test's own acts roll back to it.
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
def practice(ground, db) -> Practice:
    return Practice.objects.get(pk=ground.pk) if ground else make_practice(name="North Clinic")


@pytest.fixture
def first(in_practice) -> ChargeSet:
    """The visit that the module's ground holds."""
    return ChargeSet.objects.get()


@pytest.fixture
def charge_set(first) -> ChargeSet:
    return first


@pytest.fixture
def office(in_practice) -> User:
    return make_user(Role.OFFICE)


@pytest.fixture
def admin(in_practice) -> User:
    return make_user(Role.ADMIN)
