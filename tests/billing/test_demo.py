"""The demo practice, loaded once: what the README and the visitor's tour promise."""

from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from billing.demo import history, waiting
from billing.demo.history import worked_examples
from billing.demo.practices import HARBOR, SECOND_WIND
from billing.models import ChargeLine, ChargeSet
from billing.services.rederive import SAME, rederive_all
from billing.services.worklist import worklist
from clinic.demo import DEMO_LOGINS, DEMO_PASSWORD
from clinic.enums import Role
from clinic.models import Clinician, Patient, Payer, Practice, StoredDocument, User
from clinic.npi import is_npi
from clinic.scope import scope
from notes.enums import VisitStatus
from notes.models import Note, Visit
from notes.services.worklist import KINDS
from tests.snapshot import snapshot

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
TODAY = date(2026, 11, 23)

# As published: see tests/billing/engine/cases for each source.
PUBLISHED = {
    "Worked example: 24 and 23 minutes": ({"97112": 2, "97110": 1},),
    "Worked example: 20 and 20 minutes, a tie": (
        {"97112": 2, "97110": 1}, {"97112": 1, "97110": 2},
    ),
    "Worked example: 33 and 7 minutes": ({"97110": 2, "97140": 1},),
    "Worked example: four codes, three units": ({"97110": 1, "97140": 1, "97116": 1},),
    "Worked example: three times 7 minutes": ({"97112": 1}, {"97110": 1}, {"97140": 1}),
    "Worked example: adjustment low back, manual therapy neck": ({"98940": 1, "97140-59": 1},),
    "Worked example: 10, 15 and 5 minutes with an older edit": ({"97140": 1, "97530-59": 1},),
}  # fmt: skip


PROMISED = history.SIGNED  # notes signed besides the worked examples
ENOUGH = 6  # each takes a document's time; the others differ in minutes only


@pytest.fixture(scope="module")
def harbor(django_db_setup, django_db_blocker):
    """The demo in an empty database, for all tests of this file; taken back at the end."""
    fewer = pytest.MonkeyPatch.context()
    with fewer as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(history, "SIGNED", ENOUGH)
        call_command("seed_demo", today=TODAY, stdout=StringIO())
        yield Practice.objects.get(name=HARBOR)
        transaction.set_rollback(True)


@pytest.fixture
def inside(harbor):
    with scope(harbor):
        yield harbor


# First: it wants a database without the demo.
def test_real_practice_is_never_mixed_with_the_demo(practice):
    before = snapshot()

    with pytest.raises(CommandError, match="holds a real practice"):
        call_command("seed_demo", stdout=StringIO())

    assert snapshot() == before


def test_people_are_those_of_the_sign_in_page(harbor):
    for login in DEMO_LOGINS:
        user = User.objects.get(email=login.email)
        assert (user.practice, user.role, str(user)) == (harbor, login.role, login.name)
        assert user.check_password(DEMO_PASSWORD)


def test_clinic_has_every_kind_of_clinician_with_valid_numbers(inside):
    people = Counter((c.discipline, c.is_assistant) for c in Clinician.objects.all())

    assert people == {
        ("PT", False): 2, ("PT", True): 1, ("OT", False): 1, ("DC", False): 1, ("MT", False): 1,
    }  # fmt: skip
    assert [c.npi for c in Clinician.objects.all() if not is_npi(c.npi)] == []
    assert is_npi(inside.npi)


def test_about_forty_patients_on_payers_of_every_preset(inside):
    assert Patient.objects.count() == 40
    assert {payer.policies.get().preset for payer in Payer.objects.all()} == {
        "medicare", "medicaid", "tricare", "uhc", "aetna", "commercial",
        "commercial-legacy-edits", "workers-comp",
    }  # fmt: skip


def test_about_two_hundred_visits_of_ninety_days_in_all_states(inside):
    visits = Visit.objects.all()
    states = Counter(visits.values_list("status", flat=True))

    assert 200 <= len(visits) <= 260
    assert set(states) == set(VisitStatus.values)
    assert all(0 <= (TODAY - visit.date).days <= 90 for visit in visits)


