"""Making a backup: one instant of the database, sealed, whole or not there at all."""

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from clinic.errors import NotAllowed
from clinic.models import Practice
from clinic.scope import scope
from clinic.services import audit
from clinic.services.backup import manifest, sealing
from clinic.services.backup.places import Place

ENDING = ".tar.gz.age"


@dataclass(frozen=True, slots=True)
class Made:
    """What is told beside the backup; readable without any key, and says nothing of patients."""

    file: str
    made_at: str
    engine: str
    size: int
    sha256: str
    recipients: tuple[str, ...]


def make_backup(
    place: Place, *, into: Path, recipients: Sequence[str], now: datetime, work: Path
) -> Made:
    """Write the backup and, last, the page beside it. Raises NotAllowed with what to do.

    `work` holds the plain snapshot for a moment, so it must be as safe as the database itself.
    """
    if not recipients:
        raise NotAllowed(
            "Say for whom to encrypt: set HANDLINE_BACKUP_RECIPIENTS to what "
            "`manage.py backup_key FILE` printed."
        )
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="backup-", dir=work) as folder:
            return _make(place, into, recipients, now, Path(folder))
    except OSError as trouble:
        if trouble.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise NotAllowed(
                f"The disk is full: the backup needs room in {work} and in {into}. Earlier "
                "backups are untouched."
            ) from trouble
        raise NotAllowed(f"The backup could not be written: {trouble.strerror}.") from trouble


def _make(place: Place, into: Path, recipients: Sequence[str], now: datetime, folder: Path) -> Made:
    snapshot = folder / place.member
    facts = place.snapshot(snapshot)
    told = manifest.Manifest(
        made_at=now.isoformat(),
        engine=place.engine,
        database=place.member,
        size=snapshot.stat().st_size,
        sha256=hash_of(snapshot),
        rows=facts.rows,
        migrations=facts.migrations,
        fingerprints=manifest.fingerprints(),
    ).signed()
    target = into / f"handline-{now:%Y%m%dT%H%M%S}Z{ENDING}"
    if target.exists():
        raise NotAllowed(f"{target.name} is there already: one backup a second is enough.")
    part = target.with_suffix(".part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            sealing.seal(
                [(manifest.MEMBER, told.to_bytes()), (place.member, snapshot)],
                into=out, recipients=recipients,
            )  # fmt: skip
            out.flush()
            os.fsync(out.fileno())
        made = Made(
            target.name, now.isoformat(), place.engine, part.stat().st_size, hash_of(part),
            tuple(recipients),
        )  # fmt: skip
        os.replace(part, target)
        _write_page(target, made)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return made


def _write_page(target: Path, made: Made) -> None:
    page = page_of(target)
    part = page.with_suffix(".part")
    part.write_text(json.dumps(asdict(made), sort_keys=True, indent=1) + "\n", encoding="utf-8")
    os.replace(part, page)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def page_of(backup: Path) -> Path:
    return backup.with_name(backup.name.removesuffix(ENDING) + ".json")


def hash_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def tell_every_practice(action: str, **detail: object) -> None:
    """The act stands in the trail of each practice whose records it touched."""
    for practice in Practice.objects.order_by("pk"):
        with scope(practice):
            audit.record(action, actor=None, **detail)
