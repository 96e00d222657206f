"""Real objects for tests: plain functions, sensible defaults, any field can be given.

Rows of a practice are made inside its scope: use the ``in_practice`` fixture, or
``with scope(practice):``. Days and times are those of one Monday in New York.
"""

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import cache
from itertools import count
from typing import Any

from django.conf import settings
from django.db import transaction

from clinic.documents import authority
from clinic.enums import Discipline, DocumentKind, Network, Role
from clinic.models import (
    Clinician,
    Coverage,
    Location,
    Patient,
    Payer,
    Practice,
    SigningAuthority,
    StoredDocument,
    User,
)
from clinic.npi import npi_from
from clinic.scope import current_practice_id, scope
from clinic.services import documents
from notes.models import (
    Authorization,
    BlockRegion,
    BodyRegion,
    EpisodeDiagnosis,
    EpisodeOfCare,
    Note,
    Order,
    PlanOfCare,
    Procedure,
    ProcedureRegion,
    Technique,
    TreatmentBlock,
    Visit,
)
from notes.vocabulary import seed_vocabulary

DAY = date(2026, 3, 2)
PASSWORD = "correct horse battery"
_numbers = count(1)


def at(clock: str, day: date = DAY) -> datetime:
    """The moment "09:15" of that day, on the clock of the practice in scope."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=_practice().zone)


def _practice() -> Practice:
    return Practice.objects.get(pk=current_practice_id())


# --- people and places ------------------------------------------------------------------


def make_practice(**fields: Any) -> Practice:
    number = next(_numbers)
    defaults = {
        "name": f"Practice {number}",
        "npi": npi_from(f"1{number:08d}"),
        "tax_id": f"12-{number:07d}",
        "street": "1 Main Street",
        "city": "Albany",
        "state": "NY",
        "zip_code": "12207",
        "phone": "518-555-0100",
    }
    practice = Practice.objects.create(**defaults | fields)
    with scope(practice):
        make_signing_authority()
    return practice


@cache
def _authority_material() -> tuple[bytes, bytes, bytes]:
    """One authority for all practices of a test run: opening keys is slow on purpose."""
    now, word = datetime.now(UTC), "a root passphrase for tests"
    root = authority.create_root(practice="Test practice", passphrase=word, now=now)
    issuing = authority.create_issuing(
        practice="Test practice",
        root=authority.unlock(root, word),
        passphrase=settings.SIGNING_PASSPHRASE,
        now=now,
    )
    return root.certificate, issuing.certificate, issuing.key


def make_signing_authority() -> SigningAuthority:
    root, issuing, key = _authority_material()
    return SigningAuthority.objects.create(
        root_certificate=root,
        issuing_certificate=issuing,
        issuing_key=key,
        made_at=datetime.now(UTC),
    )


def make_location(**fields: Any) -> Location:
    return Location.objects.create(**{"name": f"Clinic {next(_numbers)}"} | fields)


def make_user(role: Role = Role.THERAPIST, **fields: Any) -> User:
    """A person who signs in with PASSWORD."""
    number = next(_numbers)
    defaults = {
        "email": f"person{number}@handline.example",
        "first_name": "Alex",
        "last_name": f"Person {number}",
        "password": PASSWORD,
    }
    if "practice" not in fields:
        defaults["practice"] = _practice()
    return User.objects.create_user(role=role, **defaults | fields)


def make_clinician(**fields: Any) -> Clinician:
    """A physical therapist who can sign in; an assistant gets a supervisor."""
    number = next(_numbers)
    assistant = fields.get("is_assistant", False)
    defaults = {
        "first_name": "Robin",
        "last_name": f"Hand {number}",
        "credential": "PTA" if assistant else "PT, DPT",
        "discipline": Discipline.PT,
        "licence_number": f"{number:06d}",
        "licence_state": "NY",
        "npi": npi_from(f"2{number:08d}"),
        "taxonomy": "225200000X" if assistant else "225100000X",
    } | fields
    if "user" not in fields:
        defaults["user"] = make_user(
            Role.ASSISTANT if assistant else Role.THERAPIST,
            first_name=defaults["first_name"],
            last_name=defaults["last_name"],
        )
    if assistant and "supervisor" not in fields:
        defaults["supervisor"] = make_clinician()
    return Clinician.objects.create(**defaults)


def make_patient(**fields: Any) -> Patient:
    number = next(_numbers)
    defaults = {
        "record_number": f"P-{number:05d}",
        "first_name": "Jordan",
        "last_name": f"Sample {number}",
        "born_on": date(1980, 5, 17),
    }
    return Patient.objects.create(**defaults | fields)


def make_payer(**fields: Any) -> Payer:
    return Payer.objects.create(**{"name": f"Payer {next(_numbers)}"} | fields)


def make_coverage(**fields: Any) -> Coverage:
    defaults: dict[str, Any] = {
        "member_id": f"M{next(_numbers):08d}",
        "network": Network.IN,
        "starts_on": date(2020, 1, 1),
    } | fields
    defaults.setdefault("patient", None)
    defaults["patient"] = defaults["patient"] or make_patient()
    if "payer" not in defaults:
        defaults["payer"] = make_payer()
    return Coverage.objects.create(**defaults)


def make_document(*, by: User, **fields: Any) -> StoredDocument:
    """An issued document, numbered and stored by the service."""
    kind = fields.pop("kind", DocumentKind.NOTE)
    if "number" not in fields:
        with transaction.atomic():
            fields["number"] = documents.next_number(kind)
    defaults = {
        "content": b"%PDF-1.7 sample",
        "version": 1,
        "context": {"title": "Sample"},
        "public_id": new_key(),
    } | fields
    if "patient" not in defaults:
        defaults["patient"] = make_patient()
    content = defaults.pop("content")
    return documents.store(content, kind=kind, by=by, **defaults)


# --- the clinical record ----------------------------------------------------------------


def make_episode(
    *, diagnoses: Iterable[tuple[str, str]] = (("M54.2", "Cervicalgia"),), **fields: Any
) -> EpisodeOfCare:
    """An episode with its diagnoses in order (A, B, ...), a patient and a coverage."""
    if "patient" not in fields:
        coverage = fields.get("coverage")
        fields["patient"] = coverage.patient if coverage else make_patient()
    if "clinician" not in fields:
        fields["clinician"] = make_clinician()
    if "coverage" not in fields:
        fields["coverage"] = make_coverage(patient=fields["patient"])
    defaults = {"title": "Neck pain", "started_on": date(2026, 2, 2)}
    episode = EpisodeOfCare.objects.create(**defaults | fields)
    for position, (code, title) in enumerate(diagnoses, start=1):
        EpisodeDiagnosis.objects.create(episode=episode, position=position, code=code, title=title)
    return episode


def make_order(episode: EpisodeOfCare, **fields: Any) -> Order:
    defaults = {"provider_name": "Dr. Lee Referrer", "ordered_on": episode.started_on}
    return Order.objects.create(episode=episode, **defaults | fields)


def make_plan(episode: EpisodeOfCare, **fields: Any) -> PlanOfCare:
    defaults = {
        "starts_on": episode.started_on,
        "ends_on": date(2026, 4, 30),
        "frequency": "2 times a week for 8 weeks",
        "interventions": "Manual therapy, therapeutic exercise",
        "goals": "Turn the head 70 degrees to both sides.",
        "planned_visits": 16,
    }
    return PlanOfCare.objects.create(episode=episode, **defaults | fields)


def make_authorization(episode: EpisodeOfCare, **fields: Any) -> Authorization:
    defaults = {
        "number": f"AUTH-{next(_numbers)}",
        "visits": 12,
        "starts_on": episode.started_on,
        "ends_on": date(2026, 4, 30),
    }
    return Authorization.objects.create(episode=episode, **defaults | fields)


def make_visit(**fields: Any) -> Visit:
    """A booked visit at 09:00 of DAY; pass ``episode`` to add one to an existing episode."""
    episode = fields.get("episode") or make_episode()
    day = fields.get("date", DAY)
    defaults = {
        "episode": episode,
        "patient": episode.patient,
        "clinician": episode.clinician,
        "coverage": episode.coverage,
        "date": day,
        "starts_at": at("09:00", day),
    }
    if "location" not in fields:
        defaults["location"] = Location.objects.first() or make_location()
    return Visit.objects.create(**defaults | fields)


def make_note(visit: Visit | None = None, **fields: Any) -> Note:
    """A draft, its text complete but without blocks."""
    visit = visit or make_visit()
    defaults = {
        "author": visit.clinician,
        "subjective": "Neck feels looser than last week.",
        "objective": "Rotation left 55 degrees.",
        "assessment": "Responds to mobilization; skilled care is needed to progress grades.",
        "plan": "Continue twice a week.",
    }
    return Note.objects.create(visit=visit, **defaults | fields)


def make_block(
    note: Note,
    start: str,
    end: str,
    *,
    technique: str = "joint_mobilization",
    regions: Iterable[str] = ("cervical_spine",),
    **fields: Any,
) -> TreatmentBlock:
    """A block by clock times and vocabulary keys: make_block(note, "09:00", "09:15")."""
    day = note.visit.date
    defaults = {
        "technique": technique_of(technique),
        "starts_at": at(start, day),
        "ends_at": at(end, day),
        "performer": note.author,
        "response": "Pain 6 to 4.",
    }
    block = TreatmentBlock.objects.create(note=note, **defaults | fields)
    for key in regions:
        BlockRegion.objects.create(block=block, region=region_of(key))
    return block


def make_procedure(
    note: Note, code: str = "CMT", *, regions: Iterable[str] = (), **fields: Any
) -> Procedure:
    """An untimed service; a clock time may be given as ``start="09:20"``."""
    if start := fields.pop("start", None):
        fields["starts_at"] = at(start, note.visit.date)
    procedure = Procedure.objects.create(
        note=note, code=code, **{"performer": note.author} | fields
    )
    for key in regions:
        ProcedureRegion.objects.create(procedure=procedure, region=region_of(key))
    return procedure


def technique_of(key: str) -> Technique:
    """The technique of the practice in scope, seeding its vocabulary on first use."""
    if not Technique.objects.exists():
        seed_vocabulary()
    return Technique.objects.get(key=key)


def region_of(key: str) -> BodyRegion:
    if not BodyRegion.objects.exists():
        seed_vocabulary()
    return BodyRegion.objects.get(key=key)


def new_key() -> uuid.UUID:
    """A fresh public id, as the browser makes one for each new block."""
    return uuid.uuid4()
