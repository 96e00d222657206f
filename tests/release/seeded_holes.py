"""T-Z08: plant one authorization bug after the other; the access matrix has to find each.

    python -m tests.release.seeded_holes

Ends with status 1 when a hole was missed, or when something is found where none was planted.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from unittest.mock import patch

import pytest  # noqa: F401 makes clinic.settings those of a test

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
os.environ["HANDLINE_DATA"] = tempfile.mkdtemp(prefix="handline-holes-")

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from clinic import middleware, permissions, scope, submit_once  # noqa: E402
from clinic.enums import Role  # noqa: E402
from clinic.models import Patient, Practice  # noqa: E402
from clinic.services import audit  # noqa: E402
from clinic.views import patients_reach  # noqa: E402
from notes.models.visits import VisitQuerySet  # noqa: E402
from tests.architecture.test_views import ours  # noqa: E402
from tests.clinic.matrix_checks import deviations  # noqa: E402
from tests.clinic.matrix_ground import Ground, ground  # noqa: E402

Plant = Callable[[], object]  # a context manager that makes the hole


@dataclass(frozen=True)
class Hole:
    what: str
    plant: Plant
    addresses: tuple[str, ...]


# --- bugs ---------------------------------------------------------------------------------


@contextmanager
def every_role_let_in(name: str) -> Iterator[None]:
    """The list of roles that a view's decorator holds."""
    view = ours()[name]
    while view.__code__.co_name != "guarded":
        view = view.__wrapped__
    cell = view.__closure__[view.__code__.co_freevars.index("roles")]
    before = cell.cell_contents
    cell.cell_contents = tuple(Role)
    try:
        yield
    finally:
        cell.cell_contents = before


@contextmanager
def open_to_all(name: str) -> Iterator[None]:
    view = ours()[name]
    view.login_required = False
    try:
        yield
    finally:
        del view.login_required


def unscoped_manager(self):
    return super(scope.ScopedManager, self).get_queryset()


def whole_installation(practice):
    return scope.every_practice("a bug")


def any_patient(pk, user):
    with scope.every_practice("a bug"):
        return Patient.objects.get(pk=pk)


def without(action: str) -> Callable:
    """A trail that leaves one kind of event out."""
    right = audit.record

    def record(said, **words):
        return None if said == action else right(said, **words)

    return record


@contextmanager
def everywhere(module: ModuleType, name: str, wrong: Callable) -> Iterator[None]:
    """A function in its own module and in each that has imported it."""
    right = getattr(module, name)
    holders = [m for m in list(sys.modules.values()) if getattr(m, name, None) is right]
    for holder in holders:
        setattr(holder, name, wrong)
    try:
        yield
    finally:
        for holder in holders:
            setattr(holder, name, right)


def after_each(act: Callable) -> Plant:
    """A middleware with a mistake in it."""
    right = middleware.NoStoreMiddleware.__call__

    def wrong(self, request):
        response = right(self, request)
        act(request, response)
        return response

    return lambda: patch.object(middleware.NoStoreMiddleware, "__call__", wrong)


def take_every_field(request, response) -> None:
    if request.user.is_authenticated and "role" in request.POST:
        request.user.role = request.POST["role"]
        request.user.save(update_fields=["role"])


def count_everybodys_patients(request, response) -> None:
    with scope.every_practice("a bug"):
        response["X-Patients"] = str(Patient.objects.count())


def name_everybody(request, response) -> None:
    response["X-Practices"] = ", ".join(Practice.objects.values_list("name", flat=True))


def write_when_refused(request, response) -> None:
    if response.status_code == 403:
        Practice.objects.filter(pk=request.practice.pk).update(city="Elsewhere")


CHART, BOOKS = ("notes:chart", "notes:note"), ("billing:superbills", "billing:superbill")
HOLES = (
    Hole("a list lets every role in", lambda: every_role_let_in("billing:superbills"), BOOKS),
    Hole("an admin's page lets every role in", lambda: every_role_let_in("audit"), ("audit",)),
    Hole("managers forget the practice",
         lambda: patch.object(scope.ScopedManager, "get_queryset", unscoped_manager), CHART),
    Hole("requests run over every practice",
         lambda: patch.object(middleware, "scope", whole_installation), CHART),
    Hole("a record is fetched by its key alone",
         lambda: everywhere(patients_reach, "patient_or_404", any_patient),
         ("patient", "contact_add")),
    Hole("therapists reach every visit",
         lambda: patch.object(VisitQuerySet, "visible_to", lambda self, user: self), CHART),
    Hole("everybody is taken for one who sees all charts",
         lambda: everywhere(permissions, "sees_every_chart", lambda user: True),
         ("patient", *CHART)),
    Hole("refusals are not recorded",
         lambda: patch.object(audit, "record", without("access.denied")), BOOKS),
    Hole("a look at a note is not recorded",
         lambda: patch.object(audit, "record", without("note.viewed")), CHART),
    Hole("a look at a chart is not recorded",
         lambda: patch.object(audit, "record", without("chart.viewed")), CHART),
    Hole("reading a page writes",
         after_each(lambda request, response: request.method == "GET"
                    and request.user.is_authenticated
                    and Patient.objects.update(other_phone="518-555-0199")), ("patient",)),
    Hole("a refused request writes", after_each(write_when_refused), BOOKS),
    Hole("a page is reached without signing in", lambda: open_to_all("patients"), ("patients",)),
    Hole("a field nobody asked for is taken", after_each(take_every_field), ("contact_add",)),
    Hole("other practices are named in a header", after_each(name_everybody), ("patients",)),
    Hole("other practices change a number", after_each(count_everybodys_patients), ("patients",)),
    Hole("a form sent twice is done twice",
         lambda: patch.object(submit_once, "_key_of", lambda request: ""), ("contact_add",
                                                                           "notes:remark")),
    Hole("unknown methods are let through",
         lambda: patch.object(middleware.KnownMethodsMiddleware, "KNOWN",
                              ("GET", "HEAD", "POST", "OPTIONS", "PUT")), ("account_email",)),
)  # fmt: skip


# --- the run ------------------------------------------------------------------------------


def found_by_the_matrix(stage: Ground, hole: Hole) -> str:
    """The first deviation, in words."""
    stage.forget()
    with hole.plant():
        for name in hole.addresses:
            for text in deviations(stage, name):
                return f"{name}: {text}"
    return ""


def false_alarms(stage: Ground) -> list[str]:
    stage.forget()
    names = sorted({name for hole in HOLES for name in hole.addresses})
    return [f"{name}: {text}" for name in names for text in deviations(stage, name)]


def main() -> int:
    setup_test_environment()
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    connection.creation.create_test_db(verbosity=0)
    start, missed = time.monotonic(), 0
    try:
        with ground() as stage:
            alarms = false_alarms(stage)
            for text in alarms:
                print(f"without any hole: {text}")
            for hole in HOLES:
                found = found_by_the_matrix(stage, hole)
                missed += not found
                print(f"{'found ' if found else 'MISSED'} {hole.what}: {found[:110]}")
    finally:
        connection.creation.destroy_test_db(str(connection.settings_dict["NAME"]), verbosity=0)
    took = time.monotonic() - start
    found = f"{len(HOLES) - missed} of {len(HOLES)} holes found"
    print(f"{found}, {len(alarms)} false alarms, {took:.0f} s")
    return bool(missed or alarms)


if __name__ == "__main__":
    sys.exit(main())
