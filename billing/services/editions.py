"""Importing published tables: a draft edition with a difference report, then accepting it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.utils import timezone

from billing.enums import EditionKind, EditionStatus
from billing.importers import difference
from billing.importers.found import FeeRow, Found, Identity, LimitRow, PairRow
from billing.importers.mue import read_limits
from billing.importers.ptp import read_pairs
from billing.importers.ptp_medicaid import is_medicaid, read_medicaid_pairs
from billing.importers.rvu import read_fees
from billing.models import (
    CodePairEdit,
    EditEdition,
    EditionPart,
    FeeReference,
    ProcedureCode,
    UnitLimit,
)
from clinic.errors import NotAllowed
from clinic.models import User
from clinic.published_files import PublishedFile
from clinic.scope import every_practice
from clinic.services import audit

BATCH = 2000
TABLES: Mapping[str, tuple[type[models.Model], type]] = {
    EditionKind.PAIRS: (CodePairEdit, PairRow),
    EditionKind.LIMITS: (UnitLimit, LimitRow),
    EditionKind.FEES: (FeeReference, FeeRow),
}


def import_pairs(
    files: Sequence[PublishedFile],
    *,
    license_attested: bool,
    by: User | None = None,
    also: Iterable[str] = (),
) -> EditEdition:
    """One quarter's code pairs, as a draft: Medicare's four parts, or Medicaid's file."""
    read = read_medicaid_pairs if is_medicaid(files) else read_pairs
    return _import(
        EditionKind.PAIRS,
        files,
        lambda codes: read(files, codes=codes),
        license_attested=license_attested,
        by=by,
        also=also,
    )


def import_limits(
    file: PublishedFile,
    *,
    license_attested: bool,
    by: User | None = None,
    also: Iterable[str] = (),
) -> EditEdition:
    """One quarter's unit limits, as a draft."""
    return _import(
        EditionKind.LIMITS,
        [file],
        lambda codes: read_limits(file, codes=codes),
        license_attested=license_attested,
        by=by,
        also=also,
    )


def import_fees(
    file: PublishedFile,
    *,
    license_attested: bool,
    by: User | None = None,
    also: Iterable[str] = (),
) -> EditEdition:
    """One release of Medicare's relative values, as a draft."""
    return _import(
        EditionKind.FEES,
        [file],
        lambda codes: read_fees(file, codes=codes),
        license_attested=license_attested,
        by=by,
        also=also,
    )


@transaction.atomic
def accept_edition(edition: EditEdition, *, by: User | None = None) -> EditEdition:
    """From now on the edition counts. What was billed before keeps the tables of its day."""
    edition = EditEdition.objects.select_for_update().get(pk=edition.pk)
    if edition.status == EditionStatus.ACTIVE:
        raise NotAllowed(f"{edition} is in force already.")
    edition.status, edition.accepted_at, edition.accepted_by = (
        EditionStatus.ACTIVE,
        timezone.now(),
        by,
    )
    edition.save(update_fields=["status", "accepted_at", "accepted_by"])
    _record("edition.accepted", edition, by)
    return edition


@transaction.atomic
def discard_edition(edition: EditEdition, *, by: User | None = None) -> None:
    """Throw a draft away, so that its files can be imported again."""
    edition = EditEdition.objects.select_for_update().get(pk=edition.pk)
    if edition.status == EditionStatus.ACTIVE:
        raise NotAllowed(f"{edition} is in force: bills may rest on it, so it stays.")
    _record("edition.discarded", edition, by)
    edition.delete()


def edition_before(edition: EditEdition) -> EditEdition | None:
    """The one in force that this edition would follow, or stand beside in the same quarter."""
    return (
        EditEdition.objects.filter(
            kind=edition.kind,
            program=edition.program,
            setting=edition.setting,
            status=EditionStatus.ACTIVE,
            effective_from__lte=edition.effective_from,
        )
        .exclude(pk=edition.pk)
        .order_by("-effective_from", "starter", "-pk")
        .first()
    )


