"""Work off the desk's batches, one after another, until told to stop; sweep in between."""

import gc
import os
import signal
import threading
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from billing.services.batches import take_next, work_off
from billing.services.release_drafts import drop_expired

PAUSE = 1.0  # seconds between two looks
SWEEP = 600.0  # seconds between two sweeps


class Command(BaseCommand):
    help = "Work off batches. Several may run; a job left behind by a dead worker is taken over."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing waits")
        parser.add_argument(
            "--with-parent", action="store_true", help="end when the process that started it ends"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        parent = os.getppid()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())

        def stop() -> bool:
            orphaned = options["with_parent"] and os.getppid() != parent
            return stopping.is_set() or orphaned

        gc.freeze()  # what was loaded so far lives as long as the worker: not looked at again
        swept = monotonic() - SWEEP
        while not stop():
            if monotonic() - swept >= SWEEP:
                drop_expired()
                swept = monotonic()
            job = take_next()
            if job is not None:
                work_off(job, stop=stop)
            elif options["once"]:
                return
            else:
                close_old_connections()
                stopping.wait(PAUSE)
