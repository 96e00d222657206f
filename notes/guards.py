"""Database guards of the clinical record: what belongs to a signed note stays as it was."""

from clinic.guards import DELETE, INSERT, UPDATE, Guard, append_only, register

_FROZEN = "A signed note cannot be changed: write an addendum."


def _signed(note_id: str) -> str:
    return f"EXISTS (SELECT 1 FROM notes_note n WHERE n.id = {note_id} AND n.status <> 'draft')"


def _signed_through(parent: str, parent_id: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {parent} p JOIN notes_note n ON n.id = p.note_id "
        f"WHERE p.id = {parent_id} AND n.status <> 'draft')"
    )


def _children(table: str, condition_of) -> list[Guard]:
    old, new = condition_of("OLD"), condition_of("NEW")
    return [
        Guard(f"{table}_signed_no_insert", table, INSERT, _FROZEN, new),
        Guard(f"{table}_signed_no_update", table, UPDATE, _FROZEN, f"{old} OR {new}"),
        Guard(f"{table}_signed_no_delete", table, DELETE, _FROZEN, old),
    ]


def children_of_a_note(table: str) -> list[Guard]:
    """Guards for a table whose rows belong to a note by ``note_id`` and freeze with it."""
    return _children(table, lambda row: _signed(f"{row}.note_id"))


def register_notes() -> None:
    register(
        [
            Guard("notes_note_signed_no_update", "notes_note", UPDATE, _FROZEN,
                  "OLD.status <> 'draft'"),
            Guard("notes_note_signed_no_delete", "notes_note", DELETE, _FROZEN,
                  "OLD.status <> 'draft'"),
        ]
    )  # fmt: skip
    for table in ("notes_treatmentblock", "notes_procedure"):
        register(_children(table, lambda row: _signed(f"{row}.note_id")))
    register(
        _children(
            "notes_blockregion",
            lambda row: _signed_through("notes_treatmentblock", f"{row}.block_id"),
        )
    )
    register(
        _children(
            "notes_procedureregion",
            lambda row: _signed_through("notes_procedure", f"{row}.procedure_id"),
        )
    )
    register(_visit_of_a_signed_note())
    register(append_only("notes_signature", "Signatures"))
    register(append_only("notes_addendum", "Addenda"))
    register(_words())


def _visit_of_a_signed_note() -> list[Guard]:
    """When, where, by whom and for whom stays with the note. A merge of records moves a patient."""
    fixed = (
        "public_id", "episode_id", "clinician_id", "location_id", "coverage_id", "date",
        "starts_at", "booked_minutes", "number_in_episode",
    )  # fmt: skip
    rewritten = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in fixed)
    another = (
        "OLD.patient_id <> NEW.patient_id AND NOT EXISTS (SELECT 1 FROM clinic_patient p WHERE "
        "(p.id = OLD.patient_id AND p.merged_into_id = NEW.patient_id) OR "
        "(p.id = NEW.patient_id AND p.merged_into_id = OLD.patient_id))"
    )
    reopened = "OLD.status = 'signed' AND NEW.status <> 'signed'"
    signed = "EXISTS (SELECT 1 FROM notes_note n WHERE n.visit_id = OLD.id AND n.status <> 'draft')"
    return [
        Guard("notes_visit_signed_no_update", "notes_visit", UPDATE, _FROZEN,
              f"({rewritten} OR ({another}) OR ({reopened})) AND {signed}"),
        Guard("notes_visit_signed_no_delete", "notes_visit", DELETE, _FROZEN, signed),
    ]  # fmt: skip


def _words() -> list[Guard]:
    """What a word meant on a day stays known. (Words in use are kept by their foreign keys.)"""
    fixed = "What a word meant cannot be rewritten: make its next version."
    rewritten = " OR ".join(
        f"OLD.{column} <> NEW.{column}" for column in ("version", "starts_on", "made_at", "why")
    )
    return [
        Guard("notes_wordversion_no_delete", "notes_wordversion", DELETE, fixed),
        Guard("notes_wordversion_no_update", "notes_wordversion", UPDATE, fixed,
              f"{rewritten} OR OLD.ends_on IS NOT NULL "
              "OR CAST(OLD.meaning AS TEXT) <> CAST(NEW.meaning AS TEXT)"),
    ]  # fmt: skip
