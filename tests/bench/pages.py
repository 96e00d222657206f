"""How much the charting page and the charges panel cost beside an empty view.

One patient with 1 past visit, then with 1,000; the same test client, middleware and signed-in
person ask for each page and for a view that answers nothing, in turn. The number of queries
has to be the same at both sizes.

    python tests/bench/pages.py [ROUNDS]
"""

import os
import statistics
import sys
import tempfile
import time
import types
from collections.abc import Callable
from datetime import date, timedelta

if "HANDLINE_DATA" not in os.environ:
    os.environ["HANDLINE_DATA"] = tempfile.mkdtemp(prefix="handline-bench-")
os.environ.setdefault("HANDLINE_DEMO", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import path, reverse  # noqa: E402

from billing.demo.bulk import ImportedVisit, import_history  # noqa: E402
from billing.demo.history import stories  # noqa: E402
from billing.demo.visits import Ground  # noqa: E402
from billing.services.policies import publish_from_preset  # noqa: E402
from clinic import urls  # noqa: E402
from clinic.permissions import EVERYONE, allow  # noqa: E402
from clinic.scope import scope  # noqa: E402
from notes.models import Visit  # noqa: E402
from tests.conftest import client_of  # noqa: E402
from tests.factories import (  # noqa: E402
    make_block,
    make_coverage,
    make_episode,
    make_note,
    make_payer,
    make_plan,
    make_practice,
    make_procedure,
    make_visit,
)

PAST = 1000
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 60
# At most this many times the processor time of the empty view.
LIMITS = {"charting page": 60, "charting fragment": 60, "charges panel": 40, "day list": 25}
HTMX = {"hx-request": "true"}


@allow(*EVERYONE)
def empty(request):
    return HttpResponse()


def add_empty_view() -> None:
    module = types.ModuleType("bench_urls")
    module.urlpatterns = [*urls.urlpatterns, path("empty/", empty, name="empty")]
    for name in ("handler400", "handler403", "handler404", "handler500"):
        setattr(module, name, getattr(urls, name))
    sys.modules["bench_urls"] = module


def make_draft() -> Visit:
    """A visit as charted in practice: eight blocks, an adjustment, a plan, a payer's rules."""
    payer = make_payer()
    publish_from_preset(payer, key="medicare", starts_on=date(2026, 1, 1), by=None)
    episode = make_episode(
        coverage=make_coverage(payer=payer), diagnoses=[("M54.2", ""), ("M62.838", "")]
    )
    make_plan(episode)
    visit = make_visit(episode=episode)
    note = make_note(visit)
    for n, technique in enumerate(["joint_mobilization", "therapeutic_exercise"] * 4):
        make_block(
            note, f"09:{7 * n:02d}", f"09:{7 * n + 6:02d}", technique=technique,
            diagnosis_codes=["M54.2"],
        )  # fmt: skip
    make_procedure(note, "97161")
    return visit


def add_past(visit: Visit, count: int) -> None:
    story = next(story for story in stories() if story["discipline"] == "PT")
    past = (
        ImportedVisit(visit.episode, story, visit.starts_at - timedelta(days=n), 1)
        for n in range(1, count + 1)
    )
    import_history(visit.practice, past, Ground.read())


def answered(ask: Callable[[], HttpResponse]) -> None:
    response = ask()
    if response.status_code != 200:
        raise SystemExit(f"{response.request['PATH_INFO']} answered {response.status_code}")


def timed(ask: Callable[[], HttpResponse]) -> tuple[float, float]:
    """Processor time, which other work on the machine does not change, and time on the wall."""
    cpu, wall = time.process_time(), time.perf_counter()
    answered(ask)
    return time.process_time() - cpu, time.perf_counter() - wall


def queries(ask: Callable[[], HttpResponse]) -> int:
    answered(ask)  # what a process reads once is read by now
    with CaptureQueriesContext(connection) as captured:
        answered(ask)
    return len(captured)


def main() -> int:
    call_command("dbsetup", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    add_empty_view()
    practice = make_practice()
    with scope(practice), override_settings(ROOT_URLCONF="bench_urls"):
        visit = make_draft()
        pages = asked(visit)
        nothing = pages.pop("empty view")
        add_past(visit, 1)
        few = {name: queries(ask) for name, ask in pages.items()}
        add_past(visit, PAST - 1)
        many = {name: queries(ask) for name, ask in pages.items()}
        return report(nothing, pages, few, many)


def asked(visit: Visit) -> dict[str, Callable[[], HttpResponse]]:
    client = client_of(visit.clinician.user)
    client.defaults["SERVER_NAME"] = "localhost"
    chart = reverse("notes:chart", args=[visit.public_id])
    charges = reverse("billing:charges", args=[visit.public_id])
    day = reverse("notes:day") + f"?on={visit.date}"
    return {
        "empty view": lambda: client.get("/empty/"),
        "charting page": lambda: client.get(chart),
        "charting fragment": lambda: client.get(chart, headers=HTMX),
        "charges panel": lambda: client.get(charges, headers=HTMX),
        "day list": lambda: client.get(day),
    }


def report(nothing, pages, few, many) -> int:
    failed = False
    for name, ask in pages.items():
        rounds = [(timed(nothing), timed(ask)) for _ in range(ROUNDS)]
        base = statistics.median(base for (base, _), _ in rounds)
        ours = statistics.median(cpu for _, (cpu, _) in rounds)
        slowest = statistics.quantiles((wall for _, (_, wall) in rounds), n=20)[-1]
        ratio, more = ours / base, many[name] / few[name]
        print(
            f"{name}: {ours * 1000:.1f} ms of processor time with {PAST} past visits, p95 "
            f"{slowest * 1000:.0f} ms on the wall (empty view {base * 1000:.2f} ms)"
        )
        print(f"ratio {name} to an empty view: {ratio:.1f}  (at most {LIMITS[name]})")
        print(
            f"ratio queries of the {name}, {PAST} past visits to 1: {more:.2f}  "
            f"(at most 1.00; {many[name]} queries)"
        )
        failed |= ratio > LIMITS[name] or many[name] != few[name]
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
