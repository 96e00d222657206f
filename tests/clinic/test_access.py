"""Every address, every role, both practices: what is answered, kept, shown and recorded.

No answer to anybody may hold a word of the other practice: each one is searched for its mark.
"""

from collections import Counter

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from clinic.enums import Role
from clinic.models import Practice
from clinic.scope import scope
from tests.architecture.test_views import patterns
from tests.clinic.access_matrix import MATRIX, Address, To
from tests.clinic.world import ARGS, BODIES, QUERIES, World, make_world
from tests.conftest import client_of
from tests.snapshot import changed, snapshot, written_tables

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
NORTH, SOUTH = "Northmark", "Southmark"
AUDIT, DENIED = "clinic_auditevent", "access.denied"
METHODS = ("GET", "POST")
ROLES = tuple(Role)


def _getters(row: Address) -> set[Role]:
    return set(row.GET.roles) if row.GET else set()


class Ground:
    """Both worlds, everybody signed in, and the database as it stands before each request."""

    def __init__(self) -> None:
        self.own, self.other = make_world(NORTH), make_world(SOUTH)
        self.sessions = {name: client_of(user).cookies for name, user in self.own.people.items()}
        self.before = snapshot()

    def ask(
        self, name: str, method: str, *, by: str | None, of: World, data: dict | None = None
    ) -> tuple[HttpResponse, set[str], list[str]]:
        """The answer, the tables it changed, and the events it left. All is taken back."""
        client = Client()
        if by is not None:
            for key, morsel in self.sessions[by].items():
                client.cookies[key] = morsel.value
        url = reverse(name, args=self._args(name, of)) + QUERIES.get(name, "")
        body = data if data is not None else BODIES.get(name, _nothing)(of)
        with transaction.atomic():
            with written_tables() as written:
                response = client.get(url) if method == "GET" else client.post(url, body)
                sent = response.getvalue().decode(errors="replace") + str(response.headers)
            after = snapshot(written)
            transaction.set_rollback(True)
        events = after.get(AUDIT, self.before[AUDIT]) - self.before[AUDIT]
        assert by is None or SOUTH not in sent or MATRIX[name].public
        return response, changed(self.before, after), [_action(row) for row in events.elements()]

    def _args(self, name: str, of: World) -> list:
        kind = MATRIX[name].kind
        return of.args[kind] if kind else ARGS.get(name, [])


def _nothing(world: World) -> dict:
    return {"nothing": "of use"}


def _action(row: tuple) -> str:
    return DENIED if DENIED in row else "another"


