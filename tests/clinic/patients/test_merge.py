from datetime import date

import pytest
from django.urls import reverse

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import Patient, PatientMerge
from clinic.services.patients import register_patient, save_contact
from clinic.services.patients_alerts import raise_alert
from clinic.services.patients_merge import merge_patients, undo_merge
from notes.models import Note
from notes.services.texts import save_texts
from tests.factories import (
    make_coverage,
    make_episode,
    make_note,
    make_patient,
    make_user,
    make_visit,
)
from tests.notes.acts import sign
from tests.notes.conftest import complete_draft


@pytest.fixture
def office(in_practice):
    return make_user(Role.OFFICE)


def test_everything_moves_and_the_record_is_found_under_the_kept_one(office, office_client):
    kept, merged = make_patient(), make_patient()
    visit = make_visit(episode=make_episode(coverage=make_coverage(patient=merged)))
    raise_alert(merged, by=office, kind="anticoagulant", text="", no_thrust=True,
                since=date(2026, 1, 1))  # fmt: skip

    merge_patients(kept, merged, by=office)

    visit.refresh_from_db()
    assert (visit.patient, visit.episode.patient) == (kept, kept)
    assert kept.coverages.count() == 1
    assert Patient.objects.get(pk=kept.pk).alert == "Anticoagulant, no thrust"
    client = office_client
    response = client.get(reverse("patient", args=[merged.pk]))
    assert response["Location"] == reverse("patient", args=[kept.pk])


def test_merge_is_undone_row_by_row(office):
    kept, merged = make_patient(), make_patient()
    theirs = make_visit(episode=make_episode(patient=merged))
    ours = make_visit(episode=make_episode(patient=kept))
    merge = merge_patients(kept, merged, by=office)
    save_contact(kept, by=office, values={"kind": "other", "name": "Later"})

    undo_merge(merge, by=office)

    theirs.refresh_from_db()
    ours.refresh_from_db()
    assert (theirs.patient, ours.patient) == (merged, kept)
    assert Patient.objects.get(pk=merged.pk).merged_into is None
    assert kept.contacts.get().name == "Later"


def test_issued_documents_keep_the_name_they_print(office, notes_only):
    note = sign(complete_draft())
    merged = note.visit.patient

    merge_patients(make_patient(), merged, by=office)

    assert Note.objects.get(pk=note.pk).document.patient == merged


@pytest.fixture
def notes_only(monkeypatch):
    from notes import signing  # noqa: PLC0415 only here

    monkeypatch.setattr(signing, "_steps", [])


def test_patient_merged_while_being_charted_loses_nothing(office, notes_only):
    note = make_note(make_visit(episode=make_episode(coverage=None)), subjective="Before")
    kept = make_patient()

    merge_patients(kept, note.visit.patient, by=office)
    base = {n: getattr(note, n) for n in ("subjective", "objective", "assessment", "plan")}
    save_texts(note, by=note.author.user, base=base, texts=base | {"subjective": "After"})

    stored = Note.objects.get(pk=note.pk)
    assert (stored.subjective, stored.visit.patient) == ("After", kept)


def test_record_is_not_merged_into_itself_or_twice(office):
    kept, merged = make_patient(record_number="A"), make_patient(record_number="B")

    with pytest.raises(NotAllowed) as same:
        merge_patients(kept, kept, by=office)
    merge_patients(kept, merged, by=office)
    with pytest.raises(NotAllowed) as twice:
        merge_patients(make_patient(), merged, by=office)

    assert str(same.value) == "These are one and the same record: choose another."
    assert str(twice.value) == "B was merged already: undo that first."
    assert PatientMerge.objects.count() == 1


def test_nothing_is_added_to_a_merged_record(office):
    kept, merged = make_patient(record_number="A"), make_patient(record_number="B")
    merge_patients(kept, merged, by=office)
    merged.refresh_from_db()

    with pytest.raises(NotAllowed) as refusal:
        save_contact(merged, by=office, values={"kind": "other", "name": "Lost"})

    assert str(refusal.value) == f"This record was merged into {kept} (A): go on there."
    assert not merged.contacts.exists()


def test_merged_record_is_no_duplicate_of_a_new_patient(office):
    person = {"first_name": "Ana", "last_name": "Silva", "born_on": date(1980, 5, 17)}
    merge_patients(make_patient(last_name="Other"), make_patient(**person), by=office)

    assert register_patient(person, by=office).last_name == "Silva"
