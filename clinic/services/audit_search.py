"""Asking the audit trail: filters, any column's order, a page at a time by its last row.

A page is found by the values of the row before it, never by counting rows: the thousandth
page costs what the first one costs.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.signing import BadSignature, dumps, loads
from django.db.models import F, Q, QuerySet

from clinic.models import AuditEvent, Patient, Practice, User
from clinic.services.audit_kinds import query_of

PAGE = 50
SALT = "audit-page"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the screen. It is sorted by the field, then by the number."""

    key: str
    label: str
    field: str
    nullable: bool = False


COLUMNS = (
    Column("seq", "No.", "seq"),
    Column("at", "When", "at"),
    Column("who", "Who", "actor_name"),
    Column("role", "Role", "actor_role"),
    Column("act", "Act", "action"),
    Column("on", "On", "subject_type"),
    Column("patient", "Patient", "patient_id", nullable=True),
    Column("outcome", "Ended", "outcome"),
    Column("ip", "Address", "ip"),
    Column("request", "Request", "request_id"),
)
BY_KEY = {column.key: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Order:
    """By which column, from the last to the first or the other way round."""

    column: Column = BY_KEY["seq"]
    down: bool = True

    def __str__(self) -> str:
        return f"-{self.column.key}" if self.down else self.column.key


def order_of(text: str) -> Order:
    """The order that an address names; anything else is newest first."""
    column = BY_KEY.get(text.removeprefix("-"))
    return Order(column, text.startswith("-")) if column else Order()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the trail. Empty values ask for everything."""

    first: date | None = None
    last: date | None = None
    who: User | None = None
    kind: str = ""
    patient: Patient | None = None
    outcome: str = ""
    act: str = ""
    on: str = ""
    ip: str = ""
    request_id: str = ""

    def narrow(self, rows: QuerySet[AuditEvent], practice: Practice) -> QuerySet[AuditEvent]:
        if self.first:
            rows = rows.filter(at__gte=_midnight(self.first, practice))
        if self.last:
            rows = rows.filter(at__lt=_midnight(self.last + timedelta(days=1), practice))
        if self.who:
            rows = rows.filter(actor_id=self.who.pk)
        if self.kind:
            rows = rows.filter(query_of(self.kind))
        if self.patient:
            rows = rows.filter(patient_id__in=ids_of(self.patient))
        if self.on:
            rows = rows.filter(_subject(self.on))
        same = {"outcome": self.outcome, "ip": self.ip, "request_id": self.request_id}
        if self.act:
            rows = rows.filter(action__startswith=self.act)
        return rows.filter(**{name: value for name, value in same.items() if value})


def _midnight(day: date, practice: Practice) -> datetime:
    return datetime.combine(day, time.min, tzinfo=practice.zone)


def _subject(text: str) -> Q:
    """``notes.note 12``, ``notes.note`` or ``12``."""
    kind, _, key = text.strip().partition(" ")
    if key:
        return Q(subject_type=kind.lower(), subject_id=key)
    return Q(subject_id=kind) if kind.isdigit() else Q(subject_type__startswith=kind.lower())


def ids_of(patient: Patient) -> list[int]:
    """The record's own key and those of records that were merged into it."""
    return [patient.pk, *Patient.objects.filter(merged_into=patient).values_list("pk", flat=True)]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of answers, and where the next one begins."""

    events: list[AuditEvent]
    order: Order
    next: str = ""
    patients: dict[int, Patient] = field(default_factory=dict)


def ask(question: Question, *, practice: Practice, order: Order, after: str = "") -> Page:
    """One page. ``after`` is the token of the page before; a false one starts anew."""
    rows = question.narrow(AuditEvent.objects.all(), practice)
    if place := _place(after, order):
        rows = rows.filter(_behind(order, *place))
    found = list(rows.order_by(*_ordering(order))[: PAGE + 1])
    events = found[:PAGE]
    more = _token(order, events[-1]) if len(found) > PAGE else ""
    named = {event.patient_id for event in events if event.patient_id}
    return Page(events, order, more, Patient.objects.in_bulk(named))


def every(question: Question, *, practice: Practice, order: Order) -> QuerySet[AuditEvent]:
    """All answers, to be streamed."""
    return question.narrow(AuditEvent.objects.all(), practice).order_by(*_ordering(order))


def _ordering(order: Order) -> list[Any]:
    name, down = order.column.field, order.down
    number = "-seq" if down else "seq"
    if name == "seq":
        return [number]
    if order.column.nullable:
        value = F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)
        return [value, number]
    return [f"-{name}" if down else name, number]


def _behind(order: Order, value: Any, seq: int) -> Q:
    name, beyond = order.column.field, "lt" if order.down else "gt"
    if name == "seq":
        return Q(**{f"seq__{beyond}": seq})
    if value is None:
        return Q(**{f"{name}__isnull": True, f"seq__{beyond}": seq})
    # The first part gives the database a range of its index to begin in.
    ties = Q(**{f"{name}__{beyond}": value}) | Q(**{name: value, f"seq__{beyond}": seq})
    behind = Q(**{f"{name}__{beyond}e": value}) & ties
    return behind | Q(**{f"{name}__isnull": True}) if order.column.nullable else behind


def _token(order: Order, event: AuditEvent) -> str:
    value = getattr(event, order.column.field)
    plain = value.isoformat() if isinstance(value, datetime) else value
    return dumps([str(order), plain, event.seq], salt=SALT)


def _place(token: str, order: Order) -> tuple[Any, int] | None:
    """Signed, so that nobody compares columns with values of their own making."""
    try:
        named, value, seq = loads(token, salt=SALT) if token else ("", None, 0)
    except (BadSignature, ValueError):
        return None
    if named != str(order):
        return None
    if order.column.field == "at":
        value = datetime.fromisoformat(value)
    return value, seq


def people_who_looked(patient: Patient) -> list[dict[str, Any]]:
    """Who has events of this record, how many, from when to when; the latest first.

    Counted here: grouped by person, a database would rather read the whole trail in the order
    of its people than the few events of one patient.
    """
    events = AuditEvent.objects.filter(patient_id__in=ids_of(patient)).order_by()
    found: dict[tuple, dict[str, Any]] = {}
    for actor_id, name, role, at in events.values_list(
        "actor_id", "actor_name", "actor_role", "at"
    ):
        row = found.setdefault(
            (actor_id, name, role),
            {"actor_id": actor_id, "actor_name": name, "actor_role": role, "times": 0,
             "since": at, "until": at},
        )  # fmt: skip
        row["times"] += 1
        row["since"], row["until"] = min(row["since"], at), max(row["until"], at)
    return sorted(found.values(), key=lambda row: row["until"], reverse=True)
