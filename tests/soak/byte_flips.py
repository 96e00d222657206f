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

if "HANDLINE_DATA" not in os.environ:
    os.environ["HANDLINE_DATA"] = tempfile.mkdtemp(prefix="handline-soak-")
os.environ.setdefault("HANDLINE_DEMO", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django

django.setup()

from django.db import connection  # noqa: E402 Django is set up first

from clinic.models import StoredDocument  # noqa: E402 as above
from clinic.scope import scope  # noqa: E402 as above
from notes.models import Note  # noqa: E402 as above
from tests.billing.making import make_charge_set  # noqa: E402 as above
from tests.clinic.audit.tampering import found, guards_off, sql  # noqa: E402 as above
from tests.factories import make_practice  # noqa: E402 as above


def flips(body: bytes, every: int, store: Callable[[bytes], None], check: str) -> tuple[int, list]:
    """How many bytes were flipped, and which of them the check did not notice."""
    missed, places = [], range(0, len(body), every)
    for place in places:
        store(body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :])
        try:
            missed += [] if found(check) else [place]
        except ValueError:
            continue  # JSON that cannot be read: verify_records names the row's check and fails
    store(body)
    return len(places), missed


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

    start = time.monotonic()
    with guards_off():
        papers, missed_paper = flips(paper, every, store_paper, "documents")
        records, missed_record = flips(record, every, store_record, "notes")
        untouched = [*found("documents"), *found("notes")]
    print(
        f"{papers:,} bytes of a paper and {records:,} of a record flipped in "
        f"{time.monotonic() - start:.0f} s; not found: {missed_paper + missed_record}"
    )
    return int(bool(missed_paper or missed_record or untouched))


if __name__ == "__main__":
    sys.exit(main())
