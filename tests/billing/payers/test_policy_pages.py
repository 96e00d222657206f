"""The pages of a payer's rules, as an admin's browser asks for them."""

import json

import pytest
from django.urls import reverse

from billing.forms.payers import PayerForm
from billing.models import PayerPolicy, PolicyCase, PolicyOverride, SettingChange
from clinic.models import Payer
from clinic.scope import scope
from clinic.services.edit_conflicts import fingerprint
from notes.vocabulary import seed_vocabulary
from tests.billing.making import make_charge_set, make_draft, make_payer_with
from tests.billing.payers.making import changed, make_draft_of, rows_but
from tests.billing.payers.posting import errors_of, fields_of
from tests.factories import make_payer
from tests.snapshot import snapshot

OVERLAY = "overlays-0-"
REFUSED = [
    ({"cap_basis": "units", "cap_limit": "-1"},
     "The limit is a whole number from 1 to 100; choose “No limit” where there is none."),
    ({"cap_basis": "units", "cap_limit": ""},
     "The limit is a whole number from 1 to 100; choose “No limit” where there is none."),
    ({f"{OVERLAY}column1": "97140", f"{OVERLAY}column2": "97140"},
     "97140 stands on both sides: a pair needs two different codes."),
    ({f"{OVERLAY}column1": "97140"}, "A pair needs two codes: fill in both, or empty both."),
    ({f"{OVERLAY}column1": "97140", f"{OVERLAY}column2": "97530",
      "overlays-1-column1": "97530", "overlays-1-column2": "97140"},
     "The pair 97530 and 97140 is there twice: keep one row."),
    ({f"{OVERLAY}column1": "9714", f"{OVERLAY}column2": "97530"},
     "A procedure code has five characters, such as 97140."),
    ({"modifier_order": "59 ZZ GP"}, 'Order of modifiers has an unknown modifier "ZZ"; known: '),
    ({"modifier_order": "59 GP 59"}, "Order of modifiers names 59 twice; name each modifier once."),
    ({"tie_break_1": "first-performed", "tie_break_2": "first-performed"},
     "When remainders tie names first-performed twice; name each tie break once."),
    ({"ends_on": "2026-12-31"}, "The last day lies before the first: correct one of them."),
    ({"starts_on": "soon"}, "Write a date as MM/DD/YYYY."),
    ({"unit_rule:source": ""}, "Name a source for Counting rule; “not known” is one too."),
    ({"unit_rule:checked_on": "2999-01-01"},
     "Counting rule: the day of checking lies in the future."),
    ({"unit_rule:link": "not an address"}, "Write a whole web address, or leave it empty."),
    ({"allow_MT": "only", "codes_MT": "97140 massage"},
     'Codes by license.MT is "MASSAGE"; write'),
    ({"traction_visit_limit": "0"}, "Write a whole number from 1 to 999, or leave it empty."),
]  # fmt: skip


@pytest.fixture
def admin(admin_client, practice):
    with scope(practice):
        yield admin_client


def url(name: str, row: PayerPolicy, *more) -> str:
    return reverse(f"billing:{name}", args=[row.payer_id, row.version, *more])


def form_of(client, draft: PayerPolicy) -> dict[str, str]:
    return fields_of(client.get(url("policy", draft)), "policy-form")


@pytest.mark.one_engine
@pytest.mark.parametrize(("typed", "sentence"), REFUSED)
def test_bad_setting_gets_one_sentence_and_nothing_is_saved(admin, typed, sentence):
    draft = make_draft_of()
    data = form_of(admin, draft) | typed
    before = snapshot()

    response = admin.post(url("policy", draft), data)

    assert response.status_code == 422
    assert [error[: len(sentence)] for error in errors_of(response)] == [sentence]
    assert snapshot() == before


def test_form_sent_back_as_it_came_changes_nothing(admin):
    draft = make_draft_of(make_payer_with("medicare"))

    response = admin.post(url("policy", draft), form_of(admin, draft))

    fresh = PayerPolicy.objects.get(pk=draft.pk)
    assert response.status_code == 302
    assert (fresh.fields, fresh.revision) == (draft.fields, draft.revision)


