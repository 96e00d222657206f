"""Anchors kept elsewhere, and what the readiness check reads of the chains (T-U07)."""

import pytest
from django.core import mail
from django.core.management import call_command

from clinic.models import AuditEvent
from clinic.scope import every_practice, scope
from clinic.services.audit_anchors import (
    UnreadableAnchor,
    anchor_of_line,
    anchors_now,
    chain_state,
    last_anchor,
)
from tests.clinic.audit.tampering import found, guards_off, rows, sql, write
from tests.factories import make_user


@pytest.fixture
def kept(tmp_path, settings):
    settings.AUDIT_ANCHOR_FILE = tmp_path / "elsewhere" / "anchors.log"
    return settings.AUDIT_ANCHOR_FILE


@pytest.fixture
def admin(in_practice):
    return make_user("admin")


def state():
    with every_practice("each practice has a chain of its own"):
        return chain_state()


def test_the_nightly_command_appends_and_mails_a_line_for_each_chain(
    kept, admin, in_practice, settings, capsys
):
    settings.AUDIT_ANCHOR_MAIL = ["owner@handline.example"]
    write(admin, 2)
    call_command("anchor_audit")
    write(admin, 1)
    call_command("anchor_audit")

    first, second = (anchor_of_line(line) for line in kept.read_text().splitlines())
    heads = [row.hash for row in rows(in_practice)]
    assert [(a.practice, a.seq, a.hash) for a in (first, second)] == [
        (in_practice.pk, 2, heads[1]), (in_practice.pk, 3, heads[2]),
    ]  # fmt: skip
    assert [message.body for message in mail.outbox] == [f"{first}\n", f"{second}\n"]
    assert capsys.readouterr().out == f"{first}\n{second}\n"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert last_anchor(in_practice.pk) == second


def test_the_anchor_file_is_compared_without_being_asked_for(kept, admin, in_practice):
    write(admin, 3)
    call_command("anchor_audit", verbosity=0)
    assert found() == []
    with guards_off():
        sql("DELETE FROM clinic_auditevent WHERE seq > 1")

    findings = found()

    assert [(f.check, f.what, f.practice) for f in findings] == [
        ("anchors", "event 3", in_practice.pk)
    ]
    day = last_anchor(in_practice.pk).day
    assert findings[0].text == (
        f"The chain ends at event 1, and the anchor of {day} knows event 3: the database was "
        "restored from an older copy, or its newest events were removed."
    )


def test_u07_a_restored_older_database_is_flagged_at_once_and_when_it_grew_again(
    kept, admin, in_practice
):
    write(admin, 3)
    call_command("anchor_audit", verbosity=0)
    assert (state().ok, state().behind_anchor) == (True, ())
    with guards_off():
        sql("DELETE FROM clinic_auditevent WHERE seq > 1")
    shorter = state()
    write(admin, 4)
    grown = state()

    assert (shorter.ok, shorter.behind_anchor) == (False, (in_practice.pk,))
    assert (grown.ok, grown.behind_anchor) == (False, (in_practice.pk,))
    assert [f.check for f in found()] == ["anchors"]


def test_a_chain_that_is_gone_altogether_is_flagged(kept, admin, in_practice):
    write(admin, 2)
    call_command("anchor_audit", verbosity=0)
    with guards_off():
        sql("DELETE FROM clinic_auditevent")

    assert AuditEvent.unscoped.count() == 0
    assert state().behind_anchor == (in_practice.pk,)
    assert [f.check for f in found()] == ["anchors"]


def test_state_knows_ages_and_missing_keys(kept, admin, in_practice, settings):
    write(admin, 1)
    call_command("anchor_audit", verbosity=0)
    known = state()
    settings.AUDIT_KEY = "another-key-" + "x" * 40

    lost = state()

    assert known.newest_event == rows(in_practice)[0].at
    assert known.last_anchor == last_anchor(in_practice.pk).moment
    assert (known.chains, known.unknown_keys) == (1, ())
    assert (lost.ok, lost.unknown_keys) == (False, (rows(in_practice)[0].key_id,))


@pytest.mark.parametrize(
    "line",
    [
        "", "nonsense", "2026-11-24T02:00:00+00:00 practice=1 event=2 seal=xyz",
        "yesterday practice=1 event=2 seal=0123456789abcdef",
        "2026-11-24T02:00:00+00:00 practice=-1 event=2 seal=0123456789abcdef",
    ],
)  # fmt: skip
def test_a_line_that_is_no_anchor_is_said(kept, admin, line):
    with pytest.raises(UnreadableAnchor, match="This line is no anchor"):
        anchor_of_line(line)


def test_a_spoiled_anchor_file_is_found(kept, admin):
    kept.parent.mkdir()
    kept.write_bytes(b"\xff\xfe garbage\n\n")

    assert [(f.check, f.level) for f in found()] == [("anchors", "error")]


def test_an_anchor_of_a_mail_may_be_given_by_hand(kept, admin, in_practice):
    write(admin, 2)
    with every_practice("of all"):
        line = str(anchors_now()[0])
    forged = line[:-16] + "0" * 16

    assert found(anchors=(line,)) == []
    assert [f.check for f in found(anchors=(forged,))] == ["anchors"]


def test_short_seals_as_printed_on_paper_are_enough(kept, admin, in_practice):
    write(admin, 1)
    seal = rows(in_practice)[0].hash[:16]
    line = f"2026-11-24T02:00:00+00:00 practice={in_practice.pk} event=1 seal={seal}"

    assert found(anchors=(line,)) == []


def test_other_practices_chains_are_not_mixed_up(kept, admin, in_practice, other_practice):
    with scope(other_practice):
        write(make_user("admin"), 5)
    write(admin, 1)
    call_command("anchor_audit", verbosity=0)

    assert (state().ok, state().chains, found()) == (True, 2, [])
