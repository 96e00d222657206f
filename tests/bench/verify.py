"""T-I10: what proving the whole record takes, by the note, and whether it grows evenly.

    python tests/bench/verify.py [NOTES]          on PostgreSQL: .ci/postgres python ... the same

Signs and bills that many notes through the services, proves the record at half of them and at
all, and says what 100,000 take at the same pace. A check that compared each note with each
other one would show as a ratio of two. (A million events of the trail: tests/bench/audit.py.)
"""

import os
import subprocess
import sys
import tempfile
import time

if "HANDLINE_DATA" not in os.environ:
    os.environ["HANDLINE_DATA"] = tempfile.mkdtemp(prefix="handline-bench-")
os.environ.setdefault("HANDLINE_DEMO", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django

django.setup()

from django.db import connection  # noqa: E402 Django is set up first

from clinic.scope import scope  # noqa: E402 as above
from clinic.verifying import registered  # noqa: E402 as above
from tests.billing.making import make_draft, make_fees  # noqa: E402 as above
from tests.clinic.audit.tampering import found  # noqa: E402 as above
from tests.factories import make_practice  # noqa: E402 as above
from tests.notes.acts import sign  # noqa: E402 as above

NOTES = int(sys.argv[1]) if len(sys.argv) > 1 else 80
MANY, EVEN = 100_000, 1.4


def prove() -> tuple[dict[str, float], int]:
    """Processor seconds of each check, and how many findings there were in all."""
    took, findings = {}, 0
    for name in registered():
        start = time.process_time()
        findings += len(found(name))
        took[name] = time.process_time() - start
    return took, findings


def main() -> int:
    # A process of its own: on PostgreSQL the schema is the owner's, and this is the run-time role.
    subprocess.run([sys.executable, "manage.py", "dbsetup", "--verbosity", "0"], check=True)
    practice, findings, half, whole = make_practice(), 0, {}, {}
    with scope(practice):
        make_fees()
    prove()  # what is read once per process is no part of the pace
    for number in range(1, NOTES + 1):
        with scope(practice):
            sign(make_draft())
        if number == NOTES // 2:
            half, found_then = prove()
            findings += found_then
    whole, found_then = prove()
    findings += found_then
    print(f"{connection.vendor}: {NOTES} signed and billed notes, {findings} findings")
    for name, seconds in sorted(whole.items(), key=lambda item: -item[1]):
        print(f"  {name}: {1000 * seconds / NOTES:.2f} ms a note")
    pace = sum(whole.values()) / NOTES
    ratio = pace / (sum(half.values()) / (NOTES // 2))
    print(f"{MANY:,} notes at this pace: {pace * MANY / 60:.0f} min of one core")
    print(f"ratio of the pace at all notes to that at half: {ratio:.2f} (limit {EVEN})")
    return int(bool(findings) or ratio > EVEN)


if __name__ == "__main__":
    sys.exit(main())