def test_every_kind_of_setting_is_saved(admin):
    draft = make_draft_of()
    data = form_of(admin, draft) | {
        "unit_rule": "full15",
        "tie_break_1": "first-performed", "tie_break_2": "", "tie_break_3": "",
        "edits_source": "ncci-hospital", "edits_as_of": "2019-12-31",
        "overlays-0-column1": "97530", "overlays-0-column2": "97140",
        "overlays-0-indicator": "0", "overlays-0-ground": "region",
        "never-0-column1": "97140", "never-0-column2": "97124",
        "cap_basis": "codes", "cap_limit": "3",
        "plan_modifier": "yes",
        "allow_DC": "only", "codes_DC": "98941, 98940",
        "traction_visit_limit": "",
        "modifier_order": "gp, 59",
        "doc:minutes.overlap": "block",
    }  # fmt: skip

    response = admin.post(url("policy", draft), data)

    saved = PayerPolicy.objects.get(pk=draft.pk).fields
    assert response.status_code == 302
    assert {name: saved[name] for name in (
        "unit_rule", "tie_break", "edits", "overlays", "never_paid_together", "cap",
        "plan_modifier", "traction_visit_limit", "modifier_order",
    )} == {
        "unit_rule": "full15",
        "tie_break": ["first-performed"],
        "edits": {"source": "ncci-hospital", "as_of": "2019-12-31"},
        "overlays": [{"column1": "97530", "column2": "97140", "indicator": 0, "ground": "region"}],
        "never_paid_together": [["97140", "97124"]],
        "cap": {"basis": "codes", "limit": 3},
        "plan_modifier": True,
        "traction_visit_limit": None,
        "modifier_order": ["GP", "59"],
    }  # fmt: skip
    assert saved["code_allow_list"]["DC"] == ["98940", "98941"]
    assert saved["documentation"]["minutes.overlap"] == "block"


def test_second_admin_sees_both_and_saves_knowingly(admin):
    draft = make_draft_of()
    mine = form_of(admin, draft) | {"cap_basis": "units", "cap_limit": "5"}
    changed(draft, unit_rule="cms")

    told = admin.post(url("policy", draft), mine)

    assert told.status_code == 409
    assert PayerPolicy.objects.get(pk=draft.pk).fields["cap"] is None
    assert [(d.setting, d.before, d.after) for d in told.context["theirs"]][:2] == [
        ("Counting rule", "All timed minutes of the day together (CMS)",
         "Each code alone, from its 8th minute (CPT midpoint)"),
        ("Limit per visit", "No limit", "5 units"),
    ]  # fmt: skip

    again = fields_of(told, "policy-form")
    assert (again["cap_limit"], again["unit_rule"]) == ("5", "ama")
    assert admin.post(url("policy", draft), again).status_code == 302
    assert PayerPolicy.objects.get(pk=draft.pk).fields["cap"] == {"basis": "units", "limit": 5}


def test_draft_is_started_published_and_the_next_restores_the_first(admin):
    payer = make_payer_with("commercial")
    start = reverse("billing:start_draft", args=[payer.pk])

    admin.post(start, {"start_from": "preset:uhc", "why": "UHC took over"})
    draft = payer.policies.get(version=2)
    answer = admin.post(url("publish_policy", draft), {"revision": draft.revision})

    assert answer.status_code == 302
    second = payer.policies.get(version=2)
    assert (second.status, second.fields["unit_rule"]) == ("published", "cms")

    first = payer.policies.get(version=1)
    assert admin.post(url("restore_policy", first)).status_code == 302
    third = payer.policies.get(version=3)
    assert (third.status, third.fields) == ("draft", first.fields)


def test_draft_needs_a_reason(admin):
    payer = make_payer_with("commercial")

    response = admin.post(
        reverse("billing:start_draft", args=[payer.pk]), {"start_from": "v1", "why": ""}
    )

    assert response.status_code == 422
    assert payer.policies.count() == 1


