"""Reading a batch (dry run), applying it, undoing it by its id."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.enums import ContactKind, Network
from clinic.errors import NotAllowed
from clinic.models import (
    Clinician,
    Coverage,
    Location,
    Patient,
    PatientContact,
    PatientToken,
    Payer,
    User,
)
from clinic.models.patient_search import token_row
from clinic.services import audit
from notes.enums import BatchState, ImportKind
from notes.exchange.columns import columns_for
from notes.exchange.people import People
from notes.exchange.presets import fields_of
from notes.exchange.rows import ADD, MERGE, Ground, Row, counts_of, judge
from notes.exchange.tables import Table, read_table
from notes.exchange.values import order_of
from notes.models import Booking, EpisodeOfCare, ImportBatch, Visit

CHUNK = 1000
IMPORTED = "Brought in from the earlier system"
DATED = ("born_on", "starts_on", "ends_on", "starts_at")


@transaction.atomic
def read_batch(content: bytes, *, name: str, kind: str, preset: str, by: User) -> ImportBatch:
    """Keep the file and judge its rows; no patient is written yet."""
    table = read_table(content)
    columns = columns_for(kind, preset, table.header)
    batch = ImportBatch(
        kind=kind,
        preset=preset,
        name=name[:120],
        content=content,
        encoding=table.encoding,
        columns=columns,
        date_order=_date_order(table, columns),
        read_at=timezone.now(),
        read_by=by,
    )
    batch.counts = counts_of(rows_of(batch, table))
    batch.save()
    audit.record("import.read", actor=by, subject=batch, **batch.counts)
    return batch


def _date_order(table: Table, columns: Mapping[str, str]) -> str:
    places = [table.header.index(columns[name]) for name in DATED if name in columns]
    return order_of(row[p] for row in table.rows for p in places if p < len(row))


def rows_of(batch: ImportBatch, table: Table | None = None) -> list[Row]:
    """What would become of each line, as things stand now."""
    table = table or read_table(bytes(batch.content))
    practice = batch.read_by.practice
    ground = Ground(
        kind=batch.kind,
        columns=batch.columns,
        order=batch.date_order,
        zone=practice.zone,
        today=timezone.localdate(timezone=practice.zone),
        now=timezone.now(),
        people=People(),
        clinicians=list(Clinician.objects.filter(active=True, is_assistant=False)),
    )
    return judge(table, ground)


@transaction.atomic
def map_columns(batch: ImportBatch, *, by: User, columns: Mapping[str, str], order: str) -> None:
    """Correct which column is which, and how dates are written; judged anew."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    _check_state(batch, BatchState.READ)
    header = read_table(bytes(batch.content)).header
    known = fields_of(batch.kind)
    batch.columns = {n: c for n, c in columns.items() if n in known and c in header}
    batch.date_order = order if order in ("mdy", "dmy") else batch.date_order
    batch.counts = counts_of(rows_of(batch))
    batch.save(update_fields=["columns", "date_order", "counts"])
    audit.record("import.mapped", actor=by, subject=batch)


