"""The life of a note as a state machine beside a plain model of what must be true. T-I01.

Each step is drawn at random: text, blocks, pages that were opened earlier, signatures, addenda,
and statements past all services. What the database holds must equal the model after each.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from clinic.enums import Network
from clinic.errors import Conflict, HandlineError, NotAllowed
from clinic.models import StoredDocument
from clinic.scope import scope
from notes.models import Note, Signature
from notes.services.addenda import add_addendum
from notes.services.blocks import NEW, delete_block, save_block
from notes.services.cosign import cosign_note
from notes.services.measures import save_supervision
from notes.services.texts import TEXT_FIELDS, save_texts
from notes.signing import sign_note
from tests.billing.making import make_fees, make_payer_with
from tests.factories import (
    make_clinician,
    make_coverage,
    make_episode,
    make_note,
    make_plan,
    make_practice,
    make_visit,
    new_key,
)
from tests.notes.entries import block_entry

NEEDED = ("subjective", "assessment", "plan")
MOST_BLOCKS, MOST_ADDENDA = 6, 2
ATTACKS = (
    "UPDATE notes_note SET plan = 'x' WHERE id = {note}",
    "UPDATE notes_note SET status = 'draft' WHERE id = {note}",
    "DELETE FROM notes_note WHERE id = {note}",
    "UPDATE notes_signature SET name = 'x' WHERE note_id = {note}",
    "DELETE FROM notes_signature WHERE note_id = {note}",
    "UPDATE notes_treatmentblock SET response = 'x' WHERE note_id = {note}",
    "DELETE FROM notes_treatmentblock WHERE note_id = {note}",
    "UPDATE clinic_storeddocument SET number = 'x' WHERE patient_id = {patient}",
    "DELETE FROM clinic_storeddocument WHERE patient_id = {patient}",
    "UPDATE billing_chargeline SET units = 9 WHERE practice_id = {practice}",
    "UPDATE clinic_auditevent SET action = 'x' WHERE practice_id = {practice}",
    "DELETE FROM clinic_auditevent WHERE practice_id = {practice}",
)
words = st.text("abc xyz.", max_size=12)
minutes = st.integers(8, 40)


@dataclass
class Expected:
    """What the record must say."""

    texts: dict[str, str]
    version: int = 1
    blocks: dict[UUID, tuple[int, int]] = field(default_factory=dict)  # minutes, version
    addenda: list[str] = field(default_factory=list)
    is_signed: bool = False
    is_cosigned: bool = False
    seal: tuple[str, str] = ("", "")  # the record's fingerprint, and that of its first paper

    @property
    def is_complete(self) -> bool:
        return bool(self.blocks) and all(self.texts[name].strip() for name in NEEDED)

    @property
    def signatures(self) -> int:
        return int(self.is_signed) + int(self.is_cosigned) + len(self.addenda)


class NoteLife(RuleBasedStateMachine):
    signed = refused = 0  # of all lives, to see that a run was worth something

    def __init__(self) -> None:
        super().__init__()
        self.practice = make_practice(cosign_assistants=True)
        with scope(self.practice):
            make_fees()
            self.author = make_clinician(is_assistant=True)
            coverage = make_coverage(payer=make_payer_with(), network=Network.OUT)
            episode = make_episode(clinician=self.author, coverage=coverage)
            make_plan(episode)
            self.note = make_note(make_visit(episode=episode))
            save_supervision(self.note, by=self.author.user, kind="on_site", remark="")
            self.note.refresh_from_db()
        self.is_now = Expected({name: getattr(self.note, name) for name in TEXT_FIELDS})
        self.is_now.version = self.note.version
        self.seen = (dict(self.is_now.texts), self.is_now.version)  # by a page opened earlier
        self.charts(20)

    def tries(self, act: Callable[[], object], refusal: type[HandlineError] | None) -> None:
        with scope(self.practice):
            if refusal is None:
                act()
                return
            NoteLife.refused += 1
            with pytest.raises(refusal):
                act()

    # --- writing ------------------------------------------------------------------------

    @rule()
    def opens_a_page(self) -> None:
        self.seen = (dict(self.is_now.texts), self.is_now.version)

    @rule(section=st.sampled_from(TEXT_FIELDS), text=words, is_old=st.booleans())
    def writes(self, section: str, text: str, is_old: bool) -> None:
        base = self.seen[0] if is_old else dict(self.is_now.texts)
        is_other = text not in (base[section], self.is_now.texts[section])
        refusal = NotAllowed if self.is_now.is_signed else None
        if not refusal and is_other and base[section] != self.is_now.texts[section]:
            refusal = Conflict
        self.tries(lambda: save_texts(self.note, by=self.author.user, base=base,
                                      texts=base | {section: text}), refusal)  # fmt: skip
        if refusal is None and is_other:
            self.is_now.texts[section] = text
            self.is_now.version += 1

    @precondition(lambda self: len(self.is_now.blocks) < MOST_BLOCKS)
    @rule(long=minutes)
    def charts(self, long: int) -> None:
        self.puts(new_key(), NEW, long, hour=9 + len(self.is_now.blocks))

    @precondition(lambda self: self.is_now.blocks)
    @rule(long=minutes, is_old=st.booleans())
    def changes_a_block(self, long: int, is_old: bool) -> None:
        key, (now, version) = next(iter(self.is_now.blocks.items()))
        if is_old:
            refusal = NotAllowed if self.is_now.is_signed else Conflict
            self.puts(key, version + 1, long, refusal=refusal)
        elif long != now:
            self.puts(key, version, long)

    def puts(self, key: UUID, version: int, long: int, *, hour: int = 9, refusal=None) -> None:
        refusal = refusal or (NotAllowed if self.is_now.is_signed else None)

        def put() -> None:
            entry = block_entry(self.note, f"{hour:02}:00", f"{hour:02}:{long}" if long > 9
                                else f"{hour:02}:0{long}", diagnosis_codes=["M54.2"])  # fmt: skip
            save_block(self.note, by=self.author.user, public_id=key, version=version, entry=entry)

        self.tries(put, refusal)
        if refusal is None:
            self.is_now.blocks[key] = (long, version + 1)
            self.is_now.version += 1

    @precondition(lambda self: self.is_now.blocks)
    @rule()
    def removes_a_block(self) -> None:
        key, (_, version) = list(self.is_now.blocks.items())[-1]
        refusal = NotAllowed if self.is_now.is_signed else None
        self.tries(lambda: delete_block(self.note, by=self.author.user, public_id=key,
                                        version=version), refusal)  # fmt: skip
        if refusal is None:
            del self.is_now.blocks[key]
            self.is_now.version += 1

    # --- signing ------------------------------------------------------------------------

    @rule(is_old=st.booleans())
    def signs(self, is_old: bool) -> None:
        version = self.seen[1] if is_old else self.is_now.version
        refusal = NotAllowed if self.is_now.is_signed else None
        if not refusal and version != self.is_now.version:
            refusal = Conflict
        if not refusal and not self.is_now.is_complete:
            refusal = HandlineError
        self.tries(lambda: sign_note(self.note, by=self.author.user, version=version,
                                     method="password"), refusal)  # fmt: skip
        if refusal is None:
            self.is_now.is_signed = True
            NoteLife.signed += 1
            with scope(self.practice):
                self.is_now.seal = self.seal()

    @rule()
    def another_signs(self) -> None:
        by = self.author.supervisor.user
        self.tries(lambda: sign_note(self.note, by=by, version=self.is_now.version,
                                     method="password"), NotAllowed)  # fmt: skip

    @precondition(lambda self: len(self.is_now.addenda) < MOST_ADDENDA)
    @rule(text=words.map(lambda text: f"Later: {text}"))
    def adds(self, text: str) -> None:
        refusal = None if self.is_now.is_signed else NotAllowed
        self.tries(lambda: add_addendum(self.note, by=self.author.user, submit_key=new_key(),
                                        text=text, method="password"), refusal)  # fmt: skip
        if refusal is None:
            self.is_now.addenda.append(text)

    @rule()
    def co_signs(self) -> None:
        is_asked = self.is_now.is_signed and not self.is_now.is_cosigned
        by = self.author.supervisor.user
        self.tries(lambda: cosign_note(self.note, by=by, method="password"),
                   None if is_asked else NotAllowed)  # fmt: skip
        self.is_now.is_cosigned = self.is_now.is_cosigned or is_asked

    # --- past the services --------------------------------------------------------------

    @precondition(lambda self: self.is_now.is_signed)
    @rule(statement=st.sampled_from(ATTACKS))
    def attacks(self, statement: str) -> None:
        with scope(self.practice), pytest.raises(DatabaseError):
            self.runs(statement)

    @transaction.atomic
    def runs(self, statement: str) -> None:
        keys = {"note": self.note.pk, "patient": self.note.visit.patient_id}
        with connection.cursor() as cursor:
            cursor.execute(statement.format(practice=self.practice.pk, **keys))
            assert cursor.rowcount, "it found no row to change"

    # --- what is stored -----------------------------------------------------------------

    def seal(self) -> tuple[str, str]:
        note = Note.objects.select_related("document").get(pk=self.note.pk)
        return note.digest, note.document.sha256

    @invariant()
    def record_is_as_expected(self) -> None:
        with scope(self.practice):
            note, wanted = Note.objects.get(pk=self.note.pk), self.is_now
            blocks = {
                row.public_id: (round((row.ends_at - row.starts_at).seconds / 60), row.version)
                for row in note.blocks.all()
            }
            stored = Expected(
                {name: getattr(note, name) for name in TEXT_FIELDS}, note.version, blocks,
                list(note.addenda.order_by("pk").values_list("text", flat=True)), note.is_signed,
                note.signatures.filter(meaning="cosigner").exists(),
                self.seal() if note.is_signed else ("", ""),
            )  # fmt: skip
            papers = StoredDocument.objects.count()
            signatures = Signature.objects.count()
        assert stored == wanted
        assert (signatures, papers) == (wanted.signatures, wanted.signatures)
