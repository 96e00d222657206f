"""Who brought in a published table, for the page that lists them."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Count, Q

from billing.enums import SettingArea
from billing.models import EditEdition
from billing.services.editions import accept_edition, discard_edition
from billing.services.policies_history import Change, remember
from clinic.models import User
from clinic.scope import current_practice_id
from notes.models import DiagnosisCode


def remember_edition(edition: EditEdition, *, by: User, what: str) -> None:
    remember(
        "edition.settled",
        area=SettingArea.TABLE,
        by=by,
        subject=f"{edition.get_kind_display()}, {edition}",
        row=None,
        changes=[Change("Edition", "", what)],
    )


@transaction.atomic
def accept_with_history(edition: EditEdition, *, by: User) -> EditEdition:
    edition = accept_edition(edition, by=by)
    remember_edition(edition, by=by, what="accepted, in force")
    return edition


@transaction.atomic
def discard_with_history(edition: EditEdition, *, by: User) -> None:
    discard_edition(edition, by=by)
    remember_edition(edition, by=by, what="discarded")


def who(user: User | None, edition: EditEdition) -> str:
    """The person, unless they are of another practice: tables are shared, names are not."""
    if edition.starter:
        return "shipped with Handline"
    if user is None:
        return "by command"
    return str(user) if user.practice_id == current_practice_id() else "an admin elsewhere"


def diagnosis_releases() -> Iterable[tuple[date, int, int]]:
    """Each release of ICD-10-CM by its first day: codes that began, and billable ones."""
    return (
        DiagnosisCode.objects.values_list("valid_from")
        .annotate(codes=Count("pk"), billable=Count("pk", filter=Q(billable=True)))
        .order_by("-valid_from")
    )
