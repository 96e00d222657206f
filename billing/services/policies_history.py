"""Writing the history of settings: each change in words, beside its audit event."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils import timezone

from billing.enums import SettingArea
from billing.models import SettingChange
from clinic.models import Payer, User
from clinic.services import audit


class Change(NamedTuple):
    setting: str
    before: str
    after: str


def remember(
    action: str,
    *,
    area: SettingArea,
    by: User | None,
    subject: str,
    changes: Iterable[Change],
    payer: Payer | None = None,
    row: object = None,
    why: str = "",
) -> Sequence[SettingChange]:
    """Append one history row for each setting and one audit event for the act."""
    now = timezone.now()
    rows = [
        SettingChange(
            at=now,
            by=by,
            by_name=str(by) if by else "Handline",
            area=area,
            payer=payer,
            subject=subject[:160],
            setting=change.setting[:160],
            before=change.before,
            after=change.after,
            why=why,
        )
        for change in changes
    ]
    audit.record(
        action,
        actor=by,
        subject=row if row is not None else payer,
        why=why,
        changes=[[item.setting, item.before, item.after] for item in rows],
    )
    return SettingChange.objects.bulk_create(rows)
