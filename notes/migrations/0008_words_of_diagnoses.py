"""Words of the diagnoses that were loaded before the index."""

from django.db import migrations

from clinic.folding import words_of

CHUNK = 2000


def index(apps, schema_editor):
    code_model = apps.get_model("notes", "DiagnosisCode")
    word_model = apps.get_model("notes", "DiagnosisWord")
    rows = []
    for code in code_model.objects.order_by("pk").iterator(chunk_size=CHUNK):
        words = {word for piece in code.title.split() for word in words_of(piece)}
        rows += [word_model(diagnosis_id=code.pk, word=word) for word in words]
        if len(rows) > CHUNK:
            word_model.objects.bulk_create(rows)
            rows = []
    word_model.objects.bulk_create(rows)


def forget(apps, schema_editor):
    apps.get_model("notes", "DiagnosisWord").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("notes", "0007_diagnosis_words")]

    operations = [migrations.RunPython(index, forget)]
