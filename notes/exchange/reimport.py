"""A record brought into an empty Handline: hashes compared, signatures verified."""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from clinic import guards
from clinic.documents.verify import verify_pdf
from clinic.errors import NotAllowed
from clinic.models import Patient, PatientFile, PatientToken, Practice, StoredDocument
from clinic.models.patient_search import token_row
from clinic.roles import as_owner
from clinic.scope import every_practice, scope
from clinic.services import audit, issuing, keys
from notes.exchange.exporting import FORMAT
from notes.exchange.records import exported_models, to_python

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Brought:
    """What came in, and how each document's signature did."""

    practice: Practice
    rows: int
    documents: int
    valid: int
    troubles: tuple[str, ...]


def bring_in(file: IO[bytes], *, tell: Callable[[str], None] = lambda words: None) -> Brought:
    """All or nothing. Raises NotAllowed where the archive is damaged or the place not empty."""
    archive = _open(file)
    manifest = _manifest(archive)
    _check_hashes(archive, manifest)
    tell("Every file is as it was exported.")
    with every_practice("a whole practice is brought in"):
        if Practice.objects.exists():
            raise NotAllowed("This Handline is not empty: a record is brought into an empty one.")
        practice, rows = _write(archive)
    tell(f"{rows} rows are in.")
    with scope(practice):
        found = list(_verify(tell))
        audit.record("record.imported", actor=None, rows=rows)
    troubles = tuple(trouble for trouble in found if trouble)
    return Brought(practice, rows, len(found), len(found) - len(troubles), troubles)


def _open(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except zipfile.BadZipFile as trouble:
        raise NotAllowed("This is not a ZIP file: choose the file that Handline exported.") from (
            trouble
        )


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        manifest = json.loads(archive.read("manifest.json"))
    except (KeyError, ValueError) as trouble:
        raise NotAllowed("The ZIP has no readable manifest: Handline did not write it.") from (
            trouble
        )
    if manifest.get("format") != FORMAT:
        raise NotAllowed(f"This record's format is {manifest.get('format')}, not {FORMAT}.")
    if manifest.get("patient"):
        raise NotAllowed("This is the record of one patient: only a whole practice is brought in.")
    return manifest


def _check_hashes(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    named = manifest["sha256"]
    present = set(archive.namelist()) - {"manifest.json"}
    if missing := set(named) - present:
        raise NotAllowed(f"{min(missing)} is missing from the ZIP: export it again.")
    if extra := present - set(named):
        raise NotAllowed(f"{min(extra)} is not in the manifest: the ZIP was changed.")
    for name, wanted in named.items():
        digest = sha256()
        with archive.open(name) as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        if digest.hexdigest() != wanted:
            raise NotAllowed(f"{name} was changed since the export: its SHA-256 differs.")


def _write(archive: zipfile.ZipFile) -> tuple[Practice, int]:
    """Rows under their own keys. The guards are off for this one transaction, and back after."""
    rows = 0
    with transaction.atomic():
        guards.remove()
        for model in exported_models():
            for chunk in _chunks(archive, model):
                model._base_manager.bulk_create(chunk)
                rows += len(chunk)
        practice = Practice.objects.get()
        with scope(practice):
            PatientToken.objects.bulk_create(
                [token_row(p, w) for p in Patient.objects.all() for w in p.search_words()],
                batch_size=1000,
            )
        connection.check_constraints()
        _reset_sequences()
        guards.install()
    return practice, rows


def _chunks(archive: zipfile.ZipFile, model) -> Iterator[list]:
    with archive.open(f"json/{model._meta.label_lower}.jsonl") as file:
        chunk = []
        for line in file:
            row = json.loads(line)
            if model is StoredDocument:
                name = f"documents/{row['number']}-v{row['version']}.pdf"
                chunk.append(_with_content(archive, model, row, name))
            elif model is PatientFile:
                name = f"files/{row['public_id']}/{row['original_name']}"
                chunk.append(_with_content(archive, model, row, name))
            else:
                chunk.append(to_python(model, row))
            if len(chunk) >= CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk


def _with_content(archive: zipfile.ZipFile, model, row: dict[str, Any], name: str):
    made = to_python(model, row)
    made.content = archive.read(name)
    return made


def _reset_sequences() -> None:
    statements = connection.ops.sequence_reset_sql(no_style(), exported_models())
    with as_owner(connection), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _verify(tell: Callable[[str], None]) -> Iterator[str]:
    """One answer per document: empty where signature and registry agree.

    The authority's own key stays behind, so no list of revoked certificates can be signed
    here; the hashes and the registry rows are those of the practice that issued.
    """
    trust = keys.trust()
    numbers = StoredDocument.objects.order_by("pk").values_list("pk", flat=True)
    for place, key in enumerate(numbers, start=1):
        document = StoredDocument.objects.get(pk=key)
        report = verify_pdf(
            bytes(document.content), trust=trust, registry=issuing.registry, now=timezone.now()
        )
        yield "" if report.accepted else f"{document}: {report.verdict}"
        if place % 100 == 0:
            tell(f"{place} signatures verified.")
