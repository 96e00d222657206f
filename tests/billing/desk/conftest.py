"""The desk's people."""

import pytest

from clinic.enums import Role
from clinic.models import User
from tests.factories import make_user


@pytest.fixture
def office(in_practice) -> User:
    return make_user(Role.OFFICE)


@pytest.fixture
def admin(in_practice) -> User:
    return make_user(Role.ADMIN)
