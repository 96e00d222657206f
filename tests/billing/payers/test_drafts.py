from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from billing.models import PayerPolicy, SettingChange
from billing.services.policies import engine_policy, publish_from_preset
from billing.services.policies_difference import facts_of, rules_of, rules_of_preset
from billing.services.policies_drafts import discard_draft, save_draft, start_draft
from clinic.errors import Conflict, NotAllowed
from tests.billing.making import make_payer_with
from tests.billing.payers.making import changed, content_of, make_admin, make_draft_of
from tests.factories import make_payer
from tests.snapshot import snapshot


def history(payer) -> list[tuple[str, str, str]]:
    rows = SettingChange.objects.filter(payer=payer).order_by("pk")
    return [(row.setting, row.before, row.after) for row in rows]


def test_draft_starts_from_a_version_with_its_values_and_sources(in_practice):
    payer, admin = make_payer_with("medicare"), make_admin()
    first = payer.policies.get()

    draft = start_draft(payer, by=admin, rules=rules_of(first), preset="medicare",
                        why="Contract of 2027", based_on=first)  # fmt: skip

    assert (draft.version, draft.status, draft.fields, draft.saved_by) == (
        2, "draft", first.fields, admin,
    )  # fmt: skip
    assert draft.facts["unit_rule"]["source"].startswith("Pub. 100-04 ch. 5")
    assert draft.facts["unit_rule"]["link"] == "https://chirocode.com/article.html?id=25388"
    assert draft.starts_on == timezone.localdate() + timedelta(days=1)
    assert history(payer) == [("Draft", "", "started from v1")]


def test_draft_of_a_new_payer_starts_from_a_preset(in_practice):
    payer = make_payer()
    rules = rules_of_preset("aetna", date(2026, 3, 2))

    draft = start_draft(payer, by=make_admin(), rules=rules, preset="aetna", why="New payer")

    assert (draft.version, draft.fields["cap"]) == (1, {"basis": "units", "limit": 4})
    assert facts_of(draft)["cap"]["confidence"] == "C"


def test_payer_has_one_draft_at_a_time(in_practice):
    draft = make_draft_of()
    before = snapshot()

    with pytest.raises(NotAllowed) as raised:
        start_draft(draft.payer, by=make_admin(), rules=rules_of(draft), preset="uhc", why="Again")

    assert str(raised.value) == "Draft v2 is open already: go on with it, or discard it first."
    assert {t: n for t, n in snapshot().items() if n != before[t]}.keys() == {"clinic_user"}


def test_saving_stores_every_setting_and_its_source_and_remembers_each(in_practice):
    draft = make_draft_of()

    saved = changed(draft, unit_rule="cms", cap={"basis": "units", "limit": 4})

    assert (saved.fields["unit_rule"], saved.fields["cap"], saved.revision) == (
        "cms", {"basis": "units", "limit": 4}, draft.revision + 1,
    )  # fmt: skip
    assert facts_of(saved)["cap"]["source"] == "Letter of the payer"
    assert history(saved.payer)[-4:-2] == [
        ("Counting rule", "Each code alone, from its 8th minute (CPT midpoint)",
         "All timed minutes of the day together (CMS)"),
        ("Limit per visit", "No limit", "4 units"),
    ]  # fmt: skip


def test_saving_what_is_stored_already_writes_nothing(in_practice):
    draft = make_draft_of()
    before = snapshot()

    saved = changed(draft)

    assert (saved.revision, snapshot()) == (draft.revision, before)


def test_second_admin_is_told_and_nothing_is_overwritten(in_practice):
    first, second = make_admin(first_name="Ana", last_name="First"), make_admin()
    draft = make_draft_of(by=first)
    theirs = changed(draft, by=first, unit_rule="cms")
    before = snapshot()

    with pytest.raises(Conflict) as raised:
        save_draft(draft, by=second, revision=draft.revision,
                   content=content_of(draft, unit_rule="full15"))  # fmt: skip

    assert str(raised.value).startswith("Ana First saved this draft at ")
    assert str(raised.value).endswith("Nothing of yours was stored yet.")
    assert (raised.value.theirs.pk, snapshot()) == (theirs.pk, before)


def test_published_version_is_not_saved_over(in_practice):
    row = make_payer_with("commercial").policies.get()
    before = snapshot()

    with pytest.raises(NotAllowed, match="v1 is published and stays as it is"):
        save_draft(row, by=make_admin(), revision=1, content=content_of(row, unit_rule="cms"))

    assert PayerPolicy.objects.get().fields == row.fields
    assert before["billing_payerpolicy"] == snapshot()["billing_payerpolicy"]


@pytest.mark.parametrize("column", ["why = 'x'", "facts = '{}'", "backdating_reason = 'x'"])
def test_database_keeps_a_published_version_as_it_is(in_practice, column):
    row = publish_from_preset(make_payer(), key="uhc", starts_on=date(2026, 1, 1), by=None)
    name, value = column.split(" = ")

    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        PayerPolicy.objects.filter(pk=row.pk).update(
            **{name: {} if name == "facts" else value.strip("'")}
        )


def test_discarding_leaves_the_version_in_force_alone(in_practice):
    draft = make_draft_of()
    payer = draft.payer
    in_force = payer.policies.get(version=1)

    discard_draft(draft, by=make_admin(), revision=draft.revision)

    assert list(payer.policies.all()) == [in_force]
    assert in_force.ends_on is None
    assert history(payer)[-1] == ("Draft", "from 01/01/2027", "discarded")


def test_discarding_what_another_admin_changed_is_refused(in_practice):
    draft = make_draft_of()
    changed(draft, unit_rule="cms")

    with pytest.raises(Conflict, match="changed this draft after you opened it"):
        discard_draft(draft, by=make_admin(), revision=draft.revision)

    assert draft.payer.policies.filter(status="draft").exists()


def test_publishing_by_preset_waits_for_an_open_draft(in_practice):
    draft = make_draft_of()
    before = snapshot()

    with pytest.raises(NotAllowed) as raised:
        publish_from_preset(draft.payer, key="uhc", starts_on=date(2027, 6, 1), by=None)

    assert str(raised.value) == "Draft v2 is open: publish or discard it first."
    assert snapshot() == before


def test_restored_version_is_a_new_one_with_the_same_rules(in_practice):
    payer = make_payer_with("commercial")
    publish_from_preset(payer, key="uhc", starts_on=date(2026, 6, 1), by=None)
    first = payer.policies.get(version=1)

    draft = start_draft(payer, by=make_admin(), rules=rules_of(first), preset=first.preset,
                        why="Back to v1", based_on=first)  # fmt: skip

    assert (draft.version, draft.based_on) == (3, first)
    assert engine_policy(draft).unit_rule == engine_policy(first).unit_rule
    assert payer.policies.get(version=2).fields["unit_rule"] == "cms"