def test_rules_are_copied_to_another_payer_as_its_draft(admin):
    row = make_payer_with("aetna", name="Aetna").policies.get()
    other = make_payer(name="Coventry")

    response = admin.post(url("copy_policy", row), {"payer": other.pk, "why": "Same owner"})

    draft = other.policies.get()
    assert response["Location"] == url("policy", draft)
    assert (draft.status, draft.fields, draft.facts["cap"]["confidence"]) == (
        "draft", row.fields, "C",
    )  # fmt: skip
    said = SettingChange.objects.get(payer=other)
    assert (said.after, said.why) == ("started from Aetna v1", "Same owner")


def test_versions_and_presets_are_compared_in_words(admin):
    payer = make_payer_with("commercial")
    page = reverse("billing:compare_policies", args=[payer.pk])

    response = admin.get(page, {"before": "preset:aetna", "after": "v1"})

    assert [d.setting for d in response.context["changes"]][:1] == ["Limit per visit"]
    assert admin.get(page, {"before": "preset:none", "after": "v1"}).status_code == 422


# --- simulator and test cases -----------------------------------------------------------

VISIT = {
    "sim-date": "2026-03-02", "sim-discipline": "PT", "sim-rows-TOTAL_FORMS": "3",
    "sim-rows-INITIAL_FORMS": "0", "sim-rows-0-what": "97110", "sim-rows-0-minutes": "7",
    "sim-rows-1-what": "97112", "sim-rows-1-minutes": "7", "sim-rows-1-where": "left shoulder",
}  # fmt: skip

FRAGMENT = {"HX-Request": "true", "HX-Target": "sim-result"}


def simulate(client, payer, data, headers=None):
    page = reverse("billing:simulator", args=[payer.pk])
    return client.post(page, data, headers=headers)


def sides(response):
    return [
        (row.code, [c.units for c in row.before], [c.units for c in row.after], row.changed)
        for row in response.context["sim"]["comparison"].rows
    ]


def test_simulator_shows_both_sides_and_marks_what_changes(admin):
    seed_vocabulary()
    draft = changed(make_draft_of(), unit_rule="cms")

    response = simulate(admin, draft.payer, VISIT | {"sim-version": "2"})

    assert sides(response) == [("97110", [], [1], True)]
    assert b'is-new"><span class="visually-hidden">changed: </span>' in response.content


def test_simulator_counts_with_what_is_typed_and_not_saved(admin):
    seed_vocabulary()
    draft = make_draft_of()
    typed = form_of(admin, draft) | {"unit_rule": "cms"}

    response = simulate(admin, draft.payer, typed | VISIT | {"sim-version": "2"}, FRAGMENT)

    assert sides(response) == [("97110", [], [1], True)]
    assert response.context["sim"]["unsaved"].startswith("With the settings as they stand")
    assert "<html" not in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"sim-rows-0-what": "97999"},
         "“97999” is neither a code of the list nor one of the practice's techniques."),
        ({"sim-rows-1-where": "elbow joint"},
         "“elbow joint” is not one of the practice's body regions."),
        ({"sim-rows-0-minutes": ""}, "Give the minutes of 97110."),
        ({"sim-rows-0-minutes": "0"}, "Give at least 1 minute."),
        ({"sim-date": ""}, "Give the visit's date."),
    ],
)  # fmt: skip
def test_simulator_answers_a_mistake_with_a_sentence(admin, typed, sentence):
    make_draft()  # gives the practice its words
    payer = make_payer_with("commercial")

    response = simulate(admin, payer, VISIT | typed)

    assert response.status_code == 422
    assert response.context["sim"]["errors"] == [sentence]


def test_charted_visit_is_loaded_as_it_was_charted(admin):
    note = make_draft()
    payer = note.visit.coverage.payer

    response = admin.get(
        reverse("billing:simulator", args=[payer.pk]), {"visit": note.visit.public_id}
    )

    [row] = response.context["sim"]["form"].rows.initial_forms
    assert (row.initial["what"], row.initial["where"], row.initial["minutes"]) == (
        "Joint mobilization", "cervical spine", 20,
    )  # fmt: skip
    assert sides(response) == [("97140", [], [1], True)]


