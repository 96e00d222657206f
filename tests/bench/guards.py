"""What triggers, the scope, row-level security and form keys cost, as ratios.

The same writes with the database guards and without them, the same read through the scoped
manager and through a plain one, the same form with a key and without; on PostgreSQL also the
same read as the run-time role and as the owner, whom row-level security lets through. Rounds
alternate, so that a busy machine weighs on both alike.

    python tests/bench/guards.py [ROUNDS]          on SQLite, then on PostgreSQL
    bash .ci/postgres python tests/bench/guards.py [ROUNDS]
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest  # noqa: F401 makes clinic.settings those of a test, which signs in as the owner

if "HANDLINE_DATA" not in os.environ:
    os.environ["HANDLINE_DATA"] = tempfile.mkdtemp(prefix="handline-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.urls import reverse  # noqa: E402

from clinic import guards  # noqa: E402
from clinic.models import Patient  # noqa: E402
from clinic.roles import as_owner  # noqa: E402
from clinic.scope import scope  # noqa: E402
from clinic.templatetags.form_keys import new_key  # noqa: E402
from notes.models import BlockRegion, TreatmentBlock  # noqa: E402
from tests.conftest import client_of  # noqa: E402
from tests.factories import (  # noqa: E402
    make_block,
    make_note,
    make_patient,
    make_practice,
    make_user,
    region_of,
)
from tests.run_time_role import set_up_run_time_role, stop_acting_as_run_time_role  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 15
EACH = 60
LIMITS = {"insert": 2.0, "update": 2.0, "scoped read": 1.3, "row-level security": 1.5, "form": 1.6}


def seconds(act: Callable[[], object], times: int = EACH) -> float:
    start = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - start) / times


def ratio(name: str, with_it: list[float], without: list[float]) -> bool:
    dear, cheap = statistics.median(with_it), statistics.median(without)
    found = dear / cheap
    print(f"{name}: {dear * 1000:.2f} ms with, {cheap * 1000:.2f} ms without, "
          f"ratio {found:.2f} (limit {LIMITS[name]})")  # fmt: skip
    return found <= LIMITS[name]


def writes(block: TreatmentBlock) -> dict[str, Callable[[], object]]:
    regions = [region_of(key) for key in ("cervical_spine", "lumbar_spine")]

    def insert() -> None:
        with transaction.atomic():
            BlockRegion.objects.bulk_create(
                [BlockRegion(block=block, region=regions[1], practice_id=block.practice_id)]
            )
            transaction.set_rollback(True)

    def update() -> None:
        TreatmentBlock.objects.filter(pk=block.pk).update(
            ends_at=F("ends_at") + timedelta(seconds=1), performer=block.performer
        )

    return {"insert": insert, "update": update}


def cost_of_triggers(block: TreatmentBlock) -> list[bool]:
    acts = writes(block)
    took: dict[tuple[str, bool], list[float]] = {(n, w): [] for n in acts for w in (True, False)}
    for _ in range(ROUNDS):
        for guarded in (True, False):
            guards.install() if guarded else guards.remove()
            for name, act in acts.items():
                took[name, guarded].append(seconds(act))
    guards.install()
    return [ratio(name, took[name, True], took[name, False]) for name in acts]


def cost_of_scope(practice_id: int) -> bool:
    plain = models.Manager()
    plain.model, plain.auto_created = Patient, True
    wanted = {"last_name__startswith": "P1"}

    def scoped() -> None:
        list(Patient.objects.filter(**wanted)[:20])

    def unscoped() -> None:
        list(plain.filter(practice_id=practice_id, **wanted)[:20])

    pairs = [(seconds(scoped), seconds(unscoped)) for _ in range(ROUNDS)]
    return ratio("scoped read", [a for a, _ in pairs], [b for _, b in pairs])


def cost_of_row_security() -> bool:
    def read() -> None:
        list(Patient.objects.filter(last_name__startswith="P1")[:20])

    held, let_through = [], []
    for _ in range(ROUNDS):
        held.append(seconds(read))
        with as_owner(connection):
            let_through.append(seconds(read))
    return ratio("row-level security", held, let_through)


def cost_of_form_keys(practice_id: int) -> bool:
    client = client_of(make_user("office"))
    url = reverse("contact_add", args=[make_patient().pk])
    form = {"kind": "emergency", "name": "Ada", "phone": "518-555-0101"}
    keyed, bare = [], []
    for _ in range(ROUNDS):
        keyed.append(seconds(lambda: client.post(url, form | {"form_key": new_key()}), 5))
        bare.append(seconds(lambda: client.post(url, form), 5))
    return ratio("form", keyed, bare)


def measure() -> bool:
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    settings.ALLOWED_HOSTS = ["testserver"]
    connection.creation.create_test_db(verbosity=0)
    set_up_run_time_role()
    try:
        practice = make_practice()
        with scope(practice):
            block = make_block(make_note(), "09:00", "09:15")
            for number in range(500):
                make_patient(last_name=f"P{number}")
            print(f"{connection.vendor}, {ROUNDS} rounds of {EACH}")
            held = [
                *cost_of_triggers(block),
                cost_of_scope(practice.pk),
                cost_of_form_keys(practice.pk),
            ]
            if connection.vendor == "postgresql":
                held.append(cost_of_row_security())
    finally:
        stop_acting_as_run_time_role()
        connection.creation.destroy_test_db(str(connection.settings_dict["NAME"]), verbosity=0)
    return all(held)


def main() -> int:
    holds = measure()
    if connection.vendor == "sqlite":  # settings are read once: the other one in its own process
        postgres = str(Path(__file__).resolve().parents[2] / ".ci" / "postgres")
        command = ["bash", postgres, sys.executable, __file__, *sys.argv[1:]]
        holds = subprocess.run(command, check=False).returncode == 0 and holds
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
