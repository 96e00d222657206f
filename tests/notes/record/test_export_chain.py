"""The exported trail is a chain that can be proved where it is brought to."""

from clinic.models import AuditEvent
from clinic.services import audit
from notes.exchange.records import rows_of
from tests.factories import make_patient, make_user


def seqs(practice, patient=None) -> list[int]:
    return [row["seq"] for row in rows_of(AuditEvent, practice, patient)]


def test_an_export_leaves_out_only_its_own_acts_at_the_end(in_practice):
    admin = make_user("admin")
    for action in ("note.viewed", "record.exported", "note.viewed"):
        audit.record(action, actor=admin)
    assert seqs(in_practice) == [1, 2, 3]

    audit.record("record.exported", actor=admin)
    audit.record("record.imported", actor=None)

    assert seqs(in_practice) == [1, 2, 3]


def test_a_patients_export_holds_the_patients_events(in_practice):
    admin, patient = make_user("admin"), make_patient()
    audit.record("note.viewed", actor=admin)
    audit.record("patient.viewed", actor=admin, patient_id=patient.pk)
    audit.record("record.exported", actor=admin, patient_id=patient.pk)

    assert seqs(in_practice, patient) == [2]
