"""The desk's people, and the visit of a module that signs it once (make_ground)."""

import pytest

from billing.models import ChargeSet
from clinic.enums import Role
from clinic.models import User
from tests.factories import make_user


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
