"""The documents that every structural test looks at, each made once."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from clinic.documents.charges import ChargeLine, ChargesSection, Interval, Proof, Reason
from clinic.documents.parts import Clinician, Earlier, Procedure, Void
from clinic.documents.render import render_note, render_superbill
from tests.clinic.documents import samples as s

SUPERVISOR = Clinician("Ilse Brandt", "PT", "PT", "ME PT1001", "1922001579")
BY_REGION = ChargesSection(
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


def region_note():
    block = replace(s.blocks(1)[0], regions=(s.SHOULDER,), minutes=16, end=s.at(496))
    adjusted = Procedure("98940", "Spinal manipulation", (s.LUMBAR,), s.at(500), s.at(505), by="LM")
    return s.signed(blocks=(block,), procedures=(adjusted,), sections=(BY_REGION,))


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
    first = s.signed()
    return replace(
        first,
        version=2,
        status="amended",
        addenda=(s.addendum(first.fingerprint()),),
        earlier=Earlier(first.number, 1, s.sha256(earlier), s.SIGNED_AT),
    )


def cosigned_note():
    first = s.signed(supervisor=SUPERVISOR)
    when = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
    second = s.signature(first.fingerprint(), when, SUPERVISOR)
    return replace(first, version=2, status="cosigned", cosignatures=(second,))


def voided_note():
    when = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
    return replace(
        s.signed(), status="voided", version=2,
        void=Void("Charted on the wrong patient.", when, "Renata Oyelaran, PT, DPT"),
    )  # fmt: skip


MAKERS = {
    "note-8": lambda: render_note(s.signed()),
    "note-1": lambda: render_note(s.signed(blocks=s.blocks(1))),
    "note-60-a4": lambda: render_note(s.signed(blocks=s.blocks(60)), size="a4"),
    "note-by-region": lambda: render_note(region_note()),
    "note-bare": lambda: render_note(bare_note()),
    "note-long": lambda: render_note(long_note()),
    "note-cosigned": lambda: render_note(cosigned_note()),
    "note-amended": lambda: render_note(amended_note(golden("note-8")), earlier=golden("note-8")),
    "note-voided": lambda: render_note(voided_note()),
    "superbill-1": lambda: render_superbill(s.superbill(1)),
    "superbill-12-a4": lambda: render_superbill(s.superbill(12), size="a4"),
}


@cache
def golden(name: str) -> bytes:
    return MAKERS[name]()
