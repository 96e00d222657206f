"""Database guards of the record around the visit."""

from clinic.guards import DELETE, UPDATE, Guard, append_only, register
from notes.guards import children_of_a_note

_FROZEN_CHILDREN = (
    "notes_measurement",
    "notes_outcomescore",
    "notes_segmentfinding",
    "notes_blockpurpose",
    "notes_supervisionfact",
    "notes_alertanswer",
)
_ASKED = "A request to amend is kept as it was asked and answered."
_AS_WRITTEN = ("text", "why", "asked_by", "received_on")
_AS_ANSWERED = ("decision", "ground", "explanation")
_NUMBERED = "A goal keeps its number and its episode, and is never deleted."


def _changed(columns: tuple[str, ...]) -> str:
    return " OR ".join(f"OLD.{name} <> NEW.{name}" for name in columns)


def register_record() -> None:
    for table in _FROZEN_CHILDREN:
        register(children_of_a_note(table))
    register(append_only("notes_certificationevent", "Certification events"))
    register(append_only("notes_progressreport", "Progress reports"))
    register(
        [
            Guard("notes_goal_no_delete", "notes_goal", DELETE, _NUMBERED),
            Guard("notes_goal_no_renumber", "notes_goal", UPDATE, _NUMBERED,
                  "OLD.number <> NEW.number OR OLD.episode_id <> NEW.episode_id"),
            Guard("notes_reviewremark_no_delete", "notes_reviewremark", DELETE,
                  "Remarks about a note are kept."),
            Guard("notes_reviewremark_no_rewrite", "notes_reviewremark", UPDATE,
                  "Remarks about a note are kept as they were written.",
                  "OLD.text <> NEW.text OR OLD.note_id <> NEW.note_id"),
            Guard("notes_amendmentrequest_no_delete", "notes_amendmentrequest", DELETE, _ASKED),
            Guard("notes_amendmentrequest_no_rewrite", "notes_amendmentrequest", UPDATE, _ASKED,
                  _changed(_AS_WRITTEN)),
            Guard("notes_amendmentrequest_answered_once", "notes_amendmentrequest", UPDATE, _ASKED,
                  f"OLD.decision <> '' AND ({_changed(_AS_ANSWERED)})"),
            Guard("notes_amendmentrequest_no_restatement", "notes_amendmentrequest", UPDATE, _ASKED,
                  "OLD.statement <> '' AND OLD.statement <> NEW.statement "
                  "OR OLD.rebuttal <> '' AND OLD.rebuttal <> NEW.rebuttal"),
        ]
    )  # fmt: skip
