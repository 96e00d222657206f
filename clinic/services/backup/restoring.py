"""Reading a backup, and putting it in the place of a database."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clinic.errors import NotAllowed
from clinic.services.backup import making, manifest, sealing
from clinic.services.backup.places import Facts, Place, State

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    manifest: manifest.Manifest
    kept: str  # where the former database is, if there was one


def verify(file: Path, *, tell: Tell = lambda words: None) -> None:
    """Without a key: the file is the one that was written."""
    page = making.page_of(file)
    try:
        told = _read_page(page)
    except OSError as trouble:
        raise NotAllowed(f"{page.name} is missing beside the backup: copy both.") from trouble
    if making.hash_of(file) != told.get("sha256"):
        raise NotAllowed(f"{file.name} is not what was written: its SHA-256 differs.")
    tell(f"{file.name} is as it was written on {told['made_at']}.")


def _read_page(page: Path) -> dict:
    try:
        return json.loads(page.read_text(encoding="utf-8"))
    except ValueError as trouble:
        raise NotAllowed(f"{page.name} cannot be read.") from trouble


def open_backup(
    file: Path, *, key: Path, into: Path, place: Place, unproven: bool = False
) -> tuple[manifest.Manifest, Path]:
    """Decrypt into a folder and compare every hash. Nothing is restored yet."""
    identity = sealing.identity(key)
    with _opened(file) as content:
        members = sealing.unseal(content, key=identity)
        told, snapshot = None, into / place.member
        for name, data in members:
            if told is None:
                if name != manifest.MEMBER:
                    raise NotAllowed("The backup does not begin with its manifest.")
                told = manifest.read(data.read(1 << 24))
                _check_fits(told, place, unproven=unproven)
            elif name == told.database and not snapshot.exists():
                _copy(data, snapshot)
            else:
                raise NotAllowed("The backup holds something that Handline does not write.")
    if told is None or not snapshot.exists():
        raise NotAllowed("The backup is damaged or cut short: use another one.")
    if making.hash_of(snapshot) != told.sha256:
        raise NotAllowed("The database in the backup is not the one that its manifest names.")
    return told, snapshot


def _opened(file: Path):
    try:
        return file.open("rb")
    except OSError as trouble:
        raise NotAllowed(f"{file} cannot be read: {trouble.strerror}.") from trouble


def _check_fits(told: manifest.Manifest, place: Place, *, unproven: bool) -> None:
    if told.engine != place.engine:
        raise NotAllowed(
            f"This is a backup of {told.engine} and the place is {place.engine}: to change the "
            "engine, use export_record and bring_in_record."
        )
    if told.database != place.member:
        raise NotAllowed("The backup holds something that Handline does not write.")
    if unproven:
        return
    if differing := told.secrets_that_differ:
        names = ", ".join(f"HANDLINE_{name}" for name in differing)
        raise NotAllowed(
            f"The backup was made with another {names}: set the secrets that belong to it, or "
            "nothing that is locked inside will open. (--unproven goes on without.)"
        )
    if not told.is_ours:
        raise NotAllowed(
            "The manifest was not written by this installation: the backup may be forged."
        )


def _copy(data, target: Path) -> None:
    target.touch(mode=0o600)
    with target.open("wb") as out:
        while chunk := data.read(1 << 20):
            out.write(chunk)


def compare(told: manifest.Manifest) -> Callable[[Facts], None]:
    def check(found: Facts) -> None:
        if found.rows != told.rows:
            pairs = {(table, count) for table, count in told.rows.items()}
            table = min(pairs ^ set(found.rows.items()))[0]
            raise NotAllowed(f"The table {table} came back with other rows than were backed up.")
        if found.migrations != told.migrations:
            raise NotAllowed("The database came back in another version than was backed up.")

    return check


def restore(
    place: Place,
    file: Path,
    *,
    key: Path,
    work: Path,
    replace: bool = False,
    unproven: bool = False,
    known: Callable[[dict[str, str]], None] = lambda migrations: None,
    tell: Tell = lambda words: None,
) -> Restored:
    """Verify everything first, then swap. A place that holds records needs `replace`."""
    if place.state() is not State.EMPTY and not replace:
        raise NotAllowed(
            "There are records here already. To put the backup in their place, say "
            "--replace-everything; two people confirm it."
        )
    with tempfile.TemporaryDirectory(prefix="restore-", dir=work) as folder:
        told, snapshot = open_backup(
            file, key=key, into=Path(folder), place=place, unproven=unproven
        )
        known(told.migrations)
        tell("Every hash is right.")
        kept = place.put(snapshot, check=compare(told))
    tell(f"{sum(told.rows.values())} rows are back, as of {told.made_at}.")
    return Restored(told, kept)
