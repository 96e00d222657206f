"""Loading the small editions that ship with Handline. Run again, it changes nothing."""

import csv
import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from billing.engine.tables import REFERENCE, shipped_codes
from billing.enums import EditionKind, EditionStatus, Setting
from billing.importers.found import FeeRow, Found, Identity, LimitRow, PairRow
from billing.importers.quarters import first_day
from billing.models import EditEdition, EditionPart, ProcedureCode
from billing.services.editions import store
from notes.services.diagnoses import load_starter_diagnoses

RELEASE_MONTHS = {"A": 1, "B": 4, "C": 7, "D": 10}


@transaction.atomic
def load_reference() -> list[EditEdition]:
    """Codes, pairs, limits, fees and diagnoses; returns the editions that were new."""
    load_codes()
    load_starter_diagnoses()
    return [edition for edition in _editions() if edition]


def _editions() -> Iterator[EditEdition | None]:
    for setting in Setting.values:
        yield from _load(EditionKind.PAIRS, f"ptp_{setting}.csv", setting, "edition", _pair)
    yield from _load(EditionKind.LIMITS, "mue.csv", Setting.PRACTITIONER, "edition", _limit)
    yield from _load(EditionKind.FEES, "fees_reference.csv", Setting.PRACTITIONER, "release", _fee)


def _load(kind, name, setting, label_column, build) -> Iterator[EditEdition | None]:
    labels: dict[str, list] = {}
    for row in reference_rows(name):
        labels.setdefault(row[label_column], []).append(build(row))
    for label, rows in labels.items():
        yield _load_edition(kind, name, setting, label, rows)


def _load_edition(kind, name, setting, label, rows) -> EditEdition | None:
    """Known by its rows: a later Handline may ship other rows of the same quarter."""
    digest = hashlib.sha256(repr((kind, setting, label, rows)).encode()).hexdigest()
    if EditionPart.objects.filter(sha256=digest).exists():
        return None
    identity = Identity(setting, label, f"starter-{digest[:8]}", _effective(label))
    return store(
        Found(identity, rows, len(rows)),
        kind,
        [(name, digest)],
        starter=True,
        status=EditionStatus.ACTIVE,
        accepted_at=timezone.now(),
    )


def _effective(label: str) -> date:
    if label.startswith("RVU"):
        return date(2000 + int(label[3:5]), RELEASE_MONTHS[label[5]], 1)
    return first_day(label)


def load_codes() -> None:
    """The codes that users bill, as the engine knows them."""
    ProcedureCode.objects.bulk_create(
        (
            ProcedureCode(
                code=fact.code,
                label=fact.label,
                basis=fact.basis,
                therapy=fact.therapy,
                family=fact.family,
                hands_on=fact.hands_on,
                bundled_by_medicare=fact.bundled,
                valid_from=fact.valid_from,
            )
            for fact in shipped_codes()
        ),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[
            "label", "basis", "therapy", "family", "hands_on", "bundled_by_medicare", "valid_from",
        ],
    )  # fmt: skip


def reference_rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a shipped file. Lines that start with # say where it comes from."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(line for line in file if not line.startswith("#"))


def _pair(row: dict[str, str]) -> PairRow:
    return PairRow(
        row["column1"],
        row["column2"],
        _day(row["effective"]),
        _day(row["deletion"]),
        int(row["indicator"]),
    )


def _limit(row: dict[str, str]) -> LimitRow:
    return LimitRow(row["code"], int(row["value"]), int(row["mai"]))


def _fee(row: dict[str, str]) -> FeeRow:
    return FeeRow(
        row["code"],
        row["status"],
        Decimal(row["work"]),
        Decimal(row["pe_nonfac"]),
        Decimal(row["mp"]),
        row["mult_proc"],
        _factor(_effective(row["release"])),
        int(row["price_cents"]),
    )


def _factor(on: date) -> Decimal:
    started = [r for r in reference_rows("conversion_factors.csv") if _day(r["starts_on"]) <= on]
    return Decimal(started[-1]["factor"])


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
