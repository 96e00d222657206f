"""The desk at size: 500 superbills to one PDF, the queue at 100,000 visits, 1,000 claims in a file.

Against 500 WeasyPrint renders of the same content in the same run, plain and lean: both are one
process that does nothing else, where printing also signs, stores, numbers, audits and merges.
The limits hold for ratios and for the processor's time: the clock, given beside them, also counts
who else is at work. `python tests/bench/desk.py [print] [queue] [claims]`; without names all three.
"""

# ruff: noqa: E402 - the models need Django set up first; WeasyPrint loads slowly

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import date
from pathlib import Path
from statistics import median, quantiles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
os.environ.setdefault("HANDLINE_DEMO", "1")
os.environ.setdefault("HANDLINE_DATA", tempfile.mkdtemp(prefix="handline-bench-"))

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.models import ChargeSet, ClaimSettings, DeskItem, DeskJob
from billing.services import batches, claims
from billing.services.desk_refresh import full
from billing.services.superbills_context import superbill_context
from clinic.documents.render import superbill_job
from clinic.models import Practice, User
from clinic.scope import scope
from tests.bench.desk_rows import many_items, many_signed
from tests.bench.documents_plain import leanest, naive
from tests.conftest import client_of

BILLS, VISITS, CLAIMS = (
    int(os.environ.get(name, most))
    for name, most in (("BILLS", 500), ("VISITS", 100_000), ("CLAIMS", 1000))
)
TODAY = date(2026, 11, 20)
PRINTING, FAIR = {"plain": 0.8, "lean": 2.0}, 150  # of CPU; from so many superbills on
CLAIM_SECONDS, QUEUE_MS = 30.0, 150.0  # of CPU
failed: list[str] = []


def hold(what: str, value: float, limit: float) -> None:
    print(f"{what}: {value:.2f}  (at most {limit:g})")
    if value > limit:
        failed.append(f"{what}: {value:.2f}, over {limit:g}")


def main(wanted: list[str]) -> int:
    prepare()
    practice = Practice.objects.get(name__startswith="Harbor")
    for name, bench in (("print", printing), ("claims", claim_file), ("queue", queue)):
        if not wanted or name in wanted:
            with scope(practice):
                bench(practice)
    print("load average:", *(f"{load:.1f}" for load in os.getloadavg()))
    print("\n".join(failed) or "All within their limits.")
    return bool(failed)


def prepare() -> None:
    if not _migrated() or not Practice.objects.exists():
        call_command("dbsetup", verbosity=0)
        call_command("seed_demo", "--today", TODAY.isoformat(), verbosity=0)
        call_command("collectstatic", "--no-input", verbosity=0)


def _migrated() -> bool:
    return "clinic_practice" in connection.introspection.table_names()


def printing(practice: Practice) -> None:
    """By the worker as it is run, in a process of its own: issue, sign, store, merge, mark."""
    ruth = User.objects.get(email="ruth@handline.example")
    rows = many_signed(practice, BILLS, route="superbill")
    batches.ask_for_print(rows, by=ruth, submit_key=uuid.uuid4())
    connection.close()
    start, before = time.perf_counter(), cpu_of_children()
    worker = subprocess.Popen([sys.executable, "manage.py", "work", "--once"], cwd=ROOT)
    sizes = sizes_of(worker)
    assert worker.wait() == 0
    ours, used = time.perf_counter() - start, cpu_of_children() - before
    job = DeskJob.objects.latest("pk")
    assert (job.state, job.failures) == ("done", []), (job.state, job.words, job.failures[:3])
    size = job.files.get().size / 1e6
    print(f"{BILLS} superbills issued, signed, stored and merged: {ours:.1f} s, {size:.1f} MB")
    print(f"CPU of worker and presses, their start included: {used:.1f} s")
    for who, place in (("worker", 0), ("larger press", 1)):
        seen = [size[place] for size in sizes]
        parts = [f"{seen[len(seen) * part // 6]:.0f}" for part in (1, 3, 5)]
        print(f"memory of the {who} in the course: {', '.join(parts)} MB; {max(seen):.0f} at most")
    for name, renders in (("plain", plain_renders), ("lean", lean_renders)):
        wall, cpu = renders(rows)
        print(f"{BILLS} {name} WeasyPrint renders, unsigned, not stored: {wall:.1f} s, "
              f"{cpu:.1f} s of CPU")  # fmt: skip
        print(f"printing to {name} renders by the clock: {ours / wall:.2f}")
        # The start of worker and presses counts; of a small batch it is most of the work.
        limit = PRINTING[name] if BILLS >= FAIR else float("inf")
        hold(f"ratio of printing to {name} renders, of CPU", used / cpu, limit)


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def sizes_of(worker: subprocess.Popen) -> list[tuple[float, float]]:
    """Resident megabytes of the worker and of its largest press, twice a second till the end.

    Not ru_maxrss: that of a child begins with the size of the process that started it.
    """
    found = []
    while worker.poll() is None:
        presses = [resident(pid) for pid in children_of(worker.pid)]
        found.append((resident(worker.pid), max(presses, default=0.0)))
        time.sleep(0.5)
    return found


