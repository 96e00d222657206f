"""Signed charges and issued superbills from before the desk get their rows.

The charge goes to the side that the network names; `manage.py desk_refresh` settles the rest.
"""

import uuid

from django.db import migrations


def fill(apps, schema_editor):
    charge_set = apps.get_model("billing", "ChargeSet")
    entry = apps.get_model("billing", "LedgerEntry")
    item = apps.get_model("billing", "DeskItem")
    listed = apps.get_model("billing", "SuperbillVisit")
    superbill = apps.get_model("billing", "Superbill")
    rows = charge_set.objects.select_related("note__visit__patient", "note__visit__coverage")
    for row in rows.filter(desk=None).iterator(chunk_size=500):
        visit = row.note.visit
        network = visit.coverage.network if visit.coverage else "self"
        route = "claim" if network == "in" else "superbill"
        side = "payer_cents" if route == "claim" else "patient_cents"
        if row.total_cents:
            entry.objects.create(
                practice_id=row.practice_id, patient_id=visit.patient_id, charge_set=row,
                act=uuid.uuid4(), kind="charge", happened_on=visit.date, posted_at=row.created_at,
                **{side: row.total_cents},
            )
        item.objects.create(
            practice_id=row.practice_id, charge_set=row, visit=visit,
            patient_id=visit.patient_id, clinician_id=row.note.author_id,
            payer_id=visit.coverage.payer_id if visit.coverage else None,
            served_on=visit.date, starts_at=visit.starts_at, route=route, state="ready",
            words=f"{visit.patient.last_name} {visit.patient.first_name} "
                  f"{visit.patient.record_number}".lower(),
            total_cents=row.total_cents,
            patient_cents=row.total_cents if route == "superbill" else 0,
            payer_cents=row.total_cents if route == "claim" else 0,
        )
    for bill in superbill.objects.filter(visits=None).iterator(chunk_size=500):
        listed.objects.create(
            practice_id=bill.practice_id, superbill=bill, charge_set_id=bill.charge_set_id,
            position=1,
        )


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_billing_desk")]

    # Back: the tables go with the migration before, so there is nothing to undo.
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
