"""Payers with rules, fees, and visits that are signed and billed."""

from datetime import date
from typing import Any

from billing.models import ChargeSet, Fee, PayerPolicy
from billing.services.policies import publish_from_preset
from clinic.enums import Network
from clinic.models import Payer
from notes.models import Note
from tests.factories import (
    make_block,
    make_coverage,
    make_episode,
    make_note,
    make_payer,
    make_plan,
    make_visit,
)
from tests.notes.acts import sign

FIRST_DAY = date(2026, 1, 1)
FEES = {"97140": 6200, "97110": 6800, "97112": 7100, "98940": 5200}


def make_payer_with(preset: str = "commercial", **fields: Any) -> Payer:
    """A payer whose rules are the preset's from FIRST_DAY on."""
    payer = make_payer(**fields)
    publish_from_preset(payer, key=preset, starts_on=FIRST_DAY, by=None)
    return payer


def make_policy(payer: Payer, preset: str, starts_on: date) -> PayerPolicy:
    return publish_from_preset(payer, key=preset, starts_on=starts_on, by=None)


def make_fees(**cents: int) -> None:
    Fee.objects.bulk_create(
        Fee(code=code, amount_cents=amount, starts_on=FIRST_DAY)
        for code, amount in (FEES | cents).items()
    )


def make_draft(*, preset: str = "commercial", network: Network = Network.OUT, **visit: Any) -> Note:
    """A complete draft for a patient of a payer with rules: 97140, 20 minutes."""
    payer = make_payer_with(preset)
    episode = make_episode(coverage=make_coverage(payer=payer, network=network))
    make_plan(episode, certified_on=date(2026, 2, 3))
    note = make_note(make_visit(episode=episode, **visit))
    make_block(note, "09:00", "09:20", diagnosis_codes=["M54.2"])
    return Note.objects.get(pk=note.pk)


def make_charge_set(note: Note | None = None, **given: Any) -> ChargeSet:
    """The frozen charges of a note signed through the real service."""
    return sign(note or make_draft(**given)).charge_set


def counted(captured) -> int:
    """Queries without the sign of life that a request writes every five seconds at most."""
    return sum(not query["sql"].startswith('UPDATE "clinic_signin"') for query in captured)
