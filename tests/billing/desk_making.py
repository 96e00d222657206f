"""Signed visits of each kind that the desk meets."""

import uuid
from datetime import date, timedelta
from typing import Any

from billing.models import ChargeSet
from clinic.enums import Discipline, Network
from clinic.models import Coverage, Location
from notes.models import Note
from tests.billing.making import make_fees, make_payer_with
from tests.factories import (
    DAY,
    make_block,
    make_clinician,
    make_coverage,
    make_episode,
    make_note,
    make_order,
    make_patient,
    make_plan,
    make_procedure,
    make_visit,
)
from tests.notes.acts import sign

ADDRESS = {
    "street": "12 Elm Street",
    "city": "Albany",
    "state": "NY",
    "zip_code": "12207",
    "phone": "518-555-0111",
}
CERTIFIER = "1245319599"


def make_signed(
    *,
    preset: str = "commercial",
    network: Network = Network.OUT,
    fees: bool = True,
    discipline: str = Discipline.PT,
    coverage: Coverage | None = None,
    episode: Any = None,
    **visit: Any,
) -> ChargeSet:
    """A visit signed through the real service: 97140 for 20 minutes, 97110 for 16."""
    if fees:
        _fees_once()
    episode = episode or make_course(
        preset=preset, network=network, discipline=discipline, coverage=coverage
    )
    note = make_note(make_visit(episode=episode, **visit))
    codes = [row.code for row in episode.diagnoses.all()[:1]]
    if discipline == Discipline.MT:
        make_block(note, "09:00", "09:30", technique="massage_petrissage", diagnosis_codes=codes)
    else:
        make_block(note, "09:00", "09:20", diagnosis_codes=codes)
        make_block(note, "09:20", "09:36", technique="therapeutic_exercise",
                   diagnosis_codes=codes)  # fmt: skip
    if discipline == Discipline.DC:
        make_procedure(note, "CMT", regions=["lumbar_spine"], start="09:40", minutes=5,
                       findings="Restricted, released", diagnosis_codes=codes)  # fmt: skip
    return sign(Note.objects.get(pk=note.pk)).charge_set


def make_course(
    *,
    preset: str = "commercial",
    network: Network | None = Network.OUT,
    discipline: str = Discipline.PT,
    coverage: Coverage | None = None,
    **fields: Any,
):
    """An episode with all that a claim asks for; ``network=None`` is a patient without a plan."""
    patient = coverage.patient if coverage else make_patient(**ADDRESS)
    if coverage is None and network is not None:
        payer = make_payer_with(preset, payer_id="60054", phone="800-555-0199")
        coverage = make_coverage(patient=patient, payer=payer, network=network,
                                 group_number="GRP77")  # fmt: skip
    clinician = fields.pop("clinician", None) or make_clinician(
        discipline=discipline,
        credential={"PT": "PT, DPT", "DC": "DC", "MT": "LMT", "OT": "OTR/L"}[discipline],
        taxonomy={"PT": "225100000X", "DC": "111N00000X", "MT": "225700000X",
                  "OT": "225X00000X"}[discipline],
    )  # fmt: skip
    episode = make_episode(
        patient=patient, coverage=coverage, clinician=clinician, onset_on=date(2026, 1, 20),
        **fields,
    )  # fmt: skip
    make_plan(episode, certified_on=date(2026, 2, 3))
    make_order(episode, provider_npi=CERTIFIER)
    return episode


def another_visit(charge_set: ChargeSet, *, days: int = 2, **visit: Any) -> ChargeSet:
    """The same course of care, some days later."""
    episode = charge_set.note.visit.episode
    return make_signed(episode=episode, date=DAY + timedelta(days=days), number_in_episode=2,
                       discipline=episode.clinician.discipline, **visit)  # fmt: skip


def _fees_once() -> None:
    from billing.models import Fee  # noqa: PLC0415 only where rows are missing

    if not Fee.objects.exists():
        make_fees(**{"97124": 5400, "98941": 6600})


def full_address(practice) -> None:
    """A claim wants nine digits of ZIP code from the practice and the place of service."""
    nine = "12207-1234"
    type(practice).objects.filter(pk=practice.pk).update(zip_code=nine)
    place = {k: v for k, v in ADDRESS.items() if k != "phone"}
    Location.objects.update(**place | {"zip_code": nine})


def key() -> uuid.UUID:
    return uuid.uuid4()
