"""Notes of every shape: few and many blocks, each technique, each discipline, each act."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from clinic.documents.charges import ChargeLine, ChargesSection, Interval, Proof, Reason
from clinic.documents.parts import Block, Clinician, Contributor, Earlier, Procedure, Totals, Void
from tests.clinic.documents import samples as s

TECHNIQUES = Path(__file__).parents[3] / "notes" / "reference" / "techniques.csv"
SUPERVISOR = Clinician("Ilse Brandt", "PT", "PT", "ME PT1001", "1922001579")


def one_block():
    block = s.blocks(1)
    line = ChargeLine(
        "97140", "Manual therapy", ("GP",), 1, 8, ("A",),
        (Reason("8 minutes make one unit.", "units.cms-total"),),
    )  # fmt: skip
    return s.signed(
        blocks=block, procedures=(), measures=s.DRAFT.measures[:1],
        sections=(replace(s.CHARGES, lines=(line,), unbilled=(), findings=()),),
        totals=Totals(8, 0, 8, 0), time_out=s.at(488),
    )  # fmt: skip


def routine_note(count: int):
    """What most visits are: so many blocks, two codes, nothing in dispute, one clinician."""
    order = (4, 0, 1, 2)[:count]
    blocks, minute = [], 480
    for number, row in enumerate(order, start=1):
        block = s.blocks(5)[row]
        end = minute + block.minutes
        blocks.append(replace(block, number=number, start=s.at(minute), end=s.at(end)))
        minute = end
    hands_on = sum(block.minutes for block in blocks[1:])
    lines = [_plain_line("97110", "Therapeutic exercise", 9)]
    if hands_on:
        lines.append(_plain_line("97140", "Manual therapy", hands_on))
    timed = 9 + hands_on
    return s.signed(
        blocks=tuple(blocks), procedures=(), measures=s.DRAFT.measures[:3], time_out=s.at(minute),
        location="Harbor Street", plan_certified="certified 02/18/2026",
        diagnoses=s.DRAFT.diagnoses[:2], totals=Totals(timed, 0, timed, 0),
        sections=(replace(s.CHARGES, lines=tuple(lines), unbilled=(), findings=()),),
        contributors=(Contributor("Renata Oyelaran", "PT, DPT", "author", f"{timed} min"),),
    )  # fmt: skip


def _plain_line(code: str, wording: str, minutes: int) -> ChargeLine:
    return ChargeLine(
        code, wording, ("GP",), 1, minutes, ("A", "B"),
        (Reason(f"{minutes} minutes earn a unit.", "units.cms-total",
                "Medicare Claims Processing Manual, ch. 5 §20.2.C"),
         Reason("The plan of care is a physical therapist's.", "modifiers.plan")),
    )  # fmt: skip


def region_note():
    """A 59 proven by region: the two services share none."""
    section = ChargesSection(
        lines=(
            ChargeLine("98940", "Spinal manipulation, 1–2 regions", (), 1, 0, ("A",)),
            ChargeLine(
                "97140", "Manual therapy", ("59",), 1, 16, ("B",),
                (Reason("16 minutes make one unit.", "units.cms-total"),),
                (Proof("59", "region", (Interval("97140", "1", regions="Shoulder, left"),),
                       (Interval("98940", regions="Lumbar spine"),)),),
            ),
        ),
    )  # fmt: skip
    block = replace(s.blocks(1)[0], regions=(s.SHOULDER,), minutes=16, end=s.at(496))
    adjusted = Procedure("98940", "Spinal manipulation", (s.LUMBAR,), s.at(500), s.at(505), by="LM")
    return s.signed(blocks=(block,), procedures=(adjusted,), sections=(section,))


def no_59():
    """Two services, no pair between them: no modifier, nothing to prove."""
    lines = (
        ChargeLine("97140", "Manual therapy", ("GP",), 1, 14, ("A",),
                   (Reason("14 minutes make one unit.", "units.cms-total"),)),
        ChargeLine("97110", "Therapeutic exercise", ("GP",), 1, 9, ("A",),
                   (Reason("9 minutes left over earn a unit.", "units.cms-total"),)),
    )  # fmt: skip
    rows = s.blocks(5)
    return s.signed(
        blocks=(*rows[:2], rows[4]), procedures=(), totals=Totals(23, 0, 23, 0),
        sections=(replace(s.CHARGES, lines=lines, unbilled=(), findings=()),),
    )  # fmt: skip


def every_technique():
    """All that a practice starts with, each for three minutes."""
    with TECHNIQUES.open(encoding="utf-8", newline="") as rows:
        techniques = list(csv.DictReader(rows))
    blocks = tuple(
        Block(
            number, s.at(477 + 3 * number), s.at(480 + 3 * number), 3, row["label"], row["code"],
            "grade II" if row["uses_grade"] == "yes" else "",
            (s.LUMBAR,) if row["needs_region"] == "yes" else (), by="RO", lane=row["lane"],
            counted=bool(row["code"]),
        )
        for number, row in enumerate(techniques, start=1)
    )  # fmt: skip
    return s.signed(blocks=blocks, procedures=(), totals=None, sections=(), measures=())


def _discipline(credential, license, code, wording, modifiers, technique, region, procedure=()):
    who = Clinician("Mara Whitlock", credential, credential, license, "1467893213")
    block = replace(
        s.blocks(1)[0], technique=technique, code=code, regions=(region,), minutes=15,
        end=s.at(495),
    )  # fmt: skip
    line = ChargeLine(
        code, wording, modifiers, 1, 15, ("A",),
        (Reason("15 minutes make one unit.", "units.cms-total"),),
    )  # fmt: skip
    treated = tuple(ChargeLine(p.code, p.wording, ("AT",), 1, 0, ("A",)) for p in procedure)
    draft = replace(
        s.DRAFT, clinician=who, blocks=(block,), procedures=procedure, measures=(),
        sections=(replace(s.CHARGES, lines=(*treated, line), unbilled=(), findings=()),),
        totals=Totals(15, 0, 15, 0), contributors=(),
    )  # fmt: skip
    ready = replace(draft, status="signed")
    return replace(ready, signature=s.signature(ready.fingerprint(), who=who), verify_url=s.VERIFY)


DISCIPLINES = {
    "OT": lambda: _discipline("OTR/L", "ME OT2210", "97530", "Therapeutic activities", ("GO",),
                              "Therapeutic activities", s.SHOULDER),
    "SLP": lambda: _discipline("CCC-SLP", "ME SP900", "97112", "Neuromuscular re-education",
                               ("GN",), "Neuromuscular re-education", s.CERVICAL),
    "DC": lambda: _discipline("DC", "ME CH3001", "97140", "Manual therapy", ("59",),
                              "Soft-tissue mobilization", s.SHOULDER,
                              (Procedure("98941", "Spinal manipulation, 3–4 regions",
                                         (s.CERVICAL, s.THORACIC, s.LUMBAR), by="MW"),)),
    "DO": lambda: _discipline("DO", "ME DO118", "97140", "Manual therapy", ("59",),
                              "Muscle energy technique", s.SHOULDER,
                              (Procedure("98926", "Osteopathic manipulation, 3–4 regions",
                                         (s.CERVICAL, s.THORACIC, s.LUMBAR), by="MW"),)),
    "MT": lambda: _discipline("LMT", "ME MT7714", "97124", "Massage", (),
                              "Massage: gliding strokes", s.TRAPEZIUS),
}  # fmt: skip


def of_discipline(key: str):
    """The samples are a PT's; these are the others."""
    return DISCIPLINES[key]()


