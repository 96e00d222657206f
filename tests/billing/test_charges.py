"""The charges panel: live while charting, frozen once signed."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.html import escape

from billing.models import Fee
from clinic.enums import Role
from clinic.models import AuditEvent
from notes.models import Note
from tests.billing.making import make_charge_set, make_draft, make_fees
from tests.conftest import client_of
from tests.factories import make_block, make_note, make_user, make_visit
from tests.notes.acts import sign


def panel(note: Note, user=None, **headers):
    client = client_of(user or note.author.user)
    return client.get(reverse("billing:charges", args=[note.visit.public_id]), headers=headers)


@pytest.fixture
def draft(in_practice) -> Note:
    return make_draft()


def test_live_panel_shows_lines_with_reasons_and_the_policy(draft):
    make_fees()

    response = panel(draft)

    charges = response.context["charges"]
    [line] = charges["lines"]
    assert response.status_code == 200
    assert (line["code"], line["units"], line["minutes"], line["amount"]) == (
        "97140", 1, 20, "$62.00",
    )  # fmt: skip
    assert (charges["units"], charges["timed_minutes"], charges["total"]) == (1, 20, "$62.00")
    assert charges["policy"] == f"{draft.visit.coverage.payer} v1 (from Jan 1, 2026)"
    for reason in line["reasons"]:
        assert escape(reason["text"]) in response.content.decode()


def test_panel_follows_each_block(draft):
    units = [panel(draft).context["charges"]["units"]]
    make_block(draft, "09:20", "09:40", diagnosis_codes=["M54.2"])
    units.append(panel(draft).context["charges"]["units"])

    assert units == [1, 3]


def test_fragment_has_no_frame_and_the_page_has_one(draft):
    fragment, page = panel(draft, **{"hx-request": "true"}), panel(draft)

    assert b"<html" not in fragment.content
    assert b"<html" in page.content


def test_minutes_that_earn_nothing_are_shown_with_their_rule(draft):
    make_block(draft, "09:20", "09:24", technique="therapeutic_exercise", regions=[])

    charges = panel(draft).context["charges"]

    assert [(row["code"], row["minutes"]) for row in charges["unbilled"]] == [("97110", 4)]
    assert charges["unbilled_minutes"] == 4
    assert all(row["rule"] and row["text"] for row in charges["unbilled"])


def test_overlap_is_said_with_its_blocks(draft):
    make_block(draft, "09:10", "09:30", technique="therapeutic_exercise", regions=[])

    findings = panel(draft).context["charges"]["findings"]

    overlaps = [finding for finding in findings if "overlap" in finding["rule"]]
    assert [finding["blocks"] for finding in overlaps] == [["b1", "b2"]]


def test_code_without_a_fee_has_no_amount_and_the_sum_is_left_out(draft):
    Fee.objects.create(code="97140", amount_cents=1, starts_on=date(2026, 3, 3))

    charges = panel(draft).context["charges"]

    assert (charges["lines"][0]["amount"], charges["total"]) == (None, None)


def test_fee_of_the_day_counts_and_not_the_newest(draft):
    for cents, first, last in (
        (5000, date(2026, 1, 1), date(2026, 3, 1)),
        (6000, date(2026, 3, 2), date(2026, 3, 2)),
        (7000, date(2026, 3, 3), None),
    ):
        Fee.objects.create(code="97140", amount_cents=cents, starts_on=first, ends_on=last)

    assert panel(draft).context["charges"]["total"] == "$60.00"


def test_no_policy_is_a_sentence_in_the_panel(in_practice):
    note = make_draft(date=date(2025, 12, 31))

    response = panel(note)

    sentence = (
        f"{note.visit.coverage.payer} has no published policy for 12/31/2025: ask an admin to "
        "publish one under Payers."
    )
    assert (response.status_code, response.context["refusal"]) == (200, sentence)
    assert escape(sentence) in response.content.decode()


def test_empty_chart_bills_nothing(in_practice):
    note = make_draft()
    note.blocks.all().delete()

    charges = panel(note).context["charges"]

    assert (charges["units"], charges["lines"], charges["total"]) == (0, [], None)


def test_visit_without_a_note_has_no_charges(in_practice):
    visit = make_visit()

    response = client_of(visit.clinician.user).get(
        reverse("billing:charges", args=[visit.public_id])
    )

    assert response.status_code == 404


@pytest.mark.slow
def test_signed_panel_is_frozen_whatever_changes_later(draft):
    make_fees()
    sign(draft)
    before = panel(draft).context["charges"]
    Fee.objects.update(amount_cents=1)

    response = panel(draft)

    assert response.context["frozen"] is True
    assert response.context["charges"] == before
    assert before["total"] == "$62.00"
    assert "frozen with the signature" in response.content.decode()


@pytest.mark.slow
def test_imported_history_says_that_nothing_was_derived(draft, monkeypatch):
    monkeypatch.setattr("notes.signing._steps", [])
    sign(draft)

    assert (
        "This note was imported as history: its charges were not derived here."
        in panel(draft).content.decode()
    )


@pytest.mark.slow
def test_office_sees_signed_charges_only(draft):
    office = make_user(Role.OFFICE)
    unsigned = panel(draft, office).status_code
    sign(draft)

    assert (unsigned, panel(draft, office).status_code) == (404, 200)


def test_look_at_the_charges_is_recorded(draft):
    panel(draft)

    event = AuditEvent.objects.get(action="charges.viewed")
    assert (event.actor_id, event.patient_id) == (draft.author.user_id, draft.visit.patient_id)


def test_charges_written_nowhere_while_charting(draft):
    panel(draft)

    assert not hasattr(Note.objects.get(pk=draft.pk), "charge_set")


@pytest.mark.slow
def test_charges_of_another_therapists_patient_do_not_exist(draft):
    other = make_note(make_visit()).author.user
    statuses = [panel(draft, other).status_code]
    make_charge_set(draft)
    statuses.append(panel(draft, other).status_code)

    assert statuses == [404, 404]
