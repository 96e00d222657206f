"""What the imports need: the codes that rows are kept for, or all that ships with Handline."""

import pytest

from billing.services.starter import load_codes, load_reference


@pytest.fixture
def our_codes(db) -> None:
    load_codes()


@pytest.fixture
def shipped(db) -> None:
    load_reference()