def test_todays_list_has_visits_to_chart_for_each_clinician(inside):
    today = Visit.objects.filter(date=TODAY)

    treating = set(Clinician.objects.filter(is_assistant=False).values_list("pk", flat=True))
    assert {visit.clinician_id for visit in today} == treating
    assert {visit.status for visit in today} == {
        VisitStatus.CHARTING, VisitStatus.ARRIVED, VisitStatus.SCHEDULED,
    }  # fmt: skip


def test_signed_notes_have_real_documents_or_are_imported(inside):
    signed = Note.objects.filter(status="signed")
    own = signed.filter(imported=False)

    by_assistant = len(waiting.ASSISTANT_DAYS)
    assert own.count() == ENOUGH + len(worked_examples()) + by_assistant
    assert 38 <= PROMISED + len(worked_examples()) + by_assistant <= 44
    papers = Counter(StoredDocument.objects.values_list("kind", flat=True))
    assert papers == {"note": own.count() + 2, "plan": 1, "progress": 3}  # co-signed, amended
    assert {bytes(document.content)[:4] for document in StoredDocument.objects.all()} == {b"%PDF"}
    assert {(n.document_id, n.record) for n in signed.filter(imported=True)} == {(None, None)}
    assert ChargeSet.objects.count() == own.count() + waiting.ACCRUED_VISITS


def test_everything_that_can_wait_for_somebody_waits(inside):
    items = worklist(User.objects.get(email="sam@handline.example"), today=TODAY)

    assert {item.kind for item in items} == set(KINDS)
    ages = {item.day for item in items if item.kind == "unsigned"}
    assert len(ages) == 1 + len(waiting.UNSIGNED_DAYS)


def test_one_59_is_proved_by_time_and_one_by_region(inside):
    lines = [line for line in ChargeLine.objects.all() if "59" in line.modifiers]

    said = " ".join(reason["text"] for line in lines for reason in line.reasons)
    assert "no minute is shared" in said
    assert "no region is shared" in said


@pytest.mark.parametrize("title", PUBLISHED)
def test_worked_example_has_the_published_answer(inside, title):
    charge_set = ChargeSet.objects.get(note__visit__episode__title=title)

    units: Counter[str] = Counter()
    for line in charge_set.lines.all():
        distinct = [m for m in line.modifiers if m in ("59", "XE", "XS", "XP", "XU")]
        units["-".join([line.code, *distinct])] += line.units
    assert dict(units) in PUBLISHED[title]


def test_every_worked_example_is_held_by_its_published_answer():
    assert {example["title"] for example in worked_examples()} == set(PUBLISHED)


def test_every_bill_derives_again_to_the_same_bytes(inside):
    assert Counter(proof.verdict for proof in rederive_all()) == {SAME: ChargeSet.objects.count()}


def test_second_practice_stands_apart(harbor):
    other = Practice.objects.get(name=SECOND_WIND)

    with scope(other):
        assert (Patient.objects.count(), Visit.objects.count()) == (1, 0)
    assert {u.role for u in User.objects.filter(practice=other)} >= {
        Role.THERAPIST, Role.OFFICE, Role.ADMIN,
    }  # fmt: skip


def test_second_run_changes_nothing(harbor):
    before, said = snapshot(), StringIO()

    call_command("seed_demo", stdout=said)

    assert snapshot() == before
    assert said.getvalue() == "The demo practice is there already.\n"


def test_more_visits_are_imported_history(inside):
    with transaction.atomic():
        before = Note.objects.filter(imported=True).count()
        documents = StoredDocument.objects.count()

        call_command("seed_demo", visits=200, stdout=StringIO())

        new = Visit.objects.filter(patient__record_number__startswith="H")
        assert Note.objects.filter(imported=True).count() - before == new.count() == 200
        assert StoredDocument.objects.count() == documents
        assert {visit.status for visit in new} == {VisitStatus.SIGNED}
        assert Patient.objects.filter(record_number__startswith="H").count() == 8
        assert min(note.blocks.count() + note.procedures.count()
                   for note in Note.objects.filter(visit__in=new)) >= 1  # fmt: skip
        transaction.set_rollback(True)
