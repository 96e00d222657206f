"""T-U04: 8 writers append 5,000 events each to one practice's chain; T-I03: every byte flipped.

    python -m tests.soak.audit_writers [WRITERS] [EVENTS]

Runs on SQLite, or on PostgreSQL under .ci/postgres. Every chain is then verified whole.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time

if "HANDLINE_DATA" not in os.environ:
    os.environ["HANDLINE_DATA"] = tempfile.mkdtemp(prefix="handline-soak-")
os.environ.setdefault("HANDLINE_DEMO", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django

django.setup()

from django.db import DatabaseError, OperationalError, connection  # noqa: E402

from clinic.models import AuditEvent, User  # noqa: E402
from clinic.scope import scope  # noqa: E402
from clinic.services import audit  # noqa: E402
from tests.clinic.audit.tampering import found, guards_off, sql  # noqa: E402
from tests.factories import make_practice, make_user  # noqa: E402


def write(person: int, events: int, writer: int) -> None:
    user = User.objects.get(pk=person)
    with scope(user.practice_id):
        for place in range(events):
            while not _written(user, writer, place):
                print(f"writer {writer}: the database was locked at {place}; once more")


def _written(user: User, writer: int, place: int) -> bool:
    """SQLite refuses a writer that got no turn for 20 s; the event is then not there at all."""
    try:
        audit.record("chart.viewed", actor=user, patient_id=place, writer=writer, place=place)
    except OperationalError:
        return False
    return True


def writers(count: int, events: int) -> list[str]:
    practice = make_practice()
    with scope(practice):
        user = make_user("therapist")
    connection.close()
    start = time.monotonic()
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=write, args=(user.pk, events, n)) for n in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.monotonic() - start
    with scope(practice):
        numbers = list(AuditEvent.objects.order_by("seq").values_list("seq", flat=True))
    whole = numbers == list(range(1, count * events + 1))
    print(
        f"{connection.vendor}: {len(numbers):,} events by {count} writers in {seconds:.0f} s, "
        f"{len(numbers) / seconds:.0f} a second; numbers without a gap: {whole}"
    )
    troubles = [worker.exitcode for worker in workers if worker.exitcode]
    return [f"writer ended with {code}" for code in troubles] + ([] if whole else ["a gap"])


def flipped_events() -> list[str]:
    """Each byte of a stored event's texts, one after another."""
    practice = make_practice()
    with scope(practice):
        audit.record("chart.viewed", actor=make_user("admin"), patient_id=7, a="b", n=[1, 2])
        row = AuditEvent.objects.get()
    missed, tried, refused = [], 0, 0
    with guards_off():
        for column in ("actor_name", "actor_role", "action", "hash", "key_id", "detail"):
            sql_text = f"SELECT CAST({column} AS TEXT) FROM clinic_auditevent WHERE id = %s"
            with connection.cursor() as cursor:
                cursor.execute(sql_text, [row.pk])
                text = cursor.fetchone()[0]
            for place, letter in enumerate(text):
                other = text[:place] + chr(ord(letter) ^ 1) + text[place + 1 :]
                tried += 1
                try:
                    sql(f"UPDATE clinic_auditevent SET {column} = %s WHERE id = %s", other, row.pk)
                    missed += [] if found() else [f"{column} {place}"]
                except (DatabaseError, ValueError):
                    refused += 1  # damaged JSON, which neither is taken nor read
            sql(f"UPDATE clinic_auditevent SET {column} = %s WHERE id = %s", text, row.pk)
    print(
        f"{connection.vendor}: {tried} bytes of an event flipped, {refused} not even readable; "
        f"not found: {missed}"
    )
    return missed


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    events = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    # A process of its own: on PostgreSQL the schema is the owner's, and this is the run-time role.
    subprocess.run([sys.executable, "manage.py", "dbsetup", "--verbosity", "0"], check=True)
    troubles = writers(count, events)
    start = time.monotonic()
    findings = found()
    print(
        f"{connection.vendor}: verified in {time.monotonic() - start:.1f} s: {findings or 'whole'}"
    )
    if connection.vendor == "sqlite":  # on PostgreSQL only the owner could take the guards off
        troubles += flipped_events()
    return 1 if troubles or findings else 0


if __name__ == "__main__":
    sys.exit(main())
