from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0010_claim_boxes'),
    ]

    operations = [
        migrations.AddField(
            model_name='claimsettings',
            name='supervised',
            field=models.JSONField(blank=True, default=list, help_text='Kinds of plan whose claims name the assistant and, in box 17, who supervises.'),
        ),
    ]
