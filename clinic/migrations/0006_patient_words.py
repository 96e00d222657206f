"""Words of the search for patients who were registered before the search."""

from django.db import migrations

from clinic.folding import digits_of, words_of

CHUNK = 2000


def index(apps, schema_editor):
    patient = apps.get_model("clinic", "Patient")
    token = apps.get_model("clinic", "PatientToken")
    rows = []
    for row in patient._base_manager.order_by("pk").iterator(chunk_size=CHUNK):
        names = (row.first_name, row.last_name, row.preferred_name, row.record_number)
        for word in words_of(*names) | digits_of(row.phone, row.other_phone):
            rows.append(
                token(practice_id=row.practice_id, patient_id=row.pk, token=word,
                      mirrored=word[::-1])
            )
        if len(rows) > CHUNK:
            token._base_manager.bulk_create(rows)
            rows = []
    token._base_manager.bulk_create(rows)


def forget(apps, schema_editor):
    apps.get_model("clinic", "PatientToken")._base_manager.all().delete()


class Migration(migrations.Migration):
    dependencies = [("clinic", "0005_patient_record")]

    operations = [migrations.RunPython(index, forget)]
