"""The key in each form: what is done once, and what goes through."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from clinic.enums import Role
from clinic.models import PatientContact, Submission
from clinic.scope import scope
from clinic.submit_once import SubmitOnceMiddleware
from tests.factories import make_patient

FULL = 2
FORM = {"kind": "emergency", "name": "Ada", "phone": "518-555-0101"}


@pytest.fixture
def patient(practice):
    with scope(practice):
        return make_patient()


def send(client, patient, key: str = "a-key", **changed):
    url = reverse("contact_add", args=[patient.pk])
    return client.post(url, FORM | changed | {"form_key": key})


def names(practice) -> list[str]:
    with scope(practice):
        return sorted(PatientContact.objects.values_list("name", flat=True))


def test_each_form_has_a_key_of_its_own(office_client):
    page = office_client.get(reverse("patient_new")).content.decode()

    keys = re.findall(r'name="form_key" value="([A-Za-z0-9_-]{16})"', page)
    tokens = re.findall(r'<input[^>]*name="csrfmiddlewaretoken"', page)

    assert len(keys) == len(set(keys)) == len(tokens) > 1


def test_form_sent_again_is_led_where_the_first_one_was(office_client, patient, practice):
    first, second = send(office_client, patient), send(office_client, patient)

    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert names(practice) == ["Ada"]


def test_other_fields_under_the_same_key_are_other_work(office_client, patient, practice):
    """The page that a browser's Back button shows again."""
    send(office_client, patient)
    send(office_client, patient, name="Grace")
    send(office_client, patient)

    assert names(practice) == ["Ada", "Ada", "Grace"]


def test_refused_form_frees_its_key(office_client, patient, practice):
    refused = send(office_client, patient, name="")

    with scope(practice):
        assert (refused.status_code, Submission.objects.count()) == (422, 0)
    assert send(office_client, patient, name="Ada").status_code == 302


def test_another_persons_key_is_not_taken_for_ones_own(client_for, patient, practice):
    send(client_for(Role.OFFICE), patient)
    send(client_for(Role.ADMIN), patient)

    assert names(practice) == ["Ada", "Ada"]


def test_work_that_never_ended_is_taken_over(office_client, patient, practice):
    send(office_client, patient)
    with scope(practice):
        long_ago = timezone.now() - timedelta(minutes=2)
        Submission.objects.update(location="", at=long_ago)

    send(office_client, patient)

    assert names(practice) == ["Ada", "Ada"]


@pytest.mark.parametrize("key", ["", "x" * 23])
def test_form_without_a_usable_key_goes_through(office_client, patient, practice, key):
    send(office_client, patient, key=key)
    send(office_client, patient, key=key)

    assert names(practice) == ["Ada", "Ada"]


def test_fragment_sent_again_leaves_the_page_as_it_is(therapist_client, in_practice, rf):
    done = []

    def fragment(request):
        done.append(request.POST["name"])
        return HttpResponse("<p>Saved</p>")

    guarded = SubmitOnceMiddleware(fragment)
    for _ in range(2):
        request = rf.post("/", {"form_key": "a-key", "name": "Ada"}, headers={"hx-request": "true"})
        request.user = therapist_client.user
        answer = guarded(request)

    assert (answer.status_code, done) == (204, ["Ada"])


def test_question_may_be_asked_again(therapist_client):
    url = reverse("notes:calendar")
    sent = [therapist_client.post(url, {"form_key": "a-key"}) for _ in range(2)]

    assert [answer.status_code for answer in sent] == [200, 200]
    assert "calendar/" in sent[1].content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's profile")
def test_work_itself_waits_for_the_disk(office_client, patient, monkeypatch):
    """T-D04: only the key is written without waiting."""
    seen = []

    def look(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous")
            seen.append(cursor.fetchone()[0])
        return right(*args, **kwargs)

    right = PatientContact.save
    monkeypatch.setattr(PatientContact, "save", look)

    send(office_client, patient)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        after = cursor.fetchone()[0]

    assert (seen, after) == ([FULL], FULL)
