"""A folder as the way to the clearinghouse: files dropped into `out`, answers found in `in`.

The folder is the installation's (HANDLINE_CLAIMS_DIR, such as a mounted SFTP directory); each
practice has its own part of it. A file appears whole: it is written beside and then renamed.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from billing.desk_enums import ClaimState, FileState
from billing.models import ClaimFile
from billing.services.claims_answers import read_incoming
from billing.services.desk_refresh import refresh
from billing.services.locking import lock_claims
from clinic import environment
from clinic.errors import NotAllowed
from clinic.models import Practice, User
from clinic.services import audit


def folder_of(practice: Practice) -> Path | None:
    """None where the installation has no folder."""
    root = environment.text("HANDLINE_CLAIMS_DIR")
    return Path(root) / f"practice-{practice.pk}" if root else None


@transaction.atomic
@audit.held_back()
def drop(file: ClaimFile, *, by: User) -> ClaimFile:
    """Hand the file over. Its claims count as sent only once it lies in the folder."""
    file = ClaimFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    folder = folder_of(file.practice)
    if folder is None:
        raise NotAllowed(
            "No folder is set up for claim files (HANDLINE_CLAIMS_DIR): download the file and "
            "upload it at the clearinghouse."
        )
    if file.dropped_at is not None:
        raise NotAllowed(f"{file.name} was handed over already.")
    file.state, file.dropped_at = FileState.DROPPED, timezone.now()
    file.save(update_fields=["state", "dropped_at"])
    mark_sent(file)
    audit.record("claims.dropped", actor=by, subject=file, control=file.control)
    # Last of all: if this fails, nothing is marked; if the commit fails, the number stays unused.
    _write(folder / "out", file.name, file.content)
    return file


def mark_sent(file: ClaimFile) -> None:
    claims = file.claims.filter(state=ClaimState.MADE).select_related("coverage", "charge_set")
    lock_claims(claims)
    for claim in claims.order_by("pk"):
        claim.state = ClaimState.SENT
        claim.save(update_fields=["state"])
        refresh(claim.charge_set)


def _write(folder: Path, name: str, text: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{name}.part"
        with part.open("w", encoding="ascii", newline="") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        part.rename(folder / name)
    except OSError as error:
        raise NotAllowed(
            f"The folder for claim files cannot be written ({error.strerror}): check the mount."
        ) from error


@dataclass(frozen=True, slots=True)
class Fetched:
    name: str
    words: str
    is_read: bool


def fetch(practice: Practice, *, by: User | None = None) -> list[Fetched]:
    """Read every answer in `in`; a read file goes to `read`, a refused one to `refused`."""
    folder = folder_of(practice)
    if folder is None or not (folder / "in").is_dir():
        return []
    found = []
    for path in sorted((folder / "in").iterdir()):
        if path.is_file() and not path.name.startswith("."):
            found.append(_take(path, folder, by))
    return found


def _take(path: Path, folder: Path, by: User | None) -> Fetched:
    try:
        row = read_incoming(path.read_text(encoding="latin-1"), name=path.name, by=by)
        result = Fetched(path.name, row.kind, True)
    except NotAllowed as refusal:
        result = Fetched(path.name, str(refusal), False)
    target = folder / ("read" if result.is_read else "refused")
    target.mkdir(exist_ok=True)
    path.rename(target / path.name)
    return result