@pytest.fixture(scope="module")
def ground(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield Ground()
        transaction.set_rollback(True)


def test_every_address_is_in_the_matrix_and_no_other():
    names = [name for name, _ in patterns()]

    assert [name for name in names if name not in MATRIX] == []
    assert [name for name in MATRIX if name not in names] == []


def test_every_body_belongs_to_a_post():
    assert [name for name in BODIES if MATRIX[name].POST is None] == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", MATRIX)
def test_allowed_roles_get_their_answer_and_leave_a_trace(ground, name, method):
    allowed: To | None = getattr(MATRIX[name], method)

    for role, status in (allowed.roles if allowed else {}).items():
        response, tables, events = ground.ask(name, method, by=role, of=ground.own)

        assert response.status_code == status, (role, response.status_code)
        assert DENIED not in events
        assert allowed.quiet or status >= 400 or events, role
        if method == "GET":
            assert tables <= {AUDIT} | allowed.keeps, (role, tables)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", MATRIX)
def test_others_are_refused_and_change_nothing(ground, name, method):
    address = MATRIX[name]
    allowed: To | None = getattr(address, method)
    somewhere = {*(address.GET or To({})).roles, *(address.POST or To({})).roles}

    for role in ROLES:
        if allowed and role in allowed.roles:
            continue
        response, tables, events = ground.ask(name, method, by=role, of=ground.own)

        if role in somewhere:  # may use the address, not this method
            assert (response.status_code, tables) == (405, set()), role
        else:
            assert (response.status_code, tables) == (403, {AUDIT}), role
            assert events == [DENIED]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", [name for name, row in MATRIX.items() if row.kind])
def test_objects_of_another_practice_do_not_exist(ground, name, method):
    address = MATRIX[name]
    allowed: To | None = getattr(address, method)

    for role in ROLES if not address.public else ():
        response, tables, _ = ground.ask(name, method, by=role, of=ground.other)

        if allowed and role in allowed.roles:
            assert (response.status_code, tables) == (404, set()), role
        else:
            assert response.status_code in (403, 405), role
            assert tables <= {AUDIT}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", MATRIX)
def test_nobody_signed_in_sees_the_sign_in_page_only(ground, name, method):
    response, tables, _ = ground.ask(name, method, by=None, of=ground.own)

    expected = MATRIX[name].anonymous[method]
    assert response.status_code == expected
    if expected == 302:
        assert response["Location"].startswith(reverse("account_login"))
        assert tables == set()
    assert NORTH.encode() not in response.content or MATRIX[name].public


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

    assert NORTH.encode() in ground.ask(name, "GET", by=role, of=ground.own)[0].content


# Whatever hangs on a patient whom one therapist treats.
CHARTS = {
    "booked", "draft", "signed", "patient", "card", "contact", "alert", "consent", "file",
    "problem", "plan", "goal", "report", "score", "remark",
}  # fmt: skip
OF_A_CHART = [name for name, row in MATRIX.items() if row.kind in CHARTS]


@pytest.mark.parametrize("name", OF_A_CHART)
def test_another_therapists_patient_does_not_exist(ground, name):
    for method in METHODS:
        allowed: To | None = getattr(MATRIX[name], method)
        if not allowed or Role.THERAPIST not in allowed.roles:
            continue
        response, tables, _ = ground.ask(name, method, by="other therapist", of=ground.own)

        assert (response.status_code, tables) == (404, set()), method


@pytest.mark.parametrize(
    "name", [n for n, row in MATRIX.items() if not row.kind and Role.THERAPIST in _getters(row)]
)
def test_lists_leave_out_another_therapists_patients(ground, name):
    response, _, _ = ground.ask(name, "GET", by="other therapist", of=ground.own)

    assert f"{NORTH}-1" not in response.content.decode()  # the record number
    assert f"{NORTH} Patient" not in response.content.decode()


@pytest.mark.parametrize("name", OF_A_CHART)
def test_another_therapists_patient_is_open_where_the_practice_says_so(ground, name):
    with transaction.atomic():
        Practice.objects.filter(pk=ground.own.practice.pk).update(therapists_see_all=True)
        for method in METHODS:
            allowed: To | None = getattr(MATRIX[name], method)
            if not allowed or Role.THERAPIST not in allowed.roles:
                continue
            response, _, _ = ground.ask(name, method, by="other therapist", of=ground.own)

            # Reading and charting is open; only the author signs.
            is_signature = (name, method) == ("notes:sign", "POST")
            assert response.status_code == (422 if is_signature else allowed.roles[Role.THERAPIST])
        transaction.set_rollback(True)


def test_office_and_admin_read_no_unsigned_charges(ground):
    with scope(ground.own.practice):
        drafts = World(NORTH, ground.own.practice, args={"signed": ground.own.args["draft"]})

    answers = Counter(
        ground.ask("billing:charges", "GET", by=role, of=drafts)[0].status_code for role in ROLES
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

    response, tables, _ = ground.ask(name, "POST", by=Role.THERAPIST, of=ground.own, data=data)

    assert (response.status_code, tables) == (422, set())


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

    response, tables, _ = ground.ask(name, "POST", by=Role.THERAPIST, of=ground.own, data=data)

    assert (response.status_code, tables) == (status, set())


@pytest.mark.parametrize("name", ["notes:delete_block", "notes:delete_procedure"])
def test_rows_of_another_practice_cannot_be_removed_through_ones_own_visit(ground, name):
    data = BODIES[name](ground.other)

    response, tables, _ = ground.ask(name, "POST", by=Role.THERAPIST, of=ground.own, data=data)

    assert (response.status_code, tables) == (302, set())
