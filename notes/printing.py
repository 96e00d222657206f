"""A note as its document's context: everything that is printed, and nothing else."""

from collections.abc import Mapping
from types import MappingProxyType

from clinic.documents import parts
from clinic.documents.charges import ChargesSection
from clinic.documents.contexts import NoteContext
from clinic.models import Clinician, Practice
from notes.enums import PerformedBy
from notes.models import BodyRegion, Note, Procedure, SupervisionFact, TreatmentBlock, Visit
from notes.queries import blocks_of, diagnoses_of, procedures_of
from notes.services.measures_flow import printed_findings, printed_measures, printed_trends
from notes.services.measures_people import minutes_by_person
from notes.words import Meanings, meanings_on

_PRINTED_SIDE = {"left": "left", "right": "right", "both": "bilateral", "": ""}
BY_REGIONS = ("CMT", "OMT")  # charted so; the number of regions decides the code
NONE: Mapping[str, str] = MappingProxyType({})
CPT_NOTICE = "CPT is a registered trademark of the American Medical Association. Code numbers only."


def note_context(
    note: Note,
    *,
    sections: tuple[ChargesSection, ...],
    totals: parts.Totals | None,
    codes: Mapping[str, str] = NONE,
) -> NoteContext:
    """The note as it stands, as a draft's context. ``codes``: what regions came to, by row."""
    visit = note.visit
    blocks, procedures = list(blocks_of(note)), list(procedures_of(note))
    words = meanings_on(visit.date)
    words.read_into(blocks, procedures)
    rows = tuple(_block(n, block, visit, words, codes) for n, block in enumerate(blocks, start=1))
    plan = visit.episode.plans.filter(starts_on__lte=visit.date, ends_on__gte=visit.date).first()
    authorization = visit.episode.authorizations.filter(
        starts_on__lte=visit.date, ends_on__gte=visit.date
    ).first()
    return NoteContext(
        practice=practice_part(visit.practice),
        number=note.number,
        version=1,
        status="draft",
        patient=parts.Patient(
            name=str(visit.patient),
            born_on=visit.patient.born_on,
            sex=visit.patient.get_sex_display(),
            record_no=visit.patient.record_number,
        ),
        clinician=clinician_part(note.author),
        supervisor=clinician_part(note.author.supervisor) if note.author.supervisor else None,
        served_on=visit.date,
        time_zone=visit.practice.timezone,
        location=visit.location.name,
        time_in=min((row.start for row in rows), default=None),
        time_out=max((row.end for row in rows), default=None),
        payer=visit.coverage.payer.name if visit.coverage else "Self-pay",
        member_id=visit.coverage.member_id if visit.coverage else "",
        policy=sections[0].policy if sections else "",
        plan_from=plan.starts_on if plan else None,
        plan_to=plan.ends_on if plan else None,
        plan_certified=_certified(plan),
        visit_number=visit.number_in_episode,
        visits_planned=plan.planned_visits if plan else None,
        authorization=authorization.number if authorization else "",
        diagnoses=tuple(
            parts.Diagnosis(pointer=d.pointer, code=d.code, label=d.title)
            for d in diagnoses_of(visit)
        ),
        subjective=note.subjective,
        objective=note.objective,
        assessment=note.assessment,
        plan=note.plan,
        blocks=rows,
        procedures=tuple(
            _procedure(row, visit, words, _charged(row.code, codes.get(f"p{n}")))
            for n, row in enumerate(procedures, start=1)
        ),
        measures=printed_measures(note),
        trends=printed_trends(note),
        findings=printed_findings(note),
        totals=totals,
        sections=sections,
        contributors=_contributors(note, blocks, procedures),
        notice=CPT_NOTICE,
    )


def practice_part(practice: Practice, *, whole_tax_id: bool = False) -> parts.Practice:
    """An SSN in full only where a payer reads it or a rule asks for it."""
    return parts.Practice(
        name=practice.name,
        address=practice.one_line_address,
        phone=practice.phone,
        npi=practice.npi,
        tax_id=practice.tax_id if whole_tax_id else practice.tax_id_shown,
        tax_id_kind=practice.tax_id_kind,
    )


def clinician_part(clinician: Clinician) -> parts.Clinician:
    return parts.Clinician(
        name=f"{clinician.first_name} {clinician.last_name}",
        credential=clinician.credential,
        discipline=clinician.get_discipline_display(),
        license=clinician.licence,
        npi=clinician.npi,
    )


def _certified(plan) -> str:
    if plan is None:
        return ""
    if plan.certified_on:
        return f"certified {plan.certified_on:%m/%d/%Y}"
    return f"sent {plan.sent_on:%m/%d/%Y}" if plan.sent_on else "not certified"


def _charged(code: str, found: str | None) -> str:
    return found if found and code in BY_REGIONS else code


def _block(
    number: int, block: TreatmentBlock, visit: Visit, words: Meanings, codes: Mapping[str, str]
) -> parts.Block:
    zone = visit.practice.zone
    code = _charged(words.code(block.technique), codes.get(f"b{number}"))
    return parts.Block(
        number=number,
        start=block.starts_at.astimezone(zone).time(),
        end=block.ends_at.astimezone(zone).time(),
        minutes=block.minutes,
        technique=block.technique.label,
        code=code,
        grade=block.grade,
        regions=tuple(_region(row.region, block.side, words) for row in block.block_regions.all()),
        dose=block.dose,
        response=block.response,
        pain_before=block.pain_before,
        pain_after=block.pain_after,
        by=_by(block),
        counted=bool(code),
    )


def _by(block: TreatmentBlock) -> str:
    together = " with assistant" if block.performed_by == PerformedBy.TOGETHER else ""
    return f"{block.performer.first_name[0]}. {block.performer.last_name}{together}"


def _region(region: BodyRegion, side: str, words: Meanings) -> parts.Region:
    return parts.Region(
        key=region.key,
        label=region.label,
        side=_PRINTED_SIDE[side] if region.needs_side else "",
        buckets=words.buckets(region),
    )


def _procedure(procedure: Procedure, visit: Visit, words: Meanings, code: str) -> parts.Procedure:
    start = procedure.starts_at
    return parts.Procedure(
        code=code,
        wording="",
        regions=tuple(_region(row.region, "", words) for row in procedure.procedure_regions.all()),
        start=start.astimezone(visit.practice.zone).time() if start else None,
        minutes=procedure.minutes,
        by=f"{procedure.performer.last_name}, {procedure.performer.credential}",
        remark=_remark(procedure),
    )


def _remark(procedure: Procedure) -> str:
    short = "Cut short" if procedure.reduced else ""
    return ". ".join(part for part in (short, procedure.findings) if part)


def _contributors(
    note: Note, blocks: list[TreatmentBlock], procedures: list[Procedure]
) -> tuple[parts.Contributor, ...]:
    supervision = SupervisionFact.objects.filter(note=note).first()
    said = f"; supervision: {supervision.get_kind_display().lower()}" if supervision else ""
    return tuple(
        parts.Contributor(
            name=f"{given.person.first_name} {given.person.last_name}",
            credential=given.person.credential,
            role="author" if given.person.pk == note.author_id else "gave treatment",
            remark=given.words + (said if given.person.is_assistant else ""),
        )
        for given in minutes_by_person(note, blocks, procedures)
    )
