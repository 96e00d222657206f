"""The plan of care and the progress report as signed paper."""

import uuid
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import StoredDocument
from clinic.scope import scope
from clinic.services.identity import Proof
from notes.models import PlanOfCare, ProgressReport
from notes.services.episodes import add_order
from notes.services.goals import add_goal
from notes.services.plans_paper import sign_plan
from notes.services.plans_progress import GoalProgress, sign_progress_report
from tests.clinic.documents.reading import squeezed, text_of
from tests.factories import PASSWORD, make_clinician, make_episode, make_plan
from tests.notes.record.test_plans import GOAL, ON

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def episode(in_practice):
    return make_episode()


@pytest.fixture
def plan(episode):
    return make_plan(episode, interventions="Manual therapy, therapeutic exercise")


@pytest.fixture
def user(episode):
    return episode.clinician.user


@pytest.fixture
def goal(episode, user):
    return add_goal(episode, by=user, on=ON, values=GOAL)


def proof() -> Proof:
    return Proof("password", timezone.now())


def test_plan_holds_what_a_physician_certifies(plan, goal, user, tmp_path):
    add_order(
        plan.episode, by=user,
        values={"provider_name": "Dr. Ada Marsh", "ordered_on": date(2026, 2, 1)},
    )  # fmt: skip

    document = sign_plan(plan, by=user, proof=proof())

    read = squeezed(text_of(bytes(document.content), tmp_path))
    wanted = [
        "Plan of care", document.number, str(plan.episode.patient), plan.frequency,
        "Manual therapy, therapeutic exercise", GOAL["text"], GOAL["baseline"], GOAL["target"],
        "05/01/2026", "Dr. Ada Marsh", str(plan.episode.clinician), "Certification by",
        "Signature, credential", f"{plan.starts_on:%m/%d/%Y}",
        *(row.code for row in plan.episode.diagnoses.all()),
    ]  # fmt: skip
    assert [text for text in wanted if squeezed(text) not in read] == []
    assert document.number == "PC-000001"


def test_same_plan_signed_twice_is_one_document(plan, goal, user):
    first = sign_plan(plan, by=user, proof=proof())

    assert sign_plan(plan, by=user, proof=proof()) == first
    assert StoredDocument.objects.filter(kind="plan").count() == 1


def test_changed_plan_is_the_next_version_and_carries_the_first(plan, goal, user):
    first = sign_plan(plan, by=user, proof=proof())
    PlanOfCare.objects.filter(pk=plan.pk).update(frequency="3 times a week")

    second = sign_plan(plan, by=user, proof=proof())

    assert (second.number, second.version, second.replaces) == (first.number, 2, first)
    assert first.sha256 in str(second.context["earlier"])
    assert PlanOfCare.objects.get(pk=plan.pk).document == second


def test_plan_without_a_goal_is_not_signed(plan, user):
    with pytest.raises(NotAllowed, match="Set a measurable goal first"):
        sign_plan(plan, by=user, proof=proof())

    assert not StoredDocument.objects.filter(kind="plan").exists()


def test_plan_without_a_type_of_treatment_is_not_signed(plan, goal, user):
    PlanOfCare.objects.filter(pk=plan.pk).update(interventions="")

    with pytest.raises(NotAllowed, match="does not say the type of treatment"):
        sign_plan(plan, by=user, proof=proof())

    assert not StoredDocument.objects.filter(kind="plan").exists()


def test_assistant_does_not_sign_the_plan(plan, goal, episode):
    assistant = make_clinician(is_assistant=True, supervisor=episode.clinician)

    with pytest.raises(NotAllowed, match="The therapist signs the plan of care"):
        sign_plan(plan, by=assistant.user, proof=proof())

    assert not StoredDocument.objects.filter(kind="plan").exists()


def test_report_is_printed_in_the_act_that_signs_it(episode, goal, user, tmp_path):
    report = sign_progress_report(
        episode, by=user, submit_key=uuid.uuid4(), on=date(2026, 2, 20),
        summary="Reaches the middle shelf", continuing="Grades must be progressed",
        goals=[GoalProgress(1, "120 degrees")], method="password", proved_at=timezone.now(),
    )  # fmt: skip

    read = squeezed(text_of(bytes(report.document.content), tmp_path))
    wanted = ["Progress report", "Reaches the middle shelf", "Grades must be progressed",
              GOAL["text"], "120 degrees", report.signer_name, "Signed"]  # fmt: skip
    assert [text for text in wanted if squeezed(text) not in read] == []


def test_therapist_signs_and_prints_from_the_episode(client_for, practice, tmp_path):
    with scope(practice):
        episode = make_episode()
        plan = make_plan(episode)
        add_goal(episode, by=episode.clinician.user, on=ON, values=GOAL)
    client = client_for(episode.clinician.user)
    url = reverse("notes:plan_sign", args=[episode.pk, plan.pk])

    wrong = client.post(url, {"password": "not mine"})
    signed = client.post(url, {"password": PASSWORD})
    printed = client.get(reverse("notes:plan_pdf", args=[episode.pk, plan.pk]))

    assert (wrong.status_code, signed.status_code, printed.status_code) == (422, 302, 200)
    assert printed.content.startswith(b"%PDF-")


def test_report_that_was_refused_leaves_no_paper(episode, goal, user):
    with pytest.raises(NotAllowed):
        sign_progress_report(
            episode, by=user, submit_key=uuid.uuid4(), on=date(2026, 2, 20), summary="Better",
            continuing="Go on", goals=[], method="password",
        )  # fmt: skip

    assert not ProgressReport.objects.exists()
    assert not StoredDocument.objects.filter(kind="progress").exists()
