"""What belongs to a signed note stays as it was, whatever goes round Python."""

import pytest
from django.db import connection

from notes.models import Note, TreatmentBlock
from notes.services.addenda import add_addendum
from tests.attacks import attacks_on, carried_out, columns_of, emptied
from tests.factories import make_block, make_note, make_procedure, make_visit, new_key
from tests.notes.acts import sign_with_notes_alone
from tests.notes.conftest import complete_draft
from tests.snapshot import snapshot

pytestmark = pytest.mark.slow
FROZEN = "A signed note cannot be changed: write an addendum."
SIGNED_NOTE = "status = 'signed'"
OF_SIGNED = f"note_id IN (SELECT id FROM notes_note WHERE {SIGNED_NOTE})"
TABLES = {
    "notes_note": (SIGNED_NOTE, FROZEN),
    "notes_treatmentblock": (OF_SIGNED, FROZEN),
    "notes_procedure": (OF_SIGNED, FROZEN),
    "notes_blockregion": (
        f"block_id IN (SELECT id FROM notes_treatmentblock WHERE {OF_SIGNED})", FROZEN,
    ),
    "notes_procedureregion": (
        f"procedure_id IN (SELECT id FROM notes_procedure WHERE {OF_SIGNED})", FROZEN,
    ),
    "notes_signature": ("1=1", "Signatures cannot be changed or deleted."),
    "notes_addendum": ("1=1", "Addenda cannot be changed or deleted."),
}  # fmt: skip


def make_ground(practice) -> None:
    """A signed note with all its children beside a draft that has the same."""
    draft = complete_draft()
    make_procedure(draft, "CMT", regions=["lumbar_spine"])
    note = sign_with_notes_alone(draft)
    add_addendum(note, by=note.author.user, submit_key=new_key(), text="Later.", method="password")
    open_note = make_note(make_visit())
    make_block(open_note, "10:00", "10:15")
    make_procedure(open_note, "CMT", regions=["head"])


@pytest.fixture
def rows(in_practice) -> dict[str, int]:
    signed, draft = Note.objects.get(status="signed"), Note.objects.get(status="draft")
    return {
        "signed": signed.pk,
        "signed_block": signed.blocks.get().pk,
        "signed_procedure": signed.procedures.get().pk,
        "draft": draft.pk,
        "draft_block": draft.blocks.get().pk,
        "draft_procedure": draft.procedures.get().pk,
    }


@pytest.mark.parametrize("table", TABLES)
def test_frozen_rows_refuse_each_way_of_changing_them(rows, table):
    where, sentence = TABLES[table]
    before = snapshot()

    assert carried_out(attacks_on(table, where), sentence=sentence) == []
    assert snapshot() == before


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_frozen_tables_are_not_emptied(rows):
    before = snapshot()

    assert emptied(TABLES) == []
    assert snapshot() == before


def test_children_move_neither_out_of_a_signed_note_nor_into_it(rows):
    before = snapshot()
    moves = [
        "UPDATE notes_treatmentblock SET note_id = {draft} WHERE id = {signed_block}",
        "UPDATE notes_treatmentblock SET note_id = {signed} WHERE id = {draft_block}",
        "UPDATE notes_procedure SET note_id = {draft} WHERE id = {signed_procedure}",
        "UPDATE notes_procedure SET note_id = {signed} WHERE id = {draft_procedure}",
        "UPDATE notes_blockregion SET block_id = {draft_block} WHERE block_id = {signed_block}",
        "UPDATE notes_blockregion SET block_id = {signed_block} WHERE block_id = {draft_block}",
        "UPDATE notes_procedureregion SET procedure_id = {draft_procedure} "
        "WHERE procedure_id = {signed_procedure}",
        "UPDATE notes_procedureregion SET procedure_id = {signed_procedure} "
        "WHERE procedure_id = {draft_procedure}",
    ]

    assert carried_out([move.format(**rows) for move in moves], sentence=FROZEN) == []
    assert snapshot() == before


def copied(table: str, where: str, **changed: str) -> str:
    """A copy of a row as a new one, with some columns changed."""
    columns = [name for name in columns_of(table) if name != '"id"']
    values = [changed.get(name.strip('"'), name) for name in columns]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {', '.join(values)} FROM {table} WHERE {where}"
    )


def test_signed_note_takes_no_new_children(rows):
    before = snapshot()
    inserts = [
        copied(
            "notes_treatmentblock", "id = {draft_block}", note_id="{signed}",
            public_id=f"'{new_key().hex}'",
        ),
        copied(
            "notes_procedure", "id = {draft_procedure}", note_id="{signed}",
            public_id=f"'{new_key().hex}'",
        ),
        copied("notes_blockregion", "block_id = {draft_block}", block_id="{signed_block}"),
        copied(
            "notes_procedureregion", "procedure_id = {draft_procedure}",
            procedure_id="{signed_procedure}",
        ),
    ]  # fmt: skip

    assert carried_out([text.format(**rows) for text in inserts], sentence=FROZEN) == []
    assert snapshot() == before


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="conflict clauses are SQLite's")
def test_conflict_on_another_key_does_not_replace_a_signed_row(rows):
    before = snapshot()
    key = TreatmentBlock.objects.get(pk=rows["signed_block"]).public_id.hex
    number = Note.objects.get(pk=rows["signed"]).number
    columns = ", ".join(name for name in columns_of("notes_note") if name != '"id"')
    statements = [
        f"UPDATE OR REPLACE notes_treatmentblock SET public_id = '{key}' "
        f"WHERE id = {rows['draft_block']}",
        f"UPDATE OR REPLACE notes_note SET number = '{number}' WHERE id = {rows['draft']}",
        f"INSERT OR REPLACE INTO notes_note ({columns}) SELECT {columns} FROM notes_note "
        f"WHERE id = {rows['signed']}",
    ]

    assert carried_out(statements, sentence=FROZEN) == []
    assert snapshot() == before


def test_draft_and_its_children_stay_free(rows):
    with connection.cursor() as cursor:
        for statement in (
            "UPDATE notes_note SET plan = 'x' WHERE id = {draft}",
            "UPDATE notes_treatmentblock SET response = 'x' WHERE id = {draft_block}",
            "DELETE FROM notes_blockregion WHERE block_id = {draft_block}",
            "DELETE FROM notes_treatmentblock WHERE id = {draft_block}",
        ):
            cursor.execute(statement.format(**rows))
            assert cursor.rowcount == 1
