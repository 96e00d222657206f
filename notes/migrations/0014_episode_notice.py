"""Whether the patient signed that Medicare may not pay: GA, GZ and GX follow from it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notes", "0013_amendment_requests")]

    operations = [
        migrations.AddField(
            model_name="episodeofcare",
            name="notice",
            field=models.CharField(
                blank=True,
                choices=[
                    ("none", "None signed"),
                    ("mandatory", "Signed, likely denial"),
                    ("voluntary", "Signed, voluntary"),
                ],
                default="",
                help_text="Medicare: whether the patient signed that this care may not be paid.",
                max_length=9,
                verbose_name="advance notice (ABN)",
            ),
            preserve_default=False,
        ),
    ]
