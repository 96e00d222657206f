"""The letter about a request to amend, as it was put on paper last."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0017_amendment_letters"),
        ("notes", "0014_episode_notice"),
    ]

    operations = [
        migrations.AddField(
            model_name="amendmentrequest",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.storeddocument",
            ),
        ),
    ]
