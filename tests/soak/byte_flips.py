"""Each byte of a signed note's paper and record flipped, one after another. T-I03.

    python -m tests.soak.byte_flips [EVERY]          every byte if not given

The proof must name each. On SQLite: on PostgreSQL only the owner could take the guards off.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field

if "HANDLINE_DATA" not in os.environ:
    os.environ["HANDLINE_DATA"] = tempfile.mkdtemp(prefix="handline-soak-")
os.environ.setdefault("HANDLINE_DEMO", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django

django.setup()

from django.db import DatabaseError, connection  # noqa: E402 Django is set up first

from clinic.models import StoredDocument  # noqa: E402 as above
from clinic.scope import scope  # noqa: E402 as above
from notes.models import Note  # noqa: E402 as above
from tests.billing.making import make_charge_set  # noqa: E402 as above
from tests.clinic.audit.tampering import found, guards_off, sql  # noqa: E402 as above
from tests.factories import make_practice  # noqa: E402 as above


@dataclass
class Flips:
    """What became of each byte that was flipped: noticed, refused by the database, or missed."""

    tried: int = 0
    refused: int = 0
    missed: list[int] = field(default_factory=list)

    def flip(self, body: bytes, every: int, store: Callable[[bytes], None], check: str) -> None:
        for place in range(0, len(body), every):
            self.tried += 1
            try:
                store(body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :])
            except DatabaseError:
                self.refused += 1  # a constraint knows that this is no JSON any more
                continue
            self.missed += [] if found(check) else [place]
        store(body)


def main() -> int:
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    subprocess.run([sys.executable, "manage.py", "dbsetup", "--verbosity", "0"], check=True)
    if connection.vendor != "sqlite":
        raise SystemExit("Run it on SQLite: the guards stand in the way elsewhere.")
    with scope(make_practice()):
        note = make_charge_set().note
        paper = bytes(StoredDocument.objects.get(pk=note.document_id).content)
        record = json.dumps(Note.objects.get(pk=note.pk).record).encode()

    def store_paper(body: bytes) -> None:
        sql("UPDATE clinic_storeddocument SET content = %s WHERE id = %s", body, note.document_id)

    def store_record(body: bytes) -> None:
        sql("UPDATE notes_note SET record = %s WHERE id = %s", body.decode("latin-1"), note.pk)

    start, of_paper, of_record = time.monotonic(), Flips(), Flips()
    with guards_off():
        of_paper.flip(paper, every, store_paper, "documents")
        of_record.flip(record, every, store_record, "notes")
        untouched = [*found("documents"), *found("notes")]
    print(
        f"{of_paper.tried:,} bytes of a paper and {of_record.tried:,} of a record flipped in "
        f"{time.monotonic() - start:.0f} s, {of_record.refused:,} refused as no JSON; not found: "
        f"{of_paper.missed} and {of_record.missed}"
    )
    return int(bool(of_paper.missed or of_record.missed or untouched))


if __name__ == "__main__":
    sys.exit(main())
