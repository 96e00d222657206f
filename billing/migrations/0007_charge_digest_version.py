from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0006_desk_counts_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='chargeset',
            name='digest_version',
            field=models.PositiveSmallIntegerField(default=1, help_text='1: facts and answer; 2: what the chart says as well.'),
        ),
        migrations.AlterField(
            model_name='chargeset',
            name='digest',
            field=models.CharField(help_text='SHA-256 of what its version covers.', max_length=64),
        ),
    ]
