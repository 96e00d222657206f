"""A chart to export, and what the file holds."""

import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

from notes.exchange.exporting import archive
from notes.models import Note
from notes.services import measures
from tests.notes.record.charts import all_stories, clean_note, ground

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def charted_draft() -> Note:
    """A draft with everything around it: plan, goal, measures, scores."""
    note = clean_note(ground(), all_stories()[1], "medicare")
    by = note.author.user
    measures.save_measurement(
        note, by=by, kind="motion", site="shoulder_flexion", side="left", before=Decimal(95),
        after=Decimal("110.5"),
    )  # fmt: skip
    measures.save_score(note, by=by, instrument="QDASH", answers=[3] * 11)
    return note


def zipped(practice, **given) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(archive(practice, now=NOW, **given))))


def contents(file: zipfile.ZipFile) -> dict[str, bytes]:
    return {name: file.read(name) for name in file.namelist()}
