"""T-I02: ways to change a signed note, its bill, its paper or the trail; none gets through."""

from collections.abc import Callable, Iterator
from copy import copy

import pytest
from django.db import DatabaseError, connection, models, transaction

from billing.models import ChargeLine, ChargeSet, Superbill
from billing.services.superbills import issue_superbill
from clinic.enums import Role
from clinic.models import AuditEvent, StoredDocument
from clinic.scope import scope
from clinic.services.patients_merge import merge_patients, undo_merge
from notes.models import Note, Signature, TreatmentBlock, Visit
from notes.services.addenda import add_addendum
from tests.billing.making import make_draft, make_fees
from tests.factories import (
    make_note,
    make_patient,
    make_practice,
    make_user,
    make_visit,
    new_key,
)
from tests.notes.acts import sign
from tests.snapshot import snapshot

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


class Ground:
    """Two signed notes with all that hangs on them, and a draft beside."""

    def __init__(self) -> None:
        make_fees()
        self.note, self.another = sign(make_draft()), sign(make_draft())
        self.draft = make_note(make_visit())
        by = make_user(Role.OFFICE)
        self.bill = issue_superbill(self.note.charge_set, by=by, submit_key=new_key())
        add_addendum(self.note, by=self.note.author.user, submit_key=new_key(), text="Later.",
                     method="password")  # fmt: skip

    def sql(self, statement: str, **more: object) -> int:
        words = {
            "note": self.note.pk, "another": self.another.pk, "draft": self.draft.pk,
            "visit": self.note.visit_id, "document": self.note.document_id,
            "charges": self.note.charge_set.pk, "bill": self.bill.pk,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(statement.format(**words, **more))
            return cursor.rowcount


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker) -> Iterator[Ground]:
    with django_db_blocker.unblock(), transaction.atomic():
        practice = make_practice()
        with scope(practice):
            ground = Ground()
        yield ground
        transaction.set_rollback(True)


@pytest.fixture
def ground(stage) -> Iterator[Ground]:
    """The same rows for every attack, read anew: none of them was let through."""
    with scope(stage.note.practice_id):
        again = copy(stage)
        again.note = Note.objects.get(pk=stage.note.pk)
        yield again


def changed(row: models.Model, **values: object) -> models.Model:
    for name, value in values.items():
        setattr(row, name, value)
    return row


def first(model: type[models.Model], **wanted: object) -> models.Model:
    return model.objects.filter(**wanted).order_by("pk").first()


ORM: dict[str, Callable[[Ground], object]] = {
    "save the text": lambda g: changed(g.note, plan="x").save(),
    "save one field": lambda g: changed(g.note, plan="x").save(update_fields=["plan"]),
    "update the text": lambda g: Note.objects.filter(pk=g.note.pk).update(plan="x"),
    "update the record": lambda g: Note.objects.filter(pk=g.note.pk).update(record={}),
    "update the digest": lambda g: Note.objects.filter(pk=g.note.pk).update(digest="0" * 64),
    "un-sign": lambda g: Note.objects.filter(pk=g.note.pk).update(
        status="draft", signed_at=None, signed_by=None, digest=""
    ),
    "delete": lambda g: g.note.delete(),
    "delete past the cascade": lambda g: Note.objects.filter(pk=g.note.pk)._raw_delete("default"),
    "bulk update": lambda g: Note.objects.bulk_update([changed(g.note, plan="x")], ["plan"]),
    "upsert": lambda g: Note.objects.bulk_create(
        [changed(g.note, plan="x")], update_conflicts=True, unique_fields=["id"],
        update_fields=["plan"],
    ),
    "swap the document": lambda g: Note.objects.filter(pk=g.note.pk).update(
        document=g.another.document
    ),
    "lengthen a block": lambda g: TreatmentBlock.objects.filter(note=g.note).update(
        ends_at=g.note.signed_at
    ),
    "move a block away": lambda g: TreatmentBlock.objects.filter(note=g.note).update(note=g.draft),
    "add a block": lambda g: changed(
        first(TreatmentBlock, note=g.another), pk=None, public_id=new_key(), note=g.note,
    ).save(force_insert=True),
    "delete a block": lambda g: TreatmentBlock.objects.filter(note=g.note)._raw_delete("default"),
    "another day of service": lambda g: Visit.objects.filter(pk=g.note.visit_id).update(
        date="2026-01-05"
    ),
    "another therapist": lambda g: Visit.objects.filter(pk=g.note.visit_id).update(
        clinician=g.draft.visit.clinician_id, number_in_episode=9
    ),
    "another patient": lambda g: Visit.objects.filter(pk=g.note.visit_id).update(
        patient=g.draft.visit.patient_id
    ),
    "open the visit again": lambda g: Visit.objects.filter(pk=g.note.visit_id).update(
        status="charting"
    ),
    "raise the units": lambda g: ChargeLine.objects.update(units=9, charge_cents=9 * 6200),
    "add a line": lambda g: changed(first(ChargeLine), pk=None, position=9).save(
        force_insert=True
    ),
    "delete a line": lambda g: ChargeLine.objects.all()._raw_delete("default"),
    "rewrite the answer": lambda g: ChargeSet.objects.update(answer={}),
    "rewrite the facts of the chart": lambda g: ChargeSet.objects.update(record_facts={}),
    "rename the digest's version": lambda g: ChargeSet.objects.update(digest_version=1),
    "lower the bill": lambda g: Superbill.objects.update(total_cents=1),
    "delete the bill": lambda g: Superbill.objects.all()._raw_delete("default"),
    "date a signature back": lambda g: Signature.objects.update(at="2026-01-05T00:00Z"),
    "sign as another": lambda g: Signature.objects.update(name="Somebody Else"),
    "cut a signature out": lambda g: Signature.objects.filter(note=g.note).update(note=g.another),
    "delete a signature": lambda g: Signature.objects.all()._raw_delete("default"),
    "rewrite an addendum": lambda g: g.note.addenda.update(text="x"),
    "exchange the paper": lambda g: StoredDocument.objects.update(content=b"x"),
    "rename the paper's hash": lambda g: StoredDocument.objects.update(sha256="0" * 64),
    "delete the paper": lambda g: StoredDocument.objects.all()._raw_delete("default"),
    "rewrite the trail": lambda g: AuditEvent.objects.update(actor_name="x"),
    "delete from the trail": lambda g: AuditEvent.objects.all()._raw_delete("default"),
}  # fmt: skip