def test_visit_of_another_payer_is_not_loaded(admin):
    note, payer = make_draft(), make_payer_with("commercial")
    page = reverse("billing:simulator", args=[payer.pk])

    assert admin.get(page, {"visit": note.visit.public_id}).status_code == 404
    assert admin.get(page, {"visit": "nonsense"}).status_code == 404


def test_visit_is_saved_as_a_test_case_and_held_against_the_draft(admin):
    make_draft()
    draft = changed(make_draft_of(), unit_rule="cms")
    data = VISIT | {"sim-version": "2", "name": "Two short codes", "expect": "before"}

    saved = admin.post(url("save_case", draft), data)

    case = PolicyCase.objects.get()
    assert (saved.status_code, case.expected) == (302, [])
    page = admin.get(url("policy", draft))
    assert page.context["obstacles"] == [
        "Test case “Two short codes” gives 97110 ×1 instead of nothing billed: change the draft, "
        "or accept the new answer."
    ]

    admin.post(url("accept_case", draft, case.pk))

    assert admin.get(url("policy", draft)).context["obstacles"] == []


def test_calculation_that_htmx_sends_to_the_buttons_address_saves_no_case(admin):
    make_draft()  # brings the words that the visit is typed in
    draft = make_draft_of()
    data = VISIT | {"name": "Twice", "expect": "after"}

    late = admin.post(url("save_case", draft), data, headers=FRAGMENT)
    pressed = admin.post(url("save_case", draft), data)

    assert (late.status_code, pressed.status_code) == (204, 302)
    assert PolicyCase.objects.count() == 1


def test_case_without_a_name_is_refused(admin):
    draft = make_draft_of()

    response = admin.post(url("save_case", draft), VISIT | {"name": "", "expect": "after"})

    assert response.status_code == 422
    assert response.context["sim"]["errors"][-1] == "Give the test case a name."
    assert not PolicyCase.objects.exists()


# --- replay, exceptions, history ----------------------------------------------------------


@pytest.mark.slow
def test_replay_streams_its_progress_and_ends_with_the_result(admin):
    bill = make_charge_set()
    draft = changed(make_draft_of(bill.note.visit.coverage.payer), plan_modifier=True)
    span = {"first": "2026-03-01", "last": "2026-03-31"}

    response = admin.post(url("replay_stream", draft), span)
    lines = [json.loads(line) for line in response.getvalue().splitlines()]

    assert response["Content-Type"] == "application/x-ndjson"
    assert lines[:-1] == [
        {"done": 0, "total": 1, "changed": 0}, {"done": 1, "total": 1, "changed": 1},
    ]  # fmt: skip
    assert "+1 GP" in lines[-1]["html"]
    page = admin.get(url("replay", draft), span)
    assert page.context["result"]["tally"].changed == 1
    visit = admin.get(url("replay_visit", draft, bill.note.visit.public_id))
    assert sides_of(visit) == [("97140", [()], [("GP",)], True)]


def test_next_page_of_a_replay_begins_after_its_place(admin):
    bill = make_charge_set()
    draft = changed(make_draft_of(bill.note.visit.coverage.payer), plan_modifier=True)
    span = {"first": "2026-03-01", "last": "2026-03-31"}

    before = admin.get(url("replay", draft), span | {"after": "2026-03-01_1"})
    behind = admin.get(url("replay", draft), span | {"after": f"2026-03-02_{bill.pk}"})

    assert [visit.public_id for visit in before.context["next"]] == [bill.note.visit.public_id]
    assert behind.context["next"] == []
    for wrong in ("2026-03-02", "2026-13-40_1x", "x"):
        page = admin.get(url("replay", draft), span | {"after": wrong})
        assert (page.status_code, "next" in page.context) == (422, False)


def sides_of(response):
    return [
        (row.code, [c.modifiers for c in row.before], [c.modifiers for c in row.after], row.changed)
        for row in response.context["comparison"].rows
    ]


def test_replay_of_days_turned_round_is_refused(admin):
    draft = make_draft_of()
    span = {"first": "2026-03-31", "last": "2026-03-01"}
    sentence = "The last day lies before the first: turn them round."

    response = admin.post(url("replay_stream", draft), span)

    assert (response.status_code, response.json()) == (422, {"error": sentence})
    assert admin.get(url("replay", draft), span).status_code == 422


