"""The documents that every structural test looks at, each made once."""

from collections.abc import Callable
from dataclasses import replace

from clinic.documents.care_press import care_letter_job
from clinic.documents.desk_press import desk_paper_job, superbill_form_job
from clinic.documents.job import Job
from clinic.documents.press import press
from clinic.documents.render import note_job, superbill_job
from tests.clinic.documents import golden_care as care
from tests.clinic.documents import golden_desk as desk
from tests.clinic.documents import golden_notes as notes
from tests.clinic.documents import samples as s
from tests.clinic.documents.shared import once

JOBS: dict[str, Callable[[], Job]] = {
    "note-1": lambda: note_job(notes.one_block()),
    "note-4": lambda: note_job(notes.routine_note(4)),
    "note-4-a4": lambda: note_job(notes.routine_note(4), size="a4"),
    "note-8": lambda: note_job(s.signed()),
    "note-60-a4": lambda: note_job(s.signed(blocks=s.blocks(60)), size="a4"),
    "note-every-technique": lambda: note_job(notes.every_technique()),
    "note-59-by-region": lambda: note_job(notes.region_note()),
    "note-no-59": lambda: note_job(notes.no_59()),
    "note-bare": lambda: note_job(notes.bare_note()),
    "note-long": lambda: note_job(notes.long_note()),
    "note-draft": lambda: note_job(s.DRAFT),
    "note-cosigned": lambda: note_job(notes.cosigned_note()),
    "note-amended": lambda: note_job(
        notes.amended_note(golden("note-1")), earlier=golden("note-1")
    ),
    "note-voided": lambda: note_job(notes.voided_note()),
    "superbill-1": lambda: superbill_job(s.superbill(1)),
    "superbill-12-a4": lambda: superbill_job(s.superbill(12), size="a4"),
    "superbill-voided": lambda: superbill_job(desk.voided_superbill()),
    "superbill-form": lambda: superbill_form_job(s.superbill(3)),
    "plan-of-care": lambda: care_letter_job(care.plan_of_care()),
    "progress-report": lambda: care_letter_job(care.progress_report()),
    "amendment-letter": lambda: care_letter_job(care.amendment_letter()),
    "statement": lambda: desk_paper_job(desk.STATEMENT),
    "receipt": lambda: desk_paper_job(desk.RECEIPT),
    "estimate": lambda: desk_paper_job(desk.ESTIMATE),
    "appeal": lambda: desk_paper_job(desk.APPEAL),
} | {
    f"note-{discipline.lower()}": lambda discipline=discipline: note_job(
        notes.of_discipline(discipline)
    )
    for discipline in notes.DISCIPLINES
}
UNSIGNED = {"note-draft", "statement", "receipt", "estimate", "appeal"}
SIGNED = sorted(JOBS.keys() - UNSIGNED)


def golden(name: str) -> bytes:
    return once(f"{name}.pdf", lambda: press(JOBS[name]()))


def small() -> bytes:
    """The least that can be signed, where the content does not matter."""
    return golden("note-bare")


def context_of(name: str):
    """The contexts whose every fact is looked for on paper."""
    return {
        "note-8": s.signed,
        "note-59-by-region": notes.region_note,
        "note-no-59": notes.no_59,
        "note-bare": notes.bare_note,
        "note-cosigned": notes.cosigned_note,
        "note-voided": notes.voided_note,
        "note-every-technique": notes.every_technique,
        "note-amended": lambda: replace(notes.amended_note(golden("note-1"))),
        "superbill-12-a4": lambda: s.superbill(12),
        "superbill-voided": desk.voided_superbill,
    }[name]()
