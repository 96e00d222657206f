from django.db import migrations

from clinic.audit_chain import SEALED, key_ring, plain, seal

CHUNK = 500


def seal_earlier_events(apps, schema_editor):
    """Number and seal the events from before the chain, as they stand, in their order."""
    from clinic import guards

    Event = apps.get_model("clinic", "AuditEvent")
    if not Event._base_manager.exists():
        return
    guards.remove(schema_editor.connection.alias)  # back after migrate; the rows are append-only
    ring = key_ring()
    practices = Event._base_manager.values_list("practice_id", flat=True).distinct().order_by()
    for practice_id in list(practices):
        _seal_chain(Event, practice_id, ring)


def _seal_chain(Event, practice_id, ring):
    rows = Event._base_manager.filter(practice_id=practice_id).order_by("pk")
    seq, before, chunk = 0, "", []
    for event in rows.iterator(chunk_size=CHUNK):
        seq += 1
        event.seq, event.prev_hash, event.key_id = seq, before, ring.current
        event.detail = plain(event.detail)
        before = event.hash = seal(
            {name: getattr(event, name) for name in SEALED}, ring.key(ring.current)
        )
        chunk.append(event)
        if len(chunk) == CHUNK:
            _save(Event, chunk)
            chunk = []
    _save(Event, chunk)


def _save(Event, chunk):
    Event._base_manager.bulk_update(chunk, ["seq", "prev_hash", "key_id", "hash", "detail"])


class Migration(migrations.Migration):
    dependencies = [
        ('clinic', '0008_audit_chain'),
    ]

    operations = [
        migrations.RunPython(seal_earlier_events, migrations.RunPython.noop),
    ]
