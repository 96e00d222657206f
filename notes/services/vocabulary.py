"""Changing the practice's words. Rows in use by notes are retired, never deleted."""

from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import User
from clinic.services import audit
from clinic.services.edit_conflicts import check_seen
from notes.models import BodyRegion, Technique, WordVersion
from notes.words import FIRST_DAY

KEPT = {
    Technique: ("label", "code", "lane", "needs_region", "uses_grade", "active"),
    BodyRegion: ("label", "buckets", "needs_side", "active"),
}


@transaction.atomic
def change_word(
    row: Technique | BodyRegion,
    *,
    by: User,
    changes: dict[str, Any],
    starts_on: date | None = None,
    why: str = "",
    seen: str | None = None,
) -> Technique | BodyRegion:
    """From that day on (today, unless given) the word means this; earlier days keep what it meant.

    Old and new values go into the audit trail, and the word gets its next version.
    """
    was = type(row).objects.select_for_update().get(pk=row.pk)
    check_seen(was, changes, seen)
    before = {name: getattr(was, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return row
    since = starts_on or timezone.localdate()
    newest = _close(was, since)
    for name, value in changed.items():
        setattr(row, name, value)
        setattr(was, name, value)
    was.save(update_fields=list(changed))
    _open(was, version=newest + 1, starts_on=since, why=why, by=by)
    dated = {"starts_on": since.isoformat(), "why": why} if starts_on or why else {}
    audit.record(
        "vocabulary.changed",
        actor=by,
        subject=row,
        key=row.key,
        before={name: before[name] for name in changed},
        after=changed,
        **dated,
    )
    return row


def versions_of(row: Technique | BodyRegion) -> list[WordVersion]:
    """Newest first, each with what changed against the one before it, in words."""
    rows = list(row.versions.select_related("made_by"))
    for version, before in zip_longest(rows, rows[1:]):
        version.changes = [
            (_label(row, name), _shown(before.meaning[name]) if before else "", _shown(value))
            for name, value in version.meaning.items()
            if before is not None and before.meaning[name] != value
        ]
    return rows


def _close(was: Technique | BodyRegion, since: date) -> int:
    """End the newest version on the day before; the first change makes what was into one."""
    newest = was.versions.first()
    if newest is None:
        newest = _open(was, version=1, starts_on=FIRST_DAY, why="", by=None)
    if since <= newest.starts_on:
        raise NotAllowed(
            f"{was.label} was last changed from {newest.starts_on:%m/%d/%Y} on: "
            "the next change starts after that day."
        )
    newest.ends_on = since - timedelta(days=1)
    newest.save(update_fields=["ends_on"])
    return newest.version


def _open(
    row: Technique | BodyRegion, *, version: int, starts_on: date, why: str, by: User | None
) -> WordVersion:
    word = {"technique": row} if isinstance(row, Technique) else {"region": row}
    return WordVersion.objects.create(
        **word,
        version=version,
        meaning={name: getattr(row, name) for name in KEPT[type(row)]},
        starts_on=starts_on,
        why=why,
        made_at=timezone.now(),
        made_by=by,
    )


def _label(row: Technique | BodyRegion, name: str) -> str:
    return str(row._meta.get_field(name).verbose_name).capitalize()


def _shown(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value or "–")