SQL = {
    "rewrite": "UPDATE notes_note SET plan = 'x' WHERE id = {note}",
    "renumber": "UPDATE notes_note SET id = id + 1000 WHERE id = {note}",
    "un-sign": "UPDATE notes_note SET status = 'draft', signed_at = NULL, signed_by_id = NULL, "
    "digest = '' WHERE id = {note}",
    "remove": "DELETE FROM notes_note WHERE id = {note}",
    "remove the visit": "DELETE FROM notes_visit WHERE id = {visit}",
    "another hour": "UPDATE notes_visit SET starts_at = '2026-01-05 09:00:00' WHERE id = {visit}",
    "carry a block over": "UPDATE notes_treatmentblock SET note_id = {another} "
    "WHERE note_id = {note}",
    "carry a draft's visit": "UPDATE notes_note SET visit_id = {visit} WHERE id = {another}",
    "swap two signatures": "UPDATE notes_signature SET note_id = CASE note_id WHEN {note} "
    "THEN {another} ELSE {note} END WHERE meaning = 'author'",
    "carry a line over": "UPDATE billing_chargeline SET charge_set_id = charge_set_id + 1",
    "bill less": "UPDATE billing_chargeset SET total_cents = 0 WHERE id = {charges}",
    "exchange the paper": "UPDATE clinic_storeddocument SET content = '' WHERE id = {document}",
    "one row of the trail": "DELETE FROM clinic_auditevent WHERE action = 'note.signed'",
    "the trail's order": "UPDATE clinic_auditevent SET id = -id",
    "upsert over it": "INSERT INTO notes_note SELECT * FROM notes_note WHERE id = {note} "
    "ON CONFLICT (id) DO UPDATE SET plan = 'x'",
}
ONLY_SQLITE = {
    "replace it": "INSERT OR REPLACE INTO notes_note SELECT * FROM notes_note WHERE id = {note}",
    "replace the paper": "REPLACE INTO clinic_storeddocument SELECT * FROM clinic_storeddocument",
    "replace on the way": "UPDATE OR REPLACE notes_note SET visit_id = {visit} "
    "WHERE id = {another}",
    "replace the trail": "INSERT OR REPLACE INTO clinic_auditevent SELECT * FROM clinic_auditevent",
}


def refused(ground: Ground, act: Callable[[], object]) -> None:
    before = snapshot()

    with pytest.raises(DatabaseError), transaction.atomic():
        act()

    assert snapshot() == before


def test_there_are_attacks_enough():
    assert len(ORM) + len(SQL) >= 48


@pytest.mark.parametrize("name", ORM)
def test_signed_rows_refuse_the_orm(ground, name):
    refused(ground, lambda: ORM[name](ground))


@pytest.mark.parametrize("name", SQL)
def test_signed_rows_refuse_sql(ground, name):
    refused(ground, lambda: ground.sql(SQL[name]))


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="REPLACE is SQLite's")
@pytest.mark.parametrize("name", ONLY_SQLITE)
def test_signed_rows_refuse_replace(ground, name):
    refused(ground, lambda: ground.sql(ONLY_SQLITE[name]))


def test_visit_of_a_signed_note_follows_a_merge_of_records(ground, client_for):
    visit = ground.note.visit
    kept = make_patient()
    admin = make_user(Role.ADMIN)

    merge = merge_patients(kept, visit.patient, by=admin)
    moved = Visit.objects.get(pk=visit.pk).patient_id
    undo_merge(merge, by=admin)

    assert (moved, Visit.objects.get(pk=visit.pk).patient_id) == (kept.pk, visit.patient_id)
