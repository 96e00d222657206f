from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Every event has its number, once; and the orders in which the audit screen reads them."""

    dependencies = [
        ('clinic', '0009_seal_earlier_events'),
    ]

    operations = [
        migrations.AlterField('auditevent', 'seq', models.BigIntegerField()),
        migrations.AlterField('auditevent', 'practice_id', models.BigIntegerField(null=True)),
        migrations.AddConstraint('auditevent', models.UniqueConstraint(fields=('practice_id', 'seq'), name='clinic_audit_numbered_per_practice')),
        migrations.AddConstraint('auditevent', models.UniqueConstraint(condition=Q(('practice_id', None)), fields=('seq',), name='clinic_audit_numbered_in_the_installation')),
        migrations.AddConstraint('auditevent', models.CheckConstraint(condition=Q(('outcome__in', ['done', 'denied', 'failed'])), name='clinic_audit_outcome_known')),
        migrations.AddIndex('auditevent', models.Index(fields=['practice_id', 'actor_id', '-at'], name='clinic_audi_practic_a254c6_idx')),
        migrations.AddIndex('auditevent', models.Index(fields=['practice_id', 'action', '-at'], name='clinic_audi_practic_000730_idx')),
        migrations.AddIndex('auditevent', models.Index(condition=Q(('outcome', 'done'), _negated=True), fields=['practice_id', '-at'], name='clinic_audit_not_done')),
    ]
