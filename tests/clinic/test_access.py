"""Every address, every role, both practices: what is answered, kept, shown and recorded.

No answer to anybody may hold a word of the other practice: each one is searched for its mark.
HANDLINE_MATRIX=full asks for every cell; otherwise cells that one decorator decides alike for
all roles are asked once (tests/clinic/matrix_checks.py).
"""

import os
from collections import Counter

import pytest
from django.db import transaction

from clinic.enums import Role
from clinic.models import Practice
from clinic.scope import scope
from tests.architecture.test_views import patterns
from tests.clinic import matrix_ground
from tests.clinic.access_matrix import MATRIX, Address
from tests.clinic.matrix_checks import CHARTS, ROLES, deviations
from tests.clinic.matrix_ground import NORTH
from tests.clinic.world import BODIES, World

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
EVERY_CELL = os.environ.get("HANDLINE_MATRIX") == "full"


def _getters(row: Address) -> set[Role]:
    return set(row.GET.roles) if row.GET else set()


@pytest.fixture(scope="module")
def ground(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), matrix_ground.ground() as made:
        yield made


def test_every_address_is_in_the_matrix_and_no_other():
    """T-Z01"""
    names = [name for name, _ in patterns()]

    assert [name for name in names if name not in MATRIX] == []
    assert [name for name in MATRIX if name not in names] == []


def test_every_body_belongs_to_a_post():
    assert [name for name in BODIES if MATRIX[name].POST is None] == []


@pytest.mark.parametrize("name", MATRIX)
def test_address_answers_as_the_matrix_says(ground, name):
    """T-Z01 to T-Z06 and T-U02, for everybody and both practices."""
    assert list(deviations(ground, name, every_cell=EVERY_CELL)) == []


SHOW_MARKS = (
    "notes:day", "notes:chart", "notes:sign", "notes:note", "notes:vocabulary", "notes:technique",
    "notes:region", "notes:schedule", "notes:episode", "notes:visit_record", "patients", "patient",
    "billing:charges", "billing:superbills", "billing:superbill", "billing:payers",
    "billing:payer", "audit",
)  # fmt: skip


@pytest.mark.parametrize("name", SHOW_MARKS)
def test_marks_are_shown_to_their_own_practice(ground, name):
    """Without this the search for the other practice's words could find nothing for free."""
    role = next(iter(MATRIX[name].GET.roles))

    assert NORTH in ground.ask(name, "GET", by=role).text


@pytest.mark.parametrize(
    "name", [n for n, row in MATRIX.items() if not row.kind and Role.THERAPIST in _getters(row)]
)
def test_lists_leave_out_another_therapists_patients(ground, name):
    answer = ground.ask(name, "GET", by="other therapist")

    assert f"{NORTH}-1" not in answer.text  # the record number
    assert f"{NORTH} Patient" not in answer.text


@pytest.mark.parametrize("name", [name for name, row in MATRIX.items() if row.kind in CHARTS])
def test_another_therapists_patient_is_open_where_the_practice_says_so(ground, name):
    with transaction.atomic():
        Practice.objects.filter(pk=ground.own.practice.pk).update(therapists_see_all=True)
        allowed = MATRIX[name].GET
        if allowed and Role.THERAPIST in allowed.roles:
            answer = ground.ask(name, "GET", by="other therapist")

            assert answer.status == allowed.roles[Role.THERAPIST]
        transaction.set_rollback(True)


def test_only_the_author_signs_where_therapists_see_all(ground):
    with transaction.atomic():
        Practice.objects.filter(pk=ground.own.practice.pk).update(therapists_see_all=True)
        answer = ground.ask("notes:sign", "POST", by="other therapist")
        transaction.set_rollback(True)

    assert (answer.status, answer.tables) == (422, set())


def test_office_and_admin_read_no_unsigned_charges(ground):
    with scope(ground.own.practice):
        drafts = World(NORTH, ground.own.practice, args={"signed": ground.own.args["draft"]})

    answers = Counter(
        ground.ask("billing:charges", "GET", by=role, of=drafts).status for role in ROLES
    )

    assert answers == {200: 2, 404: 1, 403: 1}


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("notes:save_block", {"technique": "technique"}),
        ("notes:save_block", {"regions": "region"}),
        ("notes:save_procedure", {"procedure-regions": "region"}),
    ],
)
def test_words_of_another_practice_cannot_be_chosen(ground, name, fields):
    data = BODIES[name](ground.own)
    data |= {field: ground.other.args[kind] for field, kind in fields.items()}

    answer = ground.ask(name, "POST", by=Role.THERAPIST, data=data)

    assert (answer.status, answer.tables) == (422, set())


@pytest.mark.parametrize(
    ("name", "status"), [("notes:save_block", 409), ("notes:save_procedure", 409)]
)
def test_rows_of_another_practice_cannot_be_written_through_ones_own_visit(ground, name, status):
    theirs = {
        "notes:save_block": ground.other.block,
        "notes:save_procedure": ground.other.procedure,
    }
    data = BODIES[name](ground.own)
    data[next(key for key in data if key.endswith("public_id"))] = str(theirs[name].public_id)

    answer = ground.ask(name, "POST", by=Role.THERAPIST, data=data)

    assert (answer.status, answer.tables) == (status, set())


@pytest.mark.parametrize("name", ["notes:delete_block", "notes:delete_procedure"])
def test_rows_of_another_practice_cannot_be_removed_through_ones_own_visit(ground, name):
    data = BODIES[name](ground.other)

    answer = ground.ask(name, "POST", by=Role.THERAPIST, data=data)

    assert (answer.status, answer.tables) == (302, set())