@transaction.atomic
def apply_batch(batch: ImportBatch, *, by: User) -> ImportBatch:
    """Write the good rows, all of them or none; the rejected ones are told line by line."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    _check_state(batch, BatchState.READ)
    rows = rows_of(batch)
    write = {ImportKind.PATIENTS: _write_patients, ImportKind.COVERAGES: _write_coverages,
             ImportKind.APPOINTMENTS: _write_appointments}[ImportKind(batch.kind)]  # fmt: skip
    batch.made = write([row for row in rows if row.action in (ADD, MERGE)])
    batch.counts = counts_of(rows)
    batch.state, batch.applied_at = BatchState.APPLIED, timezone.now()
    batch.save(update_fields=["made", "counts", "state", "applied_at"])
    audit.record("import.applied", actor=by, subject=batch, **batch.counts)
    return batch


def _check_state(batch: ImportBatch, wanted: str) -> None:
    if batch.state != wanted:
        raise NotAllowed(f"This file is {batch.get_state_display().lower()} already.")


def _write_patients(rows: list[Row]) -> dict[str, Any]:
    new = [row for row in rows if row.action == ADD]
    numbers = _numbers(new)
    patients = Patient.objects.bulk_create(
        [Patient(**{**row.values, "record_number": numbers[row.line]}) for row in new],
        batch_size=CHUNK,
    )
    PatientToken.objects.bulk_create(
        [token_row(p, word) for p in patients for word in p.search_words()], batch_size=CHUNK
    )
    contacts = PatientContact.objects.bulk_create(
        PatientContact(
            patient=patient,
            kind=ContactKind.EMERGENCY,
            name=row.extra["contact_name"][:120],
            phone=row.extra.get("contact_phone", "")[:20],
            relationship=row.extra.get("contact_relationship", "")[:40],
        )
        for patient, row in zip(patients, new, strict=True)
        if row.extra.get("contact_name")
    )
    changed: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.action == MERGE and row.patient is not None:
            changed[str(row.patient.pk)] = {n: getattr(row.patient, n) for n in row.values}
            for name, value in row.values.items():
                setattr(row.patient, name, value)
            row.patient.save()
    return {"patient": [p.pk for p in patients], "contact": [c.pk for c in contacts],
            "changed": changed}  # fmt: skip


def _numbers(rows: list[Row]) -> dict[int, str]:
    """The number that the file brings where it is free, else the next one."""
    taken = set(Patient.objects.values_list("record_number", flat=True))
    found, counter = {}, 0
    for row in rows:
        number = row.values.get("record_number", "") or row.values.get("source_id", "")
        if not number or len(number) > 20 or number in taken:
            counter = next(n for n in range(counter + 1, counter + 10_000_000)
                           if f"P{n:06d}" not in taken)  # fmt: skip
            number = f"P{counter:06d}"
        taken.add(number)
        found[row.line] = number
    return found


def _write_coverages(rows: list[Row]) -> dict[str, Any]:
    payers = {payer.name.lower(): payer for payer in Payer.objects.all()}
    new_payers = []
    for row in rows:
        name = row.extra["payer"]
        if name.lower() not in payers:
            payers[name.lower()] = Payer.objects.create(name=name)
            new_payers.append(payers[name.lower()].pk)
    ranks: dict[int, int] = defaultdict(int)
    cards = []
    for row in rows:
        ranks[row.patient.pk] += 1
        cards.append(
            Coverage(
                patient=row.patient,
                payer=payers[row.extra["payer"].lower()],
                network=Network.OUT,
                rank=ranks[row.patient.pk],
                **row.values,
            )
        )
    made = Coverage.objects.bulk_create(cards, batch_size=CHUNK)
    return {"coverage": [c.pk for c in made], "payer": new_payers}


def _write_appointments(rows: list[Row]) -> dict[str, Any]:
    zone = rows[0].patient.practice.zone if rows else None
    rows = sorted(rows, key=lambda row: row.values["starts_at"])
    episodes, new = _episodes(rows, zone)
    location = Location.objects.first() or Location.objects.create(name="Clinic")
    places = {row.name.lower(): row for row in Location.objects.all()}
    numbers: dict[int, int] = defaultdict(int)
    visits = []
    for row in rows:
        episode = episodes[row.patient.pk]
        numbers[episode.pk] += 1
        visits.append(
            Visit(
                episode=episode,
                patient=row.patient,
                clinician=row.extra["clinician"],
                location=places.get(row.extra["location"].lower(), location),
                coverage_id=episode.coverage_id,
                date=row.values["starts_at"].astimezone(zone).date(),
                number_in_episode=numbers[episode.pk],
                **row.values,
            )
        )
    made = Visit.objects.bulk_create(visits, batch_size=CHUNK)
    Booking.objects.bulk_create(
        (
            Booking(visit=visit, source_id=row.extra["appointment_id"] or f"line {row.line}")
            for visit, row in zip(made, rows, strict=True)
        ),
        batch_size=CHUNK,
    )
    return {"visit": [v.pk for v in made], "episode": [e.pk for e in new]}


def _episodes(rows: Iterable[Row], zone) -> tuple[dict[int, EpisodeOfCare], list[EpisodeOfCare]]:
    """Each patient's open episode; one is opened for whoever has none."""
    rows = list(rows)
    found = {
        e.patient_id: e
        for e in EpisodeOfCare.objects.filter(
            patient__in={row.patient.pk for row in rows}, discharged_on=None
        ).order_by("started_on")
    }
    wanted = {}
    for row in rows:
        if row.patient.pk not in found and row.patient.pk not in wanted:
            wanted[row.patient.pk] = EpisodeOfCare(
                patient=row.patient,
                clinician=row.extra["clinician"],
                title=row.extra["title"] or IMPORTED,
                started_on=row.values["starts_at"].astimezone(zone).date(),
            )
    new = EpisodeOfCare.objects.bulk_create(wanted.values(), batch_size=CHUNK)
    return found | {e.patient_id: e for e in new}, new
