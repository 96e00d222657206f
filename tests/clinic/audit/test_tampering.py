"""T-U03: twelve ways to falsify the trail, each found, with anchors kept elsewhere."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from clinic import audit_chain
from clinic.audit_chain import SEALED, key_ring, seal
from clinic.models import AuditEvent
from clinic.scope import every_practice, scope
from clinic.services import audit
from clinic.services.audit_anchors import anchors_now
from tests.clinic.audit.tampering import found, guards_off, rows, sql, write
from tests.factories import make_user

EVENTS = 8
TABLE = "clinic_auditevent"


def edit(own, other):
    sql(f"UPDATE {TABLE} SET actor_name = 'Somebody else' WHERE id = %s", rows(own)[3].pk)


def delete_in_the_middle(own, other):
    sql(f"DELETE FROM {TABLE} WHERE id = %s", rows(own)[3].pk)


def delete_the_tail(own, other):
    sql(f"DELETE FROM {TABLE} WHERE practice_id = %s AND seq > 5", own.pk)


def delete_all(own, other):
    sql(f"DELETE FROM {TABLE} WHERE practice_id = %s", own.pk)


def swap(own, other):
    a, b = rows(own)[2], rows(own)[4]
    sql(f"UPDATE {TABLE} SET seq = -1 WHERE id = %s", a.pk)
    sql(f"UPDATE {TABLE} SET seq = %s WHERE id = %s", a.seq, b.pk)
    sql(f"UPDATE {TABLE} SET seq = %s WHERE id = %s", b.seq, a.pk)


def insert(own, other):
    last = rows(own)[-1]
    _copy(last, seq=last.seq + 1, prev_hash=last.hash, action="note.signed")


def renumber(own, other):
    """The tail is cut in the middle and what follows takes the free numbers."""
    sql(f"DELETE FROM {TABLE} WHERE practice_id = %s AND seq = 4", own.pk)
    for row in rows(own)[3:]:
        sql(f"UPDATE {TABLE} SET seq = %s WHERE id = %s", row.seq - 1, row.pk)


def clock_back(own, other):
    """The server's clock is set back two hours, and an event written with the right key."""
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr(timezone, "now", lambda: rows(own)[-1].at - timedelta(hours=2))
        with scope(own):
            write(_somebody(own), 1)


def key_missing(own, other):
    """Sealed anew with a key of the attacker's own."""
    for row in rows(own)[4:]:
        values = {name: getattr(row, name) for name in SEALED} | {"key_id": "deadbeef"}
        sql(
            f"UPDATE {TABLE} SET key_id = 'deadbeef', hash = %s WHERE id = %s",
            seal(values, b"a key of my own"), row.pk,
        )  # fmt: skip


def restore_an_older_copy(own, other):
    """The database as it was before the last three events, and life went on."""
    delete_the_tail(own, other)
    with scope(own):
        write(_somebody(own), 3)


def copy_a_row(own, other):
    first, last = rows(own)[0], rows(own)[-1]
    _copy(first, seq=last.seq + 1)


def move_to_another_practice(own, other):
    last = rows(own)[-1]
    sql(f"DELETE FROM {TABLE} WHERE practice_id = %s", other.pk)
    sql(f"UPDATE {TABLE} SET practice_id = %s WHERE practice_id = %s", other.pk, own.pk)
    assert last.practice_id != other.pk


ATTACKS = (
    edit, delete_in_the_middle, delete_the_tail, delete_all, swap, insert, renumber, clock_back,
    key_missing, restore_an_older_copy, copy_a_row, move_to_another_practice,
)  # fmt: skip


def _copy(row: AuditEvent, **changed) -> None:
    row.pk, row._state.adding = None, True
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def _somebody(practice):
    return practice.users.first()


@pytest.fixture
def two_chains(practice, other_practice):
    for one in (practice, other_practice):
        with scope(one):
            write(make_user("admin"), EVENTS)
    return practice, other_practice


@pytest.fixture
def anchored(two_chains):
    """Lines as the nightly command mails them, kept outside."""
    with every_practice("anchors of all"):
        return tuple(str(anchor) for anchor in anchors_now())


def test_u03_the_untouched_trail_is_clean(two_chains, anchored):
    assert found(anchors=anchored) == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_u03_every_attack_is_found(two_chains, anchored, attack):
    with guards_off():
        attack(*two_chains)

    findings = found(anchors=anchored)

    assert {f.check for f in findings} <= {"chain", "anchors"}
    assert findings != []


@pytest.mark.parametrize("attack", [delete_the_tail, delete_all], ids=lambda a: a.__name__)
def test_u03_without_an_anchor_a_cut_tail_is_not_found(two_chains, attack):
    """Why the anchors are kept: this is what a chain alone cannot show."""
    with guards_off():
        attack(*two_chains)

    assert found() == []


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a is not clock_back and a is not insert],
                         ids=lambda a: a.__name__)  # fmt: skip
def test_u03_guards_let_no_attack_through(two_chains, attack):
    before = _stored()

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        every_practice("an attacker keeps to no practice"),
    ):
        attack(*two_chains)

    assert _stored() == before


def _stored() -> list[dict]:
    with every_practice("to compare"):
        return list(AuditEvent.unscoped.order_by("pk").values())


@pytest.mark.parametrize("field", [name for name in audit_chain.SEALED if name != "seq"])
def test_every_field_is_sealed(practice, field):
    with scope(practice):
        write(make_user("admin"), 1)
    values = {name: getattr(rows(practice)[0], name) for name in SEALED}
    key = key_ring().key(values["key_id"])
    other = {
        "at": values["at"] + timedelta(microseconds=1), "detail": {"place": 9},
        "practice_id": 99, "actor_id": 99, "patient_id": 99,
    }.get(field, "another")  # fmt: skip

    assert seal(values | {field: other}, key) != seal(values, key)


def test_time_may_go_back_by_less_than_two_seconds(practice, monkeypatch):
    with scope(practice):
        admin = make_user("admin")
        write(admin, 1)
        early = rows(practice)[0].at - timedelta(seconds=1.5)
        monkeypatch.setattr(timezone, "now", lambda: early)
        audit.record("a second host", actor=admin)

    assert found() == []