def test_exception_is_made_for_what_was_changed_only(admin):
    note = make_draft()
    visit = note.visit
    page = reverse("billing:new_override", args=[visit.coverage.payer_id, visit.episode_id])
    form = _whole_form(admin.get(page))

    response = admin.post(page, form | {
        "unit_rule": "cms", "reason": "Case manager agreed", "starts_on": "2026-03-01",
    })  # fmt: skip

    assert response.status_code == 302
    row = PolicyOverride.objects.get()
    assert (row.fields, row.reason) == ({"unit_rule": "cms"}, "Case manager agreed")


def test_exception_without_a_difference_or_turned_round_is_refused(admin):
    visit = make_draft().visit
    page = reverse("billing:new_override", args=[visit.coverage.payer_id, visit.episode_id])
    form = _whole_form(admin.get(page)) | {"reason": "Why", "starts_on": "2026-03-01"}

    same = admin.post(page, form)
    turned = admin.post(page, form | {"unit_rule": "cms", "ends_on": "2026-02-01"})

    assert (same.status_code, turned.status_code) == (422, 422)
    assert same.context["form"].non_field_errors() == [
        "Change at least one setting: an exception has to differ."
    ]
    assert turned.context["form"].non_field_errors() == [
        "The last day lies before the first: correct one of them."
    ]
    assert not PolicyOverride.objects.exists()


def _whole_form(response) -> dict[str, str]:
    html = response.content.decode().replace('<form method="post" novalidate>', '<form id="whole">')
    response.content = html.encode()
    return fields_of(response, "whole")


def test_history_says_who_what_from_to_and_why(admin):
    draft = changed(make_draft_of(), unit_rule="cms")

    page = admin.get(reverse("billing:payer_history", args=[draft.payer_id]))

    rows = [(r.setting, r.before, r.after, r.why) for r in page.context["page"]]
    assert ("Counting rule", "Each code alone, from its 8th minute (CPT midpoint)",
            "All timed minutes of the day together (CMS)", "New contract") in rows  # fmt: skip
    assert {r.by_name for r in page.context["page"]} == {str(draft.saved_by)}


def test_payer_page_shows_old_tables_and_standing(admin):
    payer = make_payer_with("medicare")

    page = admin.get(reverse("billing:payer", args=[payer.pk]))

    assert page.context["standing"].in_force.version == 1
    assert page.context["warnings"][0].startswith("The code pairs are of 2024Q3; ")


def test_payer_name_is_used_once(admin):
    payer = make_payer(name="Granite Mutual")
    before = rows_but("clinic_auditevent")

    response = admin.post(reverse("billing:new_payer"), {"name": "granite mutual"})

    assert response.status_code == 422
    assert rows_but("clinic_auditevent") == before
    assert response.context["form"].errors == {
        "name": ["There is a payer named granite mutual already."]
    }
    assert str(payer) == "Granite Mutual"


def test_what_a_payer_asks_of_the_chart_is_set_on_its_page(admin):
    payer = make_payer(name="Granite Mutual")
    asked = {"wants_authorization": "on", "order_names_technique": "on", "wants_cosign": "on"}

    response = admin.post(
        reverse("billing:edit_payer", args=[payer.pk]),
        {"name": payer.name, "active": "on", "seen": fingerprint(payer, PayerForm._meta.fields)}
        | asked,
    )

    stored = Payer.objects.get(pk=payer.pk)
    assert response.status_code == 302
    assert {name for name in (*asked, "wants_order") if getattr(stored, name)} == set(asked)


def test_page_of_a_version_asks_a_fixed_number_of_questions(admin, django_assert_max_num_queries):
    draft = make_draft_of()
    for number in range(3):
        PolicyCase.objects.create(
            payer=draft.payer, name=f"Case {number}", expected=[], saved_by=draft.saved_by,
            saved_at=draft.saved_at, day={"id": "case", "date": "2026-03-02"},
        )  # fmt: skip

    with django_assert_max_num_queries(45):
        assert admin.get(url("policy", draft)).status_code == 200