def children_of(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(n) for task in tasks for n in (task / "children").read_text().split()]
    except OSError:
        return []


def resident(pid: int) -> float:
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def plain_renders(rows: list[ChargeSet]) -> tuple[float, float]:
    """A bare WeasyPrint call each with the styles in the page, as one would write it first."""
    return _timed(rows, naive)


def lean_renders(rows: list[ChargeSet]) -> tuple[float, float]:
    """Our own lean page and parsed styles; neither tagged nor archival, signed nor stored."""
    return _timed(rows, leanest)


def _timed(rows: list[ChargeSet], way) -> tuple[float, float]:
    jobs = [superbill_job(_context(row, n)) for n, row in enumerate(rows)]
    way(jobs[0])
    start, used = time.perf_counter(), time.process_time()
    for job in jobs:
        way(job)
    return time.perf_counter() - start, time.process_time() - used


def _context(row: ChargeSet, n: int):
    return superbill_context([full(row.pk)], number=f"SB-{n}", at=row.created_at)


def claim_file(practice: Practice) -> None:
    ruth = User.objects.get(email="ruth@handline.example")
    rows = many_signed(practice, CLAIMS, route="claim")
    ClaimSettings.objects.get_or_create(
        defaults={"submitter_id": "SUB1", "receiver_id": "99999", "receiver_name": "Clearing"}
    )
    start, busy = time.perf_counter(), time.process_time()
    made = claims.make_claim_file(rows, by=ruth)
    took, used = time.perf_counter() - start, time.process_time() - busy
    assert not made.refused, made.refused[0].text
    print(f"{made.file.claim_count} claims to one 837P file: {took:.1f} s, "
          f"{len(made.file.content) / 1000:.0f} kB")  # fmt: skip
    hold(f"{made.file.claim_count} claims to one file, seconds of CPU", used, CLAIM_SECONDS)


def queue(practice: Practice) -> None:
    """The page at few and at many visits: the same number of queries, and how long it takes."""
    ruth = User.objects.get(email="ruth@handline.example")
    client = client_of(ruth)
    client.defaults["HTTP_HOST"] = "localhost"
    addresses = ("", "?state=ready", "?q=vega", "?state=ready&q=97140&distinct=1")
    few = [queries(client, address) for address in addresses]
    many_items(practice, VISITS - DeskItem.objects.count(), TODAY)
    count = DeskItem.objects.count()
    many = [queries(client, address) for address in addresses]
    print(f"queries of the queue at few and at {count:,} visits: {few} and {many}")
    # What the first row needs for its preview differs by one.
    hold("queries that so many visits add to the queue's", max(many) - max(few), 1)
    for address in addresses:
        times = [timed(client, address) for _ in range(25)]
        clock, used = (quantiles(kind, n=20)[-1] * 1000 for kind in zip(*times, strict=True))
        print(f"queue{address or '/'}: p95 {clock:.0f} ms on the clock")
        print(f"queue{address or '/'}: p95 {used:.0f} ms of CPU")
        hold(
            f"queue{address or '/'}: median ms of CPU", median(t[1] for t in times) * 1000, QUEUE_MS
        )
    print(f"page 1,500: {timed(client, '?page=1500')[1] * 1000:.0f} ms of CPU")


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        answer = client.get(f"/billing/superbills/{address}")
    assert answer.status_code == 200, answer.status_code
    return len(found)


def timed(client: Client, address: str) -> tuple[float, float]:
    """Seconds on the clock, and of CPU."""
    start, busy = time.perf_counter(), time.process_time()
    client.get(f"/billing/superbills/{address}")
    return time.perf_counter() - start, time.process_time() - busy


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
