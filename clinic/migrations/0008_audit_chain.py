from django.db import migrations, models


class Migration(migrations.Migration):
    """What a link of the audit chain needs. Numbers and seals follow in the next step."""

    dependencies = [
        ('clinic', '0007_payer_wishes'),
    ]

    operations = [
        migrations.AddField('auditevent', 'seq', models.BigIntegerField(null=True)),
        migrations.AddField('auditevent', 'actor_role', models.CharField(blank=True, default='', max_length=10), preserve_default=False),
        migrations.AddField('auditevent', 'outcome', models.CharField(choices=[('done', 'Done'), ('denied', 'Refused'), ('failed', 'Failed')], default='done', max_length=6)),
        migrations.AddField('auditevent', 'ip', models.CharField(blank=True, default='', max_length=45, verbose_name='address'), preserve_default=False),
        migrations.AddField('auditevent', 'agent', models.CharField(blank=True, default='', max_length=16, verbose_name='browser'), preserve_default=False),
        migrations.AddField('auditevent', 'session', models.CharField(blank=True, default='', max_length=16), preserve_default=False),
        migrations.AddField('auditevent', 'key_id', models.CharField(default='', editable=False, max_length=8), preserve_default=False),
        migrations.AddField('auditevent', 'prev_hash', models.CharField(blank=True, default='', editable=False, max_length=64), preserve_default=False),
        migrations.AddField('auditevent', 'hash', models.CharField(default='', editable=False, max_length=64), preserve_default=False),
    ]
