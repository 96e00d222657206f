import pytest

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import AuditEvent
from notes.enums import VisitStatus
from notes.models import Note, Visit
from notes.services.visits import open_note
from tests.factories import make_user, make_visit
from tests.snapshot import snapshot


@pytest.fixture
def visit(in_practice) -> Visit:
    return make_visit()


@pytest.mark.parametrize("status", [VisitStatus.SCHEDULED, VisitStatus.ARRIVED])
def test_starting_makes_a_draft_of_the_treating_clinician(in_practice, status):
    visit = make_visit(status=status)

    note = open_note(visit, by=visit.clinician.user)

    visit.refresh_from_db()
    assert (note.visit, note.author, note.status, note.version) == (
        visit, visit.clinician, "draft", 1,
    )  # fmt: skip
    assert visit.status == VisitStatus.CHARTING
    assert [event.action for event in AuditEvent.objects.all()] == ["note.started"]


def test_starting_twice_gives_the_same_note(visit):
    first = open_note(visit, by=visit.clinician.user)
    before = snapshot()

    second = open_note(visit, by=visit.clinician.user)

    assert (second, Note.objects.count()) == (first, 1)
    assert snapshot() == before


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (VisitStatus.CANCELED,
         "This visit is marked canceled: change that on the day list before charting."),
        (VisitStatus.NO_SHOW,
         "This visit is marked no-show: change that on the day list before charting."),
        (VisitStatus.SIGNED, "This note is already signed; add an addendum."),
    ],
)  # fmt: skip
def test_visit_that_is_not_to_be_charted_is_refused(in_practice, status, sentence):
    visit = make_visit(status=status)
    before = snapshot()

    with pytest.raises(NotAllowed) as raised:
        open_note(visit, by=visit.clinician.user)

    assert str(raised.value) == sentence
    assert snapshot() == before


def test_person_without_a_license_starts_no_note(visit):
    user = make_user(Role.THERAPIST)
    before = snapshot()

    with pytest.raises(NotAllowed) as raised:
        open_note(visit, by=user)

    assert str(raised.value) == (
        "Only a clinician starts a note: ask an admin to set up your license."
    )
    assert snapshot() == before
