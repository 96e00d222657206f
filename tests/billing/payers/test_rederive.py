"""A bill stays the same bytes whatever is published, imported or renamed after it."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from billing.models import ChargeSet
from billing.services.deriving import charges_of
from billing.services.editions import accept_edition, import_pairs
from billing.services.freezing import canonical
from billing.services.policies import publish_from_preset
from billing.services.policies_publishing import publish_draft
from billing.services.rederive import rederive
from billing.services.starter import load_reference
from clinic.enums import Role
from notes.models import Technique
from notes.services.vocabulary import change_word
from tests.billing.making import make_charge_set, make_draft
from tests.billing.payers.making import changed, make_admin, make_draft_of
from tests.billing.reference.published import ACTIVE, NEVER, ptp_parts
from tests.factories import make_user

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("in_practice")]


def verify() -> tuple[int, list[dict]]:
    out, status = StringIO(), 0
    try:
        call_command("rederive", "--verify", stdout=out)
    except SystemExit as stop:
        status = stop.code
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


def make_ground(practice) -> None:
    """A bill signed under version 3 of its payer's rules, with published tables loaded."""
    load_reference()
    note = make_draft()
    payer = note.visit.coverage.payer
    publish_from_preset(payer, key="uhc", starts_on=date(2026, 2, 1), by=None)
    publish_from_preset(payer, key="commercial", starts_on=date(2026, 3, 1), by=None)
    make_charge_set(note)


@pytest.fixture
def bill_under_v3(in_practice) -> ChargeSet:
    bill = ChargeSet.objects.get()
    assert bill.policy.version == 3
    return bill


def same_bytes(bill: ChargeSet) -> bool:
    fresh = ChargeSet.objects.get(pk=bill.pk)
    assert canonical(fresh.answer) == canonical(bill.answer)
    assert fresh.digest == bill.digest
    return rederive(fresh).verdict == "same"


def test_bill_is_the_same_after_version_4(bill_under_v3):
    payer = bill_under_v3.note.visit.coverage.payer
    admin = make_admin()
    publish_from_preset(payer, key="medicare", starts_on=date(2026, 3, 15), by=admin)

    assert same_bytes(bill_under_v3)
    assert verify() == (0, [{"checked": 1, "same": 1, "ok": True}])


def test_bill_is_the_same_after_a_version_that_reaches_back(bill_under_v3):
    payer = bill_under_v3.note.visit.coverage.payer
    fourth = make_draft_of(payer)
    fourth = changed(fourth, starts_on=date(2026, 3, 2), unit_rule="full15")
    publish_draft(fourth, by=make_admin(), revision=fourth.revision,
                  backdating_reason="Letter of March")  # fmt: skip

    assert charges_of(bill_under_v3.note.visit).in_force.row.version == 4
    assert same_bytes(bill_under_v3)


def test_bill_is_the_same_after_a_new_edition(bill_under_v3):
    edition = import_pairs(ptp_parts(ACTIVE, NEVER), license_attested=True, by=make_admin())
    accept_edition(edition, by=make_admin())

    assert same_bytes(bill_under_v3)
    assert verify()[0] == 0


def test_bill_is_the_same_after_a_technique_means_another_code(bill_under_v3):
    technique = Technique.objects.get(key="joint_mobilization")
    change_word(technique, by=make_user(Role.ADMIN), changes={"code": "97124"},
                starts_on=date(2026, 2, 1), why="Payer's letter")  # fmt: skip

    assert [line.code for line in charges_of(bill_under_v3.note.visit).result.lines] == ["97124"]
    assert same_bytes(bill_under_v3)


def test_command_names_the_bill_that_was_tampered_with(bill_under_v3):
    from clinic import guards  # noqa: PLC0415 only here are the guards taken off

    answer = bill_under_v3.answer | {"timed_minutes": 99}
    guards.remove()
    try:
        ChargeSet.objects.filter(pk=bill_under_v3.pk).update(answer=answer)
    finally:
        guards.install()

    status, (told, summary) = verify()

    assert (status, summary) == (1, {"checked": 1, "same": 0, "different": 1, "ok": False})
    assert (told["charge_set"], told["verdict"], told["what"]) == (
        bill_under_v3.pk,
        "different",
        "The stored facts or answer are not those that were hashed at signing.",
    )


def test_command_asks_for_its_purpose():
    with pytest.raises(CommandError) as raised:
        call_command("rederive")

    assert str(raised.value) == ("Say --verify: bills are frozen, this command only compares them.")


def test_word_means_another_code_from_its_day_on():
    old, new = make_draft(date=date(2026, 3, 2)), make_draft(date=date(2026, 3, 9))
    technique = Technique.objects.get(key="joint_mobilization")

    change_word(technique, by=make_admin(), changes={"code": "97124"}, starts_on=date(2026, 3, 9))

    assert [line.code for line in charges_of(old.visit).result.lines] == ["97140"]
    assert [line.code for line in charges_of(new.visit).result.lines] == ["97124"]


def test_today_is_the_first_day_where_none_is_given():
    make_draft()
    technique = Technique.objects.get(key="joint_mobilization")

    change_word(technique, by=make_admin(), changes={"code": "97124"})

    first, second = technique.versions.order_by("version")
    today = timezone.localdate()
    assert (first.ends_on, second.starts_on) == (today - timedelta(days=1), today)
    assert (first.meaning["code"], second.meaning["code"]) == ("97140", "97124")
