"""Taking in a release of ICD-10-CM: codes start and end, none is rewritten."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from clinic.errors import NotAllowed
from clinic.models import User
from clinic.scope import every_practice
from clinic.services import audit
from notes.importers.icd10cm import DiagnosisRow, Release
from notes.models import DiagnosisCode
from notes.services.diagnosis_words import index_words

BATCH = 2000


@dataclass(frozen=True)
class Changes:
    """What a release would change: for a person to see before it is accepted."""

    release: Release
    added: tuple[DiagnosisRow, ...]
    revised: tuple[DiagnosisRow, ...]  # became a header or billable, or has another title
    ended: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.revised or self.ended)

    def in_words(self, most: int = 20) -> list[str]:
        billable = sum(row.billable for row in self.release.rows)
        report = [
            f"From {self.release.effective}: {len(self.release.rows)} codes, {billable} billable."
        ]
        for name, codes in (
            ("added", [row.code for row in self.added]),
            ("revised", [row.code for row in self.revised]),
            ("ended", list(self.ended)),
        ):
            shown = ", ".join(codes[:most]) + (" ..." if len(codes) > most else "")
            report.append(f"  {name}: {len(codes)}" + (f" ({shown})" if codes else ""))
        return report


def compare_release(release: Release) -> Changes:
    """The release against the codes in force; refuses one older than what is loaded."""
    newest = DiagnosisCode.objects.order_by("-valid_from").values_list("valid_from", flat=True)
    latest = newest.first()
    if latest and latest > release.effective:
        raise NotAllowed(
            f"Codes from {latest} are loaded already: import releases in the order of their dates."
        )
    now = {row.code: row for row in DiagnosisCode.objects.filter(valid_to=None)}
    listed = {row.code for row in release.rows}
    return Changes(
        release=release,
        added=tuple(row for row in release.rows if row.code not in now),
        revised=tuple(
            row for row in release.rows if row.code in now and _differs(now[row.code], row)
        ),
        ended=tuple(sorted(now.keys() - listed)),
    )


@transaction.atomic
def accept_release(release: Release, *, by: User | None = None) -> Changes:
    """Close what ended on the day before the release, and open what is new."""
    changes = compare_release(release)
    if not changes:
        raise NotAllowed("This release is loaded already: the file changes nothing.")
    since = release.effective
    closing = [*changes.ended, *(row.code for row in changes.revised)]
    for codes in _batches(closing):
        rows = DiagnosisCode.objects.filter(code__in=codes, valid_to=None)
        # A row that starts on the same day was never in force otherwise: it is put right.
        rows.filter(valid_from=since).delete()
        rows.update(valid_to=since - timedelta(days=1))
    opening = [*changes.added, *changes.revised]
    DiagnosisCode.objects.bulk_create(
        (DiagnosisCode(valid_from=since, **row._asdict()) for row in opening), batch_size=BATCH
    )
    index_words()
    with every_practice("published codes are the same for every practice"):
        audit.record(
            "diagnoses.imported",
            actor=by,
            effective=since.isoformat(),
            added=len(changes.added),
            revised=len(changes.revised),
            ended=len(changes.ended),
        )
    return changes


def _differs(stored: DiagnosisCode, row: DiagnosisRow) -> bool:
    return (stored.title, stored.billable) != (row.title, row.billable)


def _batches(codes: list[str]) -> Iterable[list[str]]:
    return (codes[at : at + 500] for at in range(0, len(codes), 500))
