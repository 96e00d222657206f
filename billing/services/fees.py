"""The practice's own fees: one amount a code and day, changed by opening the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from billing.enums import SettingArea
from billing.models import Fee
from billing.services.policies_history import Change, remember
from clinic.errors import Conflict, NotAllowed
from clinic.models import Practice, User
from clinic.services.edit_conflicts import SENTENCE, digest


@transaction.atomic
def set_fees(
    amounts: Mapping[str, int], *, by: User, starts_on: date, why: str = "", seen: str | None = None
) -> list[Fee]:
    """From that day these codes cost so much; what is signed keeps the fee it was signed with.

    Raises Conflict when ``seen`` is not the fingerprint of the newest fees.
    """
    # Fees of a code have no row before the first: the practice's own keeps two admins apart.
    Practice.objects.select_for_update(no_key=True).get(pk=by.practice_id)
    _check_seen(seen)
    open_now = {
        fee.code: fee
        for fee in Fee.objects.select_for_update().filter(code__in=amounts, ends_on=None)
    }
    made, changes = [], []
    for code, cents in sorted(amounts.items()):
        old = open_now.get(code)
        if old is not None and old.amount_cents == cents:
            continue
        _close(code, old, starts_on)
        made.append(Fee.objects.create(code=code, amount_cents=cents, starts_on=starts_on))
        since = f"{dollars(cents)} from {starts_on:%m/%d/%Y}"
        changes.append(Change(f"Fee of {code}", dollars(old.amount_cents) if old else "", since))
    if not made:
        raise NotAllowed("No amount differs from the fee in force: nothing was changed.")
    remember(
        "fees.changed",
        area=SettingArea.FEE,
        by=by,
        subject="Practice fees",
        row=made[0],
        why=why,
        changes=changes,
    )
    return made


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest fee of each code, which the next one follows."""

    fees: dict[str, tuple[int, date]]

    @property
    def fingerprint(self) -> str:
        return digest(sorted(self.fees.items()))

    def words(self, code: str) -> str:
        cents, since = self.fees.get(code, (0, None))
        return f"{dollars(cents)} from {since:%m/%d/%Y}" if since else "none"


def standing() -> Standing:
    rows = Fee.objects.filter(ends_on=None).values_list("code", "amount_cents", "starts_on")
    return Standing({code: (cents, since) for code, cents, since in rows})


def _check_seen(seen: str | None) -> None:
    now = standing()
    if seen is not None and seen != now.fingerprint:
        raise Conflict(SENTENCE, theirs=now)


class Schedule(NamedTuple):
    """The fees as they stood from one day on, and which of them were new that day."""

    starts_on: date
    changed: tuple[Fee, ...]


def schedules() -> list[Schedule]:
    """Newest first: one for each day on which any fee began."""
    found: dict[date, list[Fee]] = {}
    for fee in Fee.objects.order_by("-starts_on", "code"):
        found.setdefault(fee.starts_on, []).append(fee)
    return [Schedule(starts_on, tuple(fees)) for starts_on, fees in found.items()]


def schedule_on(day: date) -> dict[str, int]:
    """Every code's fee as it stood on that day, in cents."""
    rows = Fee.objects.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gte=day))
    return dict(rows.order_by("code").values_list("code", "amount_cents"))


def _close(code: str, old: Fee | None, starts_on: date) -> None:
    if old is None:
        last = Fee.objects.filter(code=code, ends_on__gte=starts_on).first()
        if last is not None:
            raise NotAllowed(
                f"{code} has a fee until {last.ends_on:%m/%d/%Y}: start after that day."
            )
        return
    if starts_on <= old.starts_on:
        raise NotAllowed(
            f"The fee of {code} starts on {old.starts_on:%m/%d/%Y}: the next one has to start "
            "after it. Nothing was changed."
        )
    old.ends_on = starts_on - timedelta(days=1)
    old.save(update_fields=["ends_on"])


def dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"
