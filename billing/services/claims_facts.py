"""A signed visit as a claim's facts: rows in, frozen facts out."""

from dataclasses import replace
from datetime import date

from django.db.models import Q, Sum
from django.utils import timezone

from billing.claims import types
from billing.claims.preflight import Ground, preflight
from billing.desk_enums import EntryKind
from billing.engine.tables import shipped_codes
from billing.models import ChargeSet, ClaimDetails, ClaimSettings, LedgerEntry
from billing.services.desk_routes import filing_of
from clinic.models import Clinician, Coverage, Patient, Practice
from notes.models import EpisodeOfCare, Visit

_PAYING = (EntryKind.PATIENT_PAYMENT, EntryKind.APPLIED)
_PROCEDURES = frozenset(fact.code for fact in shipped_codes())
TAX_KINDS = {"EIN": "EI", "SSN": "SY"}
RANKS = {1: "P", 2: "S", 3: "T"}


def claim_of(charge_set: ChargeSet, *, number: str = "0", coverage: Coverage | None = None):
    """The visit's claim to its payer, or to another coverage of the patient."""
    note, visit = charge_set.note, charge_set.note.visit
    coverage = coverage or visit.coverage
    insured, patient = _insured(coverage, visit.patient, filing_of(charge_set))
    author = note.author
    details = getattr(coverage, "claim_details", None)
    treater, supervisor = _treating(author, insured.filing, visit.practice_id)
    return types.Claim(
        number=number,
        billing=_billing(charge_set),
        payer=types.Payer(coverage.payer.name, coverage.payer.payer_id, _address(coverage.payer)),
        insured=insured,
        patient=patient,
        total_cents=charge_set.total_cents,
        diagnoses=tuple(charge_set.facts["day"].get("diagnoses", ())),
        lines=_lines(charge_set, visit, number),
        place=visit.location.place_of_service,
        rendering=treater,
        supervising=supervisor,
        facility=_facility(visit),
        signed_on=timezone.localdate(note.signed_at, timezone=visit.practice.zone),
        patient_paid_cents=_paid(charge_set) if coverage.pk == visit.coverage_id else 0,
        referring=_referring(visit.episode),
        onset_on=visit.episode.onset_on,
        initial_treatment_on=visit.episode.started_on if author.discipline == "DC" else None,
        accident=_accident(coverage),
        authorization=_authorization(visit),
        other_claim_id=details.other_claim_id if details else "",
        conditions=tuple(details.condition_codes.split()) if details else (),
        off_work=_span(details, "off_work_from", "off_work_until"),
        in_hospital=_span(details, "admitted_on", "discharged_on"),
    )


def _treating(
    author: Clinician, filing: str, practice: int
) -> tuple[types.Provider, types.Provider | None]:
    """Who stands in 24J. For most plans an assistant's work is billed by who supervises; some
    want the assistant there, and the supervisor in box 17 (loop 2310D)."""
    if not author.is_assistant:
        return _provider(author), None
    settings = ClaimSettings.objects.filter(practice=practice).first()
    if settings is not None and filing in settings.supervised:
        return _provider(author), _provider(author.supervisor)
    return _provider(author.supervisor), None


def _span(details: ClaimDetails | None, start: str, end: str) -> types.Span:
    return types.Span(getattr(details, start, None), getattr(details, end, None))


def problems_of(charge_set: ChargeSet, *, today: date) -> list[types.Problem]:
    """What the preflight says of the visit's claim as it stands."""
    return preflight(claim_of(charge_set), ground(today))


def ground(today: date) -> Ground:
    return Ground(today=today, procedures=_PROCEDURES)


def _billing(charge_set: ChargeSet) -> types.Billing:
    practice, author = charge_set.note.visit.practice, charge_set.note.author
    biller = author.supervisor if author.is_assistant else author
    return types.Billing(
        name=_billing_name(practice, biller),
        npi=practice.npi,
        tax_id=practice.tax_id,
        tax_kind=TAX_KINDS[practice.tax_id_kind],
        address=_address(practice),
        taxonomy=biller.taxonomy,
        phone=practice.phone,
    )


