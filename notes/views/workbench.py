"""What the charting page shows, whole or as the fragment that replaces itself."""

from uuid import UUID

from notes.forms.blocks import BlockForm, block_initial, new_block_initial
from notes.forms.procedures import ProcedureForm, new_procedure_initial, procedure_initial
from notes.forms.texts import NoteTextForm
from notes.models import LiveChart, Visit
from notes.queries import blocks_of, diagnoses_of, procedures_of
from notes.services.missing import missing_for
from notes.timeline import timeline_of
from notes.words import lists_on, meanings_on


def workbench(
    visit: Visit,
    request,
    *,
    block: str | None = None,
    procedure: str | None = None,
    block_form: BlockForm | None = None,
    procedure_form: ProcedureForm | None = None,
    text_form: NoteTextForm | None = None,
    theirs: object = None,
) -> dict:
    """The page's context. A form that came back with errors is shown as it was typed."""
    note = visit.note
    blocks, procedures = list(blocks_of(note)), list(procedures_of(note))
    words = meanings_on(visit.date)
    words.read_into(blocks, procedures)
    lists, diagnoses = lists_on(words), list(diagnoses_of(visit))
    live = LiveChart.objects.filter(note=note).first()
    clinician = getattr(request.user, "clinician", None) or visit.clinician
    edited = next((b for b in blocks if _is(b.public_id, block)), None)
    edited_procedure = next((p for p in procedures if _is(p.public_id, procedure)), None)
    frame = {"visit": visit, "clinician": clinician, "words": words, "diagnoses": diagnoses}
    if block_form is None:
        initial = block_initial(edited, note) if edited else new_block_initial(visit, blocks)
        block_form = BlockForm(initial=initial, **frame)
    if procedure_form is None:
        initial = (
            procedure_initial(edited_procedure, visit)
            if edited_procedure
            else new_procedure_initial()
        )
        procedure_form = ProcedureForm(initial=initial, prefix="procedure", **frame)
    for form in (block_form, procedure_form):
        form.offer(lists)
    return {
        "visit": visit,
        "note": note,
        "words": words,
        "lists": lists,
        "live": live,
        "blocks": blocks,
        "procedures": procedures,
        "block_form": block_form,
        "procedure_form": procedure_form,
        "procedure_open": bool(procedure) or procedure_form.is_bound,
        "text_form": text_form or NoteTextForm(note=note),
        "edited_id": edited.public_id if edited else None,
        "timeline": timeline_of(visit, blocks),
        "missing": missing_for(
            note, blocks, procedures, running=live is not None and live.is_running
        ),
        "diagnoses": diagnoses,
        "facts": strip_facts(visit, diagnoses),
        "theirs": theirs,
    }


def strip_facts(visit: Visit, diagnoses) -> list[dict]:
    """The patient strip's facts."""
    payer = visit.coverage.payer.name if visit.coverage else "Self-pay"
    return [
        {"label": "Dx", "value": " · ".join(d.code for d in diagnoses) or "none"},
        {"label": "Payer", "value": payer},
        {"label": "Visit", "value": visit.number_in_episode},
        {"label": "Clinician", "value": str(visit.clinician)},
    ]


def _is(public_id: UUID, asked: str | None) -> bool:
    return asked is not None and str(public_id) == asked
