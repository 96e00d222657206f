"""When a visit was booked: deadlines for Good Faith Estimates count from that day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notes", "0011_plans_on_paper")]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="booked_on",
            field=models.DateField(
                blank=True,
                help_text="The law's deadlines for an estimate count from this day.",
                null=True,
            ),
        ),
    ]
