import threading

import pytest

from clinic.errors import ScopeError
from clinic.models import AuditEvent, Coverage, Patient
from clinic.scope import every_practice, scope
from tests.factories import make_coverage, make_patient, make_user


@pytest.fixture
def two_patients(practice, other_practice):
    with scope(practice):
        ours = make_patient()
    with scope(other_practice):
        theirs = make_patient()
    return ours, theirs


def test_reading_outside_a_scope_raises(two_patients):
    with pytest.raises(ScopeError):
        list(Patient.objects.all())


def test_writing_outside_a_scope_raises(two_patients):
    ours, _ = two_patients
    ours.alert = "written"

    with pytest.raises(ScopeError):
        ours.save()

    with every_practice("to look"):
        assert Patient.objects.filter(alert="written").count() == 0


def test_empty_queryset_needs_no_scope(two_patients):
    assert list(Patient.objects.none()) == []


def test_scope_shows_its_practice_only(two_patients, practice, other_practice):
    ours, theirs = two_patients

    with scope(practice):
        seen_here = list(Patient.objects.all())
    with scope(other_practice):
        seen_there = list(Patient.objects.all())

    assert (seen_here, seen_there) == ([ours], [theirs])


def test_scope_closes_after_an_error(practice):
    with pytest.raises(ZeroDivisionError), scope(practice):
        _ = 1 / 0

    with pytest.raises(ScopeError):
        Patient.objects.count()


def test_inner_scope_gives_way_to_the_outer(two_patients, practice, other_practice):
    ours, _ = two_patients

    with scope(practice):
        with scope(other_practice):
            pass
        assert list(Patient.objects.all()) == [ours]


@pytest.mark.django_db(transaction=True)
def test_scope_does_not_follow_into_a_thread(practice):
    raised = []

    def read():
        try:
            Patient.objects.count()
        except ScopeError as error:
            raised.append(error)

    with scope(practice):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()

    assert len(raised) == 1


def test_new_row_takes_the_practice_in_scope(in_practice):
    assert make_patient().practice_id == in_practice.pk


def test_row_for_another_practice_is_refused(in_practice, other_practice):
    with pytest.raises(ScopeError):
        make_patient(practice=other_practice)

    with every_practice("to look"):
        assert Patient.objects.count() == 0


def test_changing_a_row_of_another_practice_is_refused(two_patients, practice):
    _, theirs = two_patients
    theirs.alert = "written"

    with scope(practice), pytest.raises(ScopeError):
        theirs.save()

    with every_practice("to look"):
        assert Patient.objects.filter(alert="written").count() == 0


def test_bulk_create_for_another_practice_is_refused(in_practice, other_practice):
    stray = Patient(practice=other_practice, record_number="X", born_on="1980-01-01")

    with pytest.raises(ScopeError):
        Patient.objects.bulk_create([stray])

    with every_practice("to look"):
        assert Patient.objects.count() == 0


@pytest.mark.parametrize("field", ["practice", "practice_id"])
def test_row_never_moves_to_another_practice(two_patients, practice, other_practice, field):
    value = other_practice if field == "practice" else other_practice.pk

    with scope(practice), pytest.raises(ScopeError):
        Patient.objects.update(**{field: value})

    with scope(practice):
        assert Patient.objects.count() == 1


def test_related_access_keeps_to_the_scope(practice, other_practice):
    with scope(practice):
        coverage = make_coverage()
    with every_practice("to look"):
        fresh = Coverage.objects.get(pk=coverage.pk)

    with scope(other_practice), pytest.raises(Patient.DoesNotExist):
        _ = fresh.patient


def test_refreshing_a_row_of_another_practice_is_refused(two_patients, practice):
    _, theirs = two_patients

    with scope(practice), pytest.raises(Patient.DoesNotExist):
        theirs.refresh_from_db()


def test_update_reaches_the_rows_in_scope_only(two_patients, practice):
    with scope(practice):
        changed = Patient.objects.update(alert="here")

    with every_practice("to look"):
        assert (changed, Patient.objects.filter(alert="here").count()) == (1, 1)


def test_reading_across_practices_wants_a_reason(two_patients):
    with pytest.raises(ScopeError), every_practice(""):
        pass

    with every_practice("to count"):
        assert Patient.objects.count() == 2


def test_new_row_across_practices_names_its_practice(db):
    with every_practice("to try"), pytest.raises(ScopeError):
        Patient(record_number="X", born_on="1980-01-01").save()


def test_audit_trail_shows_its_practice_only(practice, other_practice, client_for):
    client_for("admin", practice)
    client_for("admin", other_practice)

    with scope(practice):
        seen = set(AuditEvent.objects.values_list("practice_id", flat=True))

    assert seen == {practice.pk}


def test_users_of_two_practices_are_apart(practice, other_practice):
    with scope(practice):
        ours = make_user()

    assert (ours.practice, ours.practice_id == other_practice.pk) == (practice, False)
