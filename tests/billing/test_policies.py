from datetime import date

import pytest

from billing.engine.presets import preset
from billing.models import PayerPolicy
from billing.services.policies import policy_for, policy_on, publish_from_preset
from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import AuditEvent
from notes.models import Visit
from tests.billing.making import FIRST_DAY, make_draft, make_payer_with, make_policy
from tests.factories import (
    make_coverage,
    make_episode,
    make_note,
    make_payer,
    make_user,
    make_visit,
)
from tests.notes.acts import sign
from tests.snapshot import changed, snapshot


def visit_of(payer, **fields) -> Visit:
    coverage = make_coverage(payer=payer) if payer else None
    return make_visit(episode=make_episode(coverage=coverage), **fields)


def test_published_version_is_the_preset_of_its_first_day(in_practice):
    admin = make_user(Role.ADMIN)

    row = publish_from_preset(
        make_payer(name="Medicare"), key="medicare", starts_on=date(2026, 1, 1), by=admin,
        source="Contract of 2025",
    )  # fmt: skip

    in_force = policy_for(visit_of(row.payer))
    shipped = preset("medicare", on=date(2026, 1, 1))
    assert (row.version, row.status, row.preset, row.source) == (
        1, "published", "medicare", "Contract of 2025",
    )  # fmt: skip
    assert (in_force.row, in_force.policy.version) == (row, "Medicare v1")
    assert {name: getattr(in_force.policy, name) for name in row.fields} == {
        name: getattr(shipped, name) for name in row.fields
    }
    event = AuditEvent.objects.get(action="policy.published")
    assert (event.actor_id, event.subject_id) == (admin.pk, str(row.pk))


def test_publishing_closes_the_version_before_it_on_the_day_before(in_practice):
    payer = make_payer_with("commercial")

    second = make_policy(payer, "uhc", date(2026, 3, 1))

    first = payer.policies.get(version=1)
    assert (first.ends_on, second.version, second.ends_on) == (date(2026, 2, 28), 2, None)
    assert PayerPolicy.objects.filter(ends_on=None).count() == 1


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), 1),
        (date(2026, 2, 28), 1),
        (date(2026, 3, 1), 2),
        (date(2030, 1, 1), 2),
    ],
)
def test_each_day_has_the_version_of_that_day(in_practice, day, version):
    payer = make_payer_with("commercial")
    make_policy(payer, "uhc", date(2026, 3, 1))

    row = policy_on(payer, day)

    assert (row.version if row else None) == version


def test_version_that_starts_no_later_than_the_last_is_refused(in_practice):
    payer = make_payer_with("commercial")
    before = snapshot()

    for day in (FIRST_DAY, date(2025, 12, 1)):
        with pytest.raises(NotAllowed) as raised:
            make_policy(payer, "uhc", day)
        assert str(raised.value) == (
            "Version 1 starts on 01/01/2026: the next one has to start after it."
        )

    assert snapshot() == before


def test_start_before_the_preset_is_refused_with_its_first_day(in_practice):
    payer = make_payer()
    before = snapshot()

    with pytest.raises(NotAllowed, match=r"medicare has no version for 1990-01-01; the oldest"):
        make_policy(payer, "medicare", date(1990, 1, 1))

    assert snapshot() == before


def test_unknown_preset_is_refused_with_the_known_ones(in_practice):
    payer = make_payer()
    before = snapshot()

    with pytest.raises(NotAllowed, match=r'There is no policy "medicar"; use medicare, '):
        make_policy(payer, "medicar", date(2026, 1, 1))

    assert snapshot() == before


def test_visit_without_a_policy_says_what_to_do(in_practice):
    visit = visit_of(make_payer(name="Granite Mutual"))

    with pytest.raises(NotAllowed) as raised:
        policy_for(visit)

    assert str(raised.value) == (
        "Granite Mutual has no published policy for 03/02/2026: ask an admin to publish one under "
        "Payers."
    )


def test_visit_in_a_gap_before_the_first_version_is_refused(in_practice):
    visit = visit_of(make_payer_with("commercial"), date=date(2025, 12, 31))

    with pytest.raises(NotAllowed, match=r"has no published policy for 12/31/2025"):
        policy_for(visit)


def test_visit_without_coverage_is_self_pay(in_practice):
    in_force = policy_for(visit_of(None))

    assert (in_force.row, in_force.policy) == (None, preset("self-pay", on=date(2026, 3, 2)))
    assert in_force.label == "Self-pay (rules from 04/01/2000)"


def test_note_without_a_policy_is_not_signed(in_practice):
    note = make_draft(date=date(2025, 12, 31))
    before = snapshot()

    with pytest.raises(NotAllowed, match="has no published policy for 12/31/2025"):
        sign(note)

    assert changed(before, snapshot()) == {"clinic_auditevent"}  # the refusal


def test_payers_of_two_practices_have_their_own_versions(in_practice, other_practice):
    ours = make_payer_with("commercial", name="Granite Mutual")

    assert policy_for(visit_of(ours)).row.practice == in_practice
    assert make_note(visit_of(ours)).visit.coverage.payer == ours
