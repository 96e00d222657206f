"""Random lives of notes beside a model of what must be true, by the hundred. T-I01.

python -m tests.soak.note_lives [LIVES] [STEPS]          on PostgreSQL under .ci/postgres
"""

import os
import sys
import tempfile
import time

import pytest  # noqa: F401 makes clinic.settings those of a test, which signs in as the owner

if "HANDLINE_DATA" not in os.environ:
    os.environ["HANDLINE_DATA"] = tempfile.mkdtemp(prefix="handline-soak-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django

django.setup()

from django.apps import apps  # noqa: E402 Django is set up first
from django.conf import settings as ours  # noqa: E402 as above
from django.db import connection  # noqa: E402 as above
from hypothesis import HealthCheck, settings  # noqa: E402 as above
from hypothesis.stateful import run_state_machine_as_test  # noqa: E402 as above

from tests.clinic.integrity.lives import NoteLife  # noqa: E402 as above
from tests.run_time_role import set_up_run_time_role, stop_acting_as_run_time_role  # noqa: E402


def main() -> int:
    lives = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    ours.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    connection.creation.create_test_db(verbosity=0)
    set_up_run_time_role()
    many = settings(
        max_examples=lives, stateful_step_count=steps, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), print_blob=True,
    )  # fmt: skip
    start = time.monotonic()
    try:
        run_state_machine_as_test(NoteLife, settings=many)
    finally:
        stop_acting_as_run_time_role()
        connection.creation.destroy_test_db(str(connection.settings_dict["NAME"]), verbosity=0)
    print(
        f"{connection.vendor}: {lives} lives of {steps} steps, {NoteLife.signed} signed, "
        f"{NoteLife.refused} refusals as expected, 0 violations, {time.monotonic() - start:.0f} s"
    )
    return int(not NoteLife.signed)


if __name__ == "__main__":
    sys.exit(main())
