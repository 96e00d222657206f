"""An uploaded ICD-10-CM file: kept with its report until it is accepted, refused or a day old."""

from datetime import date, timedelta
from io import BytesIO

from django.db import transaction
from django.utils import timezone

from billing.enums import SettingArea
from billing.models import ReleaseDraft
from billing.services.policies_history import Change, remember
from clinic.errors import NotAllowed
from clinic.models import User
from clinic.published_files import FileRefused, PublishedFile
from clinic.scope import every_practice
from notes.importers.icd10cm import read_order_file
from notes.services.diagnosis_releases import Changes, accept_release, compare_release

LASTS = timedelta(hours=24)
# The order file of a year has some 15 MB, its archive 3.
MOST_MEGABYTES = 32


@transaction.atomic
def keep_release(file: PublishedFile, *, by: User, effective: date | None = None) -> ReleaseDraft:
    """Read the file and let it wait with its report. The practice has one such file at a time."""
    content = _content(file)
    release = read_order_file(file, effective=effective)
    changes = compare_release(release)
    if not changes:
        raise NotAllowed("This release is loaded already: the file changes nothing.")
    ReleaseDraft.objects.all().delete()
    draft = ReleaseDraft.objects.create(
        name=file.name[:200],
        content=content,
        sha256=file.sha256(),
        effective=release.effective,
        report=changes.in_words(),
        read_at=timezone.now(),
        read_by=by,
    )
    _remember(draft, by, "read, waiting to be accepted")
    return draft


def waiting_releases() -> list[ReleaseDraft]:
    """Those of the last day."""
    still = ReleaseDraft.objects.filter(read_at__gt=timezone.now() - LASTS)
    return list(still.select_related("read_by").defer("content"))


@transaction.atomic
def drop_expired() -> int:
    """Files that nobody settled within a day, of every practice; how many they were."""
    with every_practice("the worker serves the whole installation"):
        dropped, _ = ReleaseDraft.objects.filter(read_at__lte=timezone.now() - LASTS).delete()
    return dropped


@transaction.atomic
def accept_draft(draft: ReleaseDraft, *, by: User) -> Changes:
    """Put the kept file in force, as it compares with the codes of this moment."""
    draft = _still_waiting(draft)
    file = PublishedFile(draft.name, BytesIO(bytes(draft.content)))
    changes = accept_release(read_order_file(file, effective=draft.effective), by=by)
    _remember(draft, by, "accepted, in force")
    draft.delete()
    return changes


@transaction.atomic
def refuse_draft(draft: ReleaseDraft, *, by: User) -> None:
    draft = _still_waiting(draft)
    _remember(draft, by, "discarded")
    draft.delete()


def _content(file: PublishedFile) -> bytes:
    most = MOST_MEGABYTES * 1024 * 1024
    file.stream.seek(0)
    content = file.stream.read(most + 1)
    if len(content) > most:
        raise FileRefused(
            f"{file.name} has more than {MOST_MEGABYTES} MB: give the order file or its archive "
            "as downloaded."
        )
    return content


def _still_waiting(draft: ReleaseDraft) -> ReleaseDraft:
    row = ReleaseDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if row is None or row.read_at <= timezone.now() - LASTS:
        raise NotAllowed("This file waits no longer: read it again.")
    return row


def _remember(draft: ReleaseDraft, by: User, what: str) -> None:
    remember(
        "edition.settled",
        area=SettingArea.TABLE,
        by=by,
        subject=f"Diagnosis codes, {draft}",
        changes=[Change("Release", "", what)],
    )
