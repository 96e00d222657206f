"""The simulator looks at the chart as soon as something of it is said."""

import pytest
from django.urls import reverse

from billing.models import PolicyCase
from billing.services.policies_publishing import obstacles
from notes.vocabulary import seed_vocabulary
from tests.billing.making import make_draft, make_payer_with
from tests.billing.payers.making import changed, make_draft_of
from tests.billing.payers.test_policy_pages import VISIT, simulate, url

pytestmark = pytest.mark.slow


@pytest.fixture
def payer(in_practice):
    seed_vocabulary()
    return make_payer_with("medicare")


def findings(response, *parts):
    found = response.context["sim"]["comparison"].after.result.findings
    return {f.rule: f.text for f in found if f.rule.split(".")[0] in parts}


def test_chart_that_was_not_told_of_is_not_judged(admin_client, payer):
    response = simulate(admin_client, payer, VISIT)

    assert findings(response, "plan", "order", "authorization", "chart", "people") == {}


@pytest.mark.parametrize(
    ("said", "rule", "sentence"),
    [
        ({"plan_on": "2026-02-10"}, "plan.certification",
         "The plan of care of 02/10/2026 is not certified yet; the signature is due by "
         "03/12/2026."),
        ({"plan_on": "2026-01-02", "plan_to": "2026-02-28", "certified_on": "2026-01-05"},
         "plan.expired",
         "The plan of care ran to 02/28/2026: recertify it before this visit is billed."),
        ({"days_since_report": "11"}, "plan.progress-report",
         "This is treatment day 11 since the last progress report; one was due by day 10."),
        ({"order": "no"}, "order.missing", "The order or referral is not on file."),
        ({"order_units": "0"}, "order.units",
         "1 timed unit is billed, but the order names 0 a visit."),
        ({"authorized": "no"}, "authorization.missing",
         "This payer asks for an authorization, and none is on file."),
        ({"visits_granted": "8", "visits_used": "8"}, "authorization.used-up",
         "All 8 visits of authorization as typed are used."),
        ({"signed": "no"}, "people.signature", "The note is not signed by its author."),
    ],
)  # fmt: skip
def test_chart_that_was_told_of_is_judged(admin_client, payer, said, rule, sentence):
    typed = {f"sim-chart-{name}": value for name, value in said.items()}

    response = simulate(admin_client, payer, VISIT | typed)

    found = findings(response, "plan", "order", "authorization", "people")
    assert found[rule] == sentence


def test_chart_fact_that_cannot_be_is_refused_with_a_sentence(admin_client, payer):
    for typed, sentence in (
        ({"sim-chart-visits_granted": "-1"},
         "Visits authorized: write a whole number from 0 to 999."),
        ({"sim-chart-plan_on": "soon"}, "Plan of care from: write a date as MM/DD/YYYY."),
    ):  # fmt: skip
        response = simulate(admin_client, payer, VISIT | typed)

        assert response.status_code == 422
        assert response.context["sim"]["errors"] == [sentence]


def test_real_visit_brings_its_chart(admin_client, in_practice):
    note = make_draft()
    page = reverse("billing:simulator", args=[note.visit.coverage.payer.pk])

    response = admin_client.get(page, {"visit": note.visit.public_id})

    assert response.context["sim"]["chart"]["certified_on"].value().isoformat() == "2026-02-03"


UNCERTIFIED = VISIT | {"sim-chart-plan_on": "2026-02-10", "name": "Uncertified", "expect": "after"}


@pytest.fixture
def draft(payer):
    return make_draft_of(payer)


def test_case_keeps_the_chart_it_was_told_of_and_what_is_said_about_it(admin_client, draft):
    saved = admin_client.post(url("save_case", draft), UNCERTIFIED)

    case = PolicyCase.objects.get()
    assert (saved.status_code, case.chart) == (302, {
        "plan_of_care_on": "2026-02-10", "first_treatment_on": "2026-02-10", "certification": {},
        "note_text": "Typed in the simulator.",
    })  # fmt: skip
    assert {"level": "warn", "rule": "plan.certification"} in case.expected_findings
    assert obstacles(draft) == []


def test_case_without_a_chart_is_held_by_its_lines_alone(admin_client, draft):
    admin_client.post(url("save_case", draft), VISIT | {"name": "Lines", "expect": "after"})

    case = PolicyCase.objects.get()
    assert (case.chart, case.expected_findings) == ({}, [])


def test_draft_that_judges_a_saved_chart_otherwise_is_stopped(admin_client, draft):
    admin_client.post(url("save_case", draft), UNCERTIFIED)
    rules = draft.fields["documentation"] | {"plan.certification": "off"}
    draft = changed(draft, documentation=rules)

    assert obstacles(draft) == [
        "Test case “Uncertified” gives 97110-GP ×1 instead of 97110-GP ×1; warning: A plan of care "
        "is certified as soon as possible, within 30 days of the first treatment; a signed order "
        "and proof that the plan was sent stand in for the first signature: change the draft, or "
        "accept the new answer."
    ]
    case = PolicyCase.objects.get()
    admin_client.post(url("accept_case", draft, case.pk))
    case.refresh_from_db()
    assert {"level": "warn", "rule": "plan.certification"} not in case.expected_findings
    assert obstacles(draft) == []


def test_case_with_a_chart_that_cannot_be_is_refused(admin_client, draft):
    typed = UNCERTIFIED | {"sim-chart-visits_granted": "-1"}

    response = admin_client.post(url("save_case", draft), typed)

    assert response.status_code == 422
    assert response.context["sim"]["errors"] == [
        "Visits authorized: write a whole number from 0 to 999."
    ]
    assert not PolicyCase.objects.exists()
