"""T-I01: random lives of a note keep every rule; long runs of the same in tests/soak."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.clinic.integrity.lives import NoteLife

pytestmark = pytest.mark.slow
FEW = settings(
    max_examples=2, stateful_step_count=30, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def test_i01_random_lives_of_a_note_keep_every_rule(db):
    NoteLife.signed = NoteLife.refused = 0

    run_state_machine_as_test(NoteLife, settings=FEW)

    assert NoteLife.signed > 0
    assert NoteLife.refused > 0