def bare_note():
    """Only what a note cannot do without."""
    draft = replace(
        s.DRAFT, payer="", policy="", member_id="", plan_from=None, plan_to=None,
        plan_certified="", visit_number=None, visits_planned=None, authorization="",
        diagnoses=(), objective="", procedures=(), measures=(), totals=None, sections=(),
        contributors=(), notice="", location="", time_in=None, time_out=None, blocks=(),
    )  # fmt: skip
    return replace(s.signed(draft), verify_url=None)


def long_note():
    sentence = "Κίνηση ≥ 60° → ὅρια; Tiếng Việt được ghi đúng; Δ = 4 ✓. "
    text = "\n\n".join([sentence * 40] * 8)
    name = "Maria-Theresia Wolkenstein-Trostburg und von Hohenzollern-Sigmaringen-Okonkwo"
    return s.signed(subjective=text, patient=replace(s.PATIENT, name=name))


def amended_note(earlier: bytes):
    first = one_block()
    return replace(
        first,
        version=2,
        status="amended",
        addenda=(s.addendum(first.fingerprint()),),
        earlier=Earlier(first.number, 1, s.sha256(earlier), s.SIGNED_AT),
    )


def cosigned_note():
    first = replace(one_block(), supervisor=SUPERVISOR, signature=None)
    when = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
    return replace(
        first,
        version=2,
        status="cosigned",
        signature=s.signature(first.fingerprint()),
        cosignatures=(s.signature(first.fingerprint(), when, SUPERVISOR),),
    )


def voided_note():
    when = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
    return replace(
        one_block(), status="voided", version=2,
        void=Void("Charted on the wrong patient.", when, "Renata Oyelaran, PT, DPT"),
    )  # fmt: skip
