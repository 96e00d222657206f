from datetime import date

import pytest
from django.db import DatabaseError, transaction

from billing.models import PolicyOverride, SettingChange
from billing.services.deriving import charges_of
from billing.services.policies import policy_for
from billing.services.policies_difference import rules_of
from billing.services.policies_overrides import end_override, make_override
from clinic.errors import NotAllowed
from tests.billing.making import make_draft
from tests.billing.payers.making import make_admin, rows_but
from tests.factories import make_block

pytestmark = pytest.mark.usefixtures("in_practice")


def exception(note, fields, **given):
    payer = note.visit.coverage.payer
    defaults = {
        "by": make_admin(),
        "payer": payer,
        "base": rules_of(payer.policies.get(version=1)),
        "fields": fields,
        "reason": "Agreed with the case manager on Feb 27",
        "starts_on": date(2026, 3, 1),
        "ends_on": None,
    }
    return make_override(note.visit.episode, **defaults | given)


def test_episode_with_an_exception_is_billed_by_it():
    note = make_draft()
    make_block(note, "09:20", "09:27", technique="therapeutic_exercise", regions=())
    before = [(line.code, line.units) for line in charges_of(note.visit).result.lines]

    exception(note, {"unit_rule": "cms"})

    derivation = charges_of(note.visit)
    assert before == [("97140", 1)]
    assert [(line.code, line.units) for line in derivation.result.lines] == [
        ("97110", 1), ("97140", 1),
    ]  # fmt: skip
    assert derivation.in_force.label.endswith(", with an exception for this episode")
    assert derivation.result.policy.endswith("v1+unit_rule")


@pytest.mark.parametrize("days", [(date(2026, 3, 3), None), (date(2026, 2, 1), date(2026, 3, 1))])
def test_exception_of_other_days_does_not_count(days):
    note = make_draft()

    exception(note, {"unit_rule": "cms"}, starts_on=days[0], ends_on=days[1])

    assert policy_for(note.visit).policy.unit_rule == "ama"


def test_exception_of_another_episode_does_not_count():
    note, other = make_draft(), make_draft()

    exception(other, {"unit_rule": "cms"})

    assert policy_for(note.visit).policy.unit_rule == "ama"


def test_exception_that_changes_nothing_is_refused():
    note = make_draft()
    before = rows_but("clinic_user")

    with pytest.raises(NotAllowed, match="Change at least one setting"):
        exception(note, {})

    assert rows_but("clinic_user") == before


def test_second_exception_on_the_same_days_is_refused():
    note = make_draft()
    exception(note, {"unit_rule": "cms"})
    before = rows_but("clinic_user")

    with pytest.raises(NotAllowed) as raised:
        exception(note, {"unit_rule": "full15"}, starts_on=date(2026, 6, 1))

    assert str(raised.value) == (
        "This episode has an exception from 03/01/2026 already: end it first."
    )
    assert rows_but("clinic_user") == before


def test_ended_exception_holds_up_to_its_last_day_and_stays_on_record():
    note = make_draft()
    row = exception(note, {"unit_rule": "cms"})

    end_override(row, by=make_admin(), ends_on=date(2026, 3, 1), why="Case closed")

    assert policy_for(note.visit).policy.unit_rule == "ama"
    assert PolicyOverride.objects.get().ends_on == date(2026, 3, 1)
    last = SettingChange.objects.first()
    assert (last.setting, last.after, last.why) == ("Last day", "03/01/2026", "Case closed")


def test_end_before_the_beginning_is_refused():
    row = exception(make_draft(), {"unit_rule": "cms"})

    with pytest.raises(NotAllowed, match="began on 03/01/2026: it cannot end before that"):
        end_override(row, by=make_admin(), ends_on=date(2026, 2, 28), why="x")

    assert PolicyOverride.objects.get().ends_on is None


def test_database_keeps_an_exception_as_it_was_made():
    row = exception(make_draft(), {"unit_rule": "cms"})

    for change in ({"fields": {}}, {"reason": "x"}, {"starts_on": date(2026, 1, 1)}):
        with pytest.raises(DatabaseError, match="cannot be rewritten"), transaction.atomic():
            PolicyOverride.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError, match="cannot be rewritten"), transaction.atomic():
        PolicyOverride.objects.filter(pk=row.pk).delete()
