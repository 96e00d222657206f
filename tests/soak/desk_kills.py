"""Kill the batch worker at random instants; the batch must end whole, each superbill once.

    python -m tests.soak.desk_kills --batches 3 --visits 24

Each batch loses its worker four times by SIGKILL (a fifth attempt is its last), at a random
instant; the next worker takes it over. In the end there is one file, its pages in the order of
the list, every visit has one superbill and one print, and the numbers have no gap.
"""

import argparse
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid

KILLS = 4


def prepare() -> None:
    """A database of its own, before anything of Django is imported."""
    below = os.environ.get("HANDLINE_DATA") or None
    os.environ["HANDLINE_DATA"] = tempfile.mkdtemp(prefix="handline-soak-", dir=below)
    os.environ["HANDLINE_DEMO"] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
    import django  # noqa: PLC0415 the environment comes first

    django.setup()
    from tests.bench.desk import prepare as seed  # noqa: PLC0415

    seed()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=3)
    parser.add_argument("--visits", type=int, default=24)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    prepare()
    from clinic.models import Practice  # noqa: PLC0415
    from clinic.scope import scope  # noqa: PLC0415

    with scope(Practice.objects.get(name__startswith="Harbor")):
        for number in range(1, asked.batches + 1):
            killed = one_batch(asked.visits, chance)
            print(f"batch {number}: {asked.visits} visits, worker killed after {killed} superbills")


def one_batch(visits: int, chance: random.Random) -> list[int]:
    from billing.models import Superbill  # noqa: PLC0415
    from billing.services import batches  # noqa: PLC0415
    from clinic.models import Practice, User  # noqa: PLC0415
    from tests.bench.desk_rows import many_signed  # noqa: PLC0415

    practice = Practice.objects.get(name__startswith="Harbor")
    rows = many_signed(practice, visits, route="superbill")
    before = Superbill.objects.count()
    ruth = User.objects.get(email="ruth@handline.example")
    job = batches.ask_for_print(rows, by=ruth, submit_key=uuid.uuid4())
    killed = [kill_one(job, chance, visits // KILLS) for _ in range(KILLS)]
    subprocess.run([sys.executable, "manage.py", "work", "--once"], check=True)
    check(job, rows, before)
    return killed


def kill_one(job, chance: random.Random, most: int) -> int:
    """Start a worker, let it come to some superbills, and end it without a word."""
    from billing.services.batches import SILENT  # noqa: PLC0415

    job.refresh_from_db()
    goal = min(job.done + chance.randint(1, most), job.total - 1)
    worker = subprocess.Popen([sys.executable, "manage.py", "work", "--once"])
    while worker.poll() is None and job.done < goal:
        time.sleep(0.02)
        job.refresh_from_db()
    time.sleep(chance.random() * 0.4)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    job.refresh_from_db()
    # As if the silence had passed, after which another worker may take over.
    type(job).objects.filter(pk=job.pk, state="running").update(beat_at=job.asked_at - SILENT)
    return job.done


def check(job, rows, before: int) -> None:
    import pikepdf  # noqa: PLC0415

    from billing.models import PrintEvent, Superbill  # noqa: PLC0415

    job.refresh_from_db()
    assert (job.state, job.failures) == ("done", []), (job.state, job.words, job.failures)
    bills = {bill.charge_set_id: bill for bill in Superbill.objects.order_by("pk")[before:]}
    assert len(bills) == Superbill.objects.count() - before == len(rows)
    assert PrintEvent.objects.filter(job=job).count() == len(rows)
    assert not PrintEvent.objects.filter(job=job, is_reprint=True).exists()
    numbers = sorted(int(bill.number[3:]) for bill in Superbill.objects.all())
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "a number is missing"
    with pikepdf.open(io.BytesIO(bytes(job.files.get().content))) as pdf:
        titles = [item.title for item in pdf.open_outline().root]
    assert titles == [f"{bills[row.pk].number}-v1.pdf" for row in rows]


if __name__ == "__main__":
    main()