def store(found: Found, kind: str, parts: Sequence[tuple[str, str]], **fields) -> EditEdition:
    """Write an edition and its rows. The caller holds the transaction."""
    identity = found.identity
    edition = EditEdition(
        kind=kind,
        program=identity.program,
        setting=identity.setting,
        label=identity.label,
        version=identity.version,
        effective_from=identity.effective_from,
        source_name=", ".join(name for name, _ in parts)[:200],
        rows_total=found.total,
        rows_kept=len(found.rows),
        imported_at=timezone.now(),
        **fields,
    )
    before = edition_before(edition)
    edition.difference = difference.difference(
        _values(kind, _rows_of(before, kind), identity) if before else {},
        _values(kind, found.rows, identity),
        against=f"{before} ({before.version})" if before else "",
    )
    if kind == EditionKind.PAIRS:
        edition.difference["doubled"] = difference.doubled(found.rows, identity.effective_from)
    edition.save(force_insert=True)
    EditionPart.objects.bulk_create(
        EditionPart(edition=edition, name=name, sha256=digest) for name, digest in parts
    )
    model = TABLES[kind][0]
    model.objects.bulk_create(
        (model(edition=edition, **row._asdict()) for row in found.rows), batch_size=BATCH
    )
    return edition


def _import(
    kind: str,
    files: Sequence[PublishedFile],
    read: Callable[[set[str]], Found],
    *,
    license_attested: bool,
    by: User | None,
    also: Iterable[str],
) -> EditEdition:
    """Read everything first: the write transaction is short and a refusal leaves nothing."""
    if not license_attested:
        raise NotAllowed(
            "Confirm first that the clinic holds a CPT license or has accepted the terms that "
            "CMS shows before the download."
        )
    parts = [(file.name, file.sha256()) for file in files]
    _check_not_imported([digest for _, digest in parts])
    found = read({*ProcedureCode.objects.values_list("code", flat=True), *also})
    if not found.rows:
        raise NotAllowed("None of the rows has codes of this installation: nothing was imported.")
    try:
        with transaction.atomic():
            _check_new(kind, found.identity, parts)
            edition = store(found, kind, parts, imported_by=by, license_attested_at=timezone.now())
            _record("edition.imported", edition, by)
    except IntegrityError:
        _check_new(kind, found.identity, parts)  # somebody stored the same meanwhile
        raise
    return edition


def _check_new(kind: str, identity: Identity, parts: Sequence[tuple[str, str]]) -> None:
    _check_not_imported([digest for _, digest in parts])
    _check_not_stored(kind, identity)


def _record(action: str, edition: EditEdition, by: User | None) -> None:
    with every_practice("published tables are the same for every practice"):
        audit.record(action, actor=by, subject=edition, label=edition.label)


def _check_not_imported(digests: Sequence[str]) -> None:
    if len(set(digests)) < len(digests):
        raise NotAllowed("The same file was given twice.")
    earlier = EditionPart.objects.filter(sha256__in=digests).select_related("edition").first()
    if earlier:
        raise NotAllowed(
            f"This file was imported on {earlier.edition.imported_at:%b %d, %Y} as "
            f"{earlier.edition}. Nothing was imported again."
        )


def _check_not_stored(kind: str, identity: Identity) -> None:
    if EditEdition.objects.filter(
        kind=kind,
        program=identity.program,
        setting=identity.setting,
        label=identity.label,
        version=identity.version,
    ).exists():
        raise NotAllowed(
            f"{identity.label} ({identity.version}) for this setting is here already. "
            "Nothing was imported."
        )


def _rows_of(edition: EditEdition, kind: str) -> list:
    model, row = TABLES[kind]
    stored: QuerySet = model.objects.filter(edition=edition).order_by("pk")
    return [row(*values) for values in stored.values_list(*row._fields)]


def _values(kind: str, rows: Iterable, identity: Identity) -> dict[str, str]:
    if kind == EditionKind.PAIRS:
        return difference.in_force(rows, identity.effective_from)
    return difference.limits(rows) if kind == EditionKind.LIMITS else difference.fees(rows)
