"""The session note as a page."""

from django.utils.safestring import mark_safe

from clinic.documents import body, timeline, trend
from clinic.documents.contexts import NoteContext
from clinic.documents.parts import Block, Procedure, Region
from clinic.documents.wording import day, in_runs, joined, local_day, minutes, span

from . import common
from .charges import charges

BESIDE_FIGURE = 500  # characters; a longer text would make a block too tall for one page
WIDTHS = {"letter": 185.0, "a4": 179.0}
STATUS = {
    "draft": "Draft, not signed",
    "signed": "Signed",
    "cosigned": "Signed and co-signed",
    "amended": "Amended",
    "voided": "Voided",
}


def html(of: NoteContext, size: str) -> str:
    return common.fill("pdf/note.html", _values(of, size))


def _values(of: NoteContext, size: str) -> dict:
    signed = of.signature
    last = len(of.addenda) + len(of.cosignatures)
    return {
        "title": f"Session note {of.number}",
        "made": (signed.signed_at.isoformat() if signed else ""),
        "practice": common.practice(of.practice),
        "number": of.number,
        "version": str(of.version),
        "status": STATUS.get(of.status, of.status),
        "who": str(of.clinician),
        "patient": of.patient.name,
        "running": _running(of),
        "facts": _facts(of),
        "diagnoses": [(d.pointer, d.code, d.label) for d in of.diagnoses],
        "subjective": common.paragraphs(of.subjective),
        "objective": common.paragraphs(of.objective),
        "objective_apart": len(of.objective) > BESIDE_FIGURE,
        "assessment": common.paragraphs(of.assessment),
        "plan": common.paragraphs(of.plan),
        "strip": timeline.drawing(of.blocks, of.procedures, WIDTHS[size]),
        "blocks": [_block(b) for b in of.blocks],
        "told": any(b["dose"] or b["response"] for b in map(_block, of.blocks)),
        "procedures": [_procedure(p) for p in of.procedures],
        "totals": _totals(of),
        "measures": [(m.name, m.before, m.after, m.goal) for m in of.measures],
        "trends": [
            (t.name, mark_safe(drawing))
            for t in of.trends
            if (drawing := trend.drawing(t, width=76))
        ],
        "findings": [(f.segment, f.found) for f in of.findings],
        "figure": _figure(of),
        "sections": [
            charges(section, notice=of.notice if section is of.sections[-1] else "")
            for section in of.sections
        ],
        "contributors": [
            (joined(c.name, c.credential, by=", "), c.role, c.remark) for c in of.contributors
        ],
        "signature": common.signature(signed, of.time_zone) if signed else None,
        "late": _late(of),
        "cosignatures": [
            common.signature(s, of.time_zone, heading="Co-signed by") for s in of.cosignatures
        ],
        "addenda": common.addenda(of.addenda, of.time_zone),
        "field_on_first": last == 0,
        "supersedes": common.supersedes(of.earlier),
        "void": common.void_words(of.void, of.time_zone),
        "verification": common.verification(of.verify_url),
        "notice": "" if of.sections else of.notice,
    }


def _running(of: NoteContext) -> dict:
    patient = joined(
        of.patient.name,
        f"born {day(of.patient.born_on)}",
        f"record {of.patient.record_no}" if of.patient.record_no else "",
    )
    return {
        "patient": patient,
        "visit": f"Date of service {day(of.served_on)} · {of.clinician}",
        "document": f"{of.number} · version {of.version} · {STATUS.get(of.status, of.status)}",
    }


def _facts(of: NoteContext) -> list:
    visit = str(of.visit_number or "")
    if of.visit_number and of.visits_planned:
        visit = f"{of.visit_number} of {of.visits_planned}"
    supervisor = str(of.supervisor) if of.supervisor else ""
    return common.facts(
        ("Patient", of.patient.name),
        ("Birth, sex", joined(day(of.patient.born_on), of.patient.sex)),
        ("Record no.", of.patient.record_no),
        ("Date of service", day(of.served_on)),
        ("Time in, out", span(of.time_in, of.time_out)),
        ("Visit", visit),
        ("Clinician", str(of.clinician)),
        ("License, NPI", joined(of.clinician.license, of.clinician.npi)),
        ("Supervisor", supervisor),
        ("Payer", of.payer),
        ("Payer policy", of.policy),
        ("Member ID", of.member_id),
        ("Plan of care", common.period(of.plan_from, of.plan_to)),
        ("Certification", of.plan_certified),
        ("Authorization", of.authorization),
        ("Location", of.location),
    )


def _block(of: Block) -> dict:
    pain = ""
    if of.pain_before is not None or of.pain_after is not None:
        before, after = (
            "–" if score is None else str(score) for score in (of.pain_before, of.pain_after)
        )
        pain = f"Pain {before} → {after}"
    return {
        "number": str(of.number),
        "span": span(of.start, of.end),
        "minutes": str(of.minutes),
        "technique": of.technique,
        "grade": of.grade,
        "regions": common.regions(of.regions),
        "dose": of.dose,
        "response": joined(of.response, pain, by=". ") if of.response else pain,
        "by": of.by,
        "code": of.code,
        "uncounted": "" if of.counted else "not one-on-one",
    }


def _procedure(of: Procedure) -> dict:
    return {
        "code": of.code,
        "wording": joined(of.wording, of.remark, by=". "),
        "regions": common.regions(of.regions),
        "span": span(of.start, of.end) or minutes(of.minutes),
        "by": of.by,
    }


def _totals(of: NoteContext) -> list[tuple[str, str]]:
    if of.totals is None:
        return []
    return [
        ("Timed", minutes(of.totals.timed)),
        ("Untimed", minutes(of.totals.untimed)),
        ("Treatment time", minutes(of.totals.treatment)),
        ("Not billed", minutes(of.totals.not_billed)),
    ]


def _figure(of: NoteContext) -> dict | None:
    treated: dict[tuple[str, str], tuple[Region, list[int]]] = {}
    for block in of.blocks:
        for item in block.regions:
            treated.setdefault((item.label, item.side), (item, []))[1].append(block.number)
    adjusted = {(r.label, r.side): (r, p.code) for p in of.procedures for r in p.regions}
    if not treated and not adjusted:
        return None
    rows = [
        (common.region(r), f"block{'s' if len(numbers) > 1 else ''} {in_runs(numbers)}")
        for r, numbers in treated.values()
    ]
    rows += [(common.region(r), code) for r, code in adjusted.values()]
    words = "Body figure, front and back. " + "; ".join(joined(*row, by=", ") for row in rows)
    drawing = body.drawing(
        [r for r, _ in treated.values()],
        [r for r, _ in adjusted.values()],
        words + ".",
        height_mm=28,
    )
    return {"drawing": drawing, "rows": rows, "adjusted": "yes" if adjusted else ""}


def _late(of: NoteContext) -> str:
    """A late signature must be seen as one (Medicare Program Integrity Manual, ch. 3)."""
    if of.signature is None:
        return ""
    days = (local_day(of.signature.signed_at, of.time_zone) - of.served_on).days
    if days < 1:
        return ""
    return f"Signed {days} day{'s' if days > 1 else ''} after the date of service."
