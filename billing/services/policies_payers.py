"""Who a payer is: name, electronic id, address."""

from typing import Any

from django.db import transaction

from billing.enums import SettingArea
from billing.services.policies_history import Change, remember
from clinic.models import Payer, User
from clinic.services.edit_conflicts import check_seen


@transaction.atomic
def save_payer(payer: Payer, *, by: User, values: dict[str, Any], seen: str | None = None) -> Payer:
    """Store the payer; each changed field goes into the history.

    Raises Conflict when ``seen`` is not the fingerprint of what is stored.
    """
    was = Payer.objects.select_for_update().filter(pk=payer.pk).first()
    if was is not None:
        check_seen(was, values, seen)
    row = Payer() if was is None else was
    before = {name: getattr(row, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed and was is not None:
        return row
    for name, value in changed.items():
        setattr(row, name, value)
    row.save()
    remember(
        "payer.saved",
        area=SettingArea.PAYER,
        by=by,
        subject=str(row),
        payer=row,
        changes=[
            Change(_label(name), _shown(before[name]), _shown(value))
            for name, value in changed.items()
        ],
    )
    return row


def _label(name: str) -> str:
    return str(Payer._meta.get_field(name).verbose_name).capitalize()


def _shown(value: Any) -> str:
    return ("in use" if value else "retired") if isinstance(value, bool) else str(value)