def _billing_name(practice: Practice, biller: Clinician) -> types.Name:
    """Who practices alone bills as a person, under the NPI that is their own."""
    if practice.npi == biller.npi:
        return types.Name(biller.last_name, biller.first_name)
    return types.Name(practice.name, is_person=False)


def _insured(coverage: Coverage, patient: Patient, filing: str):
    """The subscriber, and the patient where that is somebody else."""
    details = getattr(coverage, "claim_details", None)
    person = types.Name(patient.last_name, patient.first_name)
    insured = types.Insured(
        name=person,
        member_id=coverage.member_id,
        filing=filing,
        rank=RANKS.get(coverage.rank, "P"),
        group=coverage.group_number,
        address=_address(patient),
        born_on=patient.born_on,
        sex=_sex(patient),
        phone=patient.phone,
    )
    if details is None or details.relationship == "18":
        return insured, None
    subscriber = replace(
        insured,
        name=types.Name(details.last_name, details.first_name),
        is_patient=False,
        address=_address(details),
        phone="",
        born_on=None,
    )
    return subscriber, types.Patient(
        person,
        details.relationship,
        _address(patient),
        patient.born_on,
        _sex(patient),
        patient.phone,
    )


def _sex(patient: Patient) -> str:
    return patient.sex if patient.sex in ("F", "M") else "U"


def _address(row) -> types.Address:
    return types.Address(row.street, row.city, row.state, row.zip_code)


def _provider(clinician: Clinician) -> types.Provider:
    name = types.Name(clinician.last_name, clinician.first_name)
    return types.Provider(name, clinician.npi, clinician.taxonomy)


def _facility(visit: Visit) -> types.Facility | None:
    """The location, where it has an address of its own."""
    here, practice = visit.location, visit.practice
    if not here.street or (here.street, here.city) == (practice.street, practice.city):
        return None
    return types.Facility(here.name, _address(here))


def _paid(charge_set: ChargeSet) -> int:
    """What the patient paid for the visit, such as a copayment at the desk."""
    paying = Q(kind__in=_PAYING) | Q(reverses__kind__in=_PAYING)
    rows = LedgerEntry.objects.filter(paying, charge_set=charge_set)
    return max(0, -(rows.aggregate(paid=Sum("patient_cents"))["paid"] or 0))


def _lines(charge_set: ChargeSet, visit: Visit, number: str) -> tuple[types.Line, ...]:
    marks = getattr(charge_set, "claim_marks", None)
    return tuple(
        types.Line(
            id=f"{number}L{line.position}",
            code=line.code,
            units=line.units,
            charge_cents=line.charge_cents,
            served_on=visit.date,
            pointers=tuple(ord(letter) - ord("A") + 1 for letter in line.pointers),
            modifiers=tuple(line.modifiers),
            place=visit.location.place_of_service,
            minutes=line.minutes,
            emergency=marks is not None and marks.emergency,
            epsdt=marks is not None and marks.epsdt,
        )
        for line in charge_set.lines.all()
    )


def _referring(episode: EpisodeOfCare) -> types.Provider | None:
    order = episode.orders.order_by("-ordered_on", "-pk").first()
    return types.Provider(name_of(order.provider_name), order.provider_npi) if order else None


def name_of(text: str) -> types.Name:
    """ "Dr. Lee Referrer, MD" as last and first name."""
    words = [w for w in text.split(",")[0].split() if w.rstrip(".").lower() not in _TITLES]
    if not words:
        return types.Name("")
    return types.Name(words[-1], " ".join(words[:-1]))


_TITLES = {"dr", "md", "do", "prof", "mr", "ms", "mrs"}


def _authorization(visit: Visit) -> str:
    row = visit.episode.authorizations.filter(
        starts_on__lte=visit.date, ends_on__gte=visit.date
    ).first()
    return row.number if row else ""


def _accident(coverage: Coverage) -> types.Accident | None:
    of = getattr(coverage, "claim_details", None)
    if of is None or not (of.employment or of.auto or of.other):
        return None
    return types.Accident(of.employment, of.auto, of.other, of.accident_state, of.accident_on)
