"""The practice's settings: who it is, where it treats, who treats."""

import re
from datetime import date

import pytest
from django.urls import reverse

from clinic.enums import Role
from clinic.models import AuditEvent, Clinician, Location, Practice
from clinic.scope import scope
from tests.factories import make_clinician, make_location, make_user
from tests.snapshot import snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PERSON = {
    "first_name": "Ines", "last_name": "Albrecht", "credential": "PT, DPT", "discipline": "PT",
    "licence_number": "7788", "licence_state": "ny", "npi": "1245319599",
    "taxonomy": "225100000x", "active": "on",
}  # fmt: skip
PLACE = {"name": "North Street", "place_of_service": "11", "state": "ny", "active": "on"}


def filled(client, url: str) -> dict[str, str]:
    """The form as a browser would send it back."""
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {
        name: "on" if value is True else str(value)
        for name, value in values.items()
        if value not in (None, False)
    }


def sentences(response) -> list[str]:
    form = response.context["form"]
    return [message for messages in form.errors.values() for message in messages]


def test_details_are_changed_and_entered_from_what_to_what(admin_client, practice):
    url = reverse("practice_details")
    old = practice.name

    response = admin_client.post(
        url, filled(admin_client, url) | {"name": "Hudson Hands", "cosign_assistants": "on"}
    )

    stored = Practice.objects.get(pk=practice.pk)
    with scope(practice):
        event = AuditEvent.objects.filter(action="practice.changed").latest("pk")
    assert response.status_code == 302
    assert (stored.name, stored.cosign_assistants) == ("Hudson Hands", True)
    assert event.detail["changes"] == {
        "name": [old, "Hudson Hands"],
        "cosign_assistants": [False, True],
    }
    page = admin_client.get(reverse("practice")).content.decode()
    assert f"Name: {old} → Hudson Hands" in page


def test_form_sent_back_as_it_came_changes_nothing(admin_client, practice):
    url = reverse("practice_details")

    admin_client.post(url, filled(admin_client, url))

    with scope(practice):
        assert not AuditEvent.objects.filter(action="practice.changed").exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"npi": "1245319598"}, "NPI"),
        ({"tax_id": "123456789"}, "Write the EIN as 12-3456789."),
        ({"idle_minutes": "31"}, "Choose from 5 to 30 minutes."),
        ({"timezone": "Mars/Olympus"}, "Select a valid choice."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_bad_detail_gets_one_sentence_and_nothing_is_saved(admin_client, typed, sentence):
    url = reverse("practice_details")
    data = filled(admin_client, url) | typed
    before = snapshot()

    response = admin_client.post(url, data)

    assert response.status_code == 422
    (said,) = sentences(response)
    assert sentence in said
    assert snapshot() == before


def test_second_admin_is_told_and_sees_both(admin_client, client_for, practice):
    url = reverse("practice_details")
    mine = filled(admin_client, url) | {"phone": "518-555-0100"}
    other = client_for(make_user_in(practice))
    other.post(url, filled(other, url) | {"phone": "518-555-0200"})

    told = admin_client.post(url, mine)

    assert told.status_code == 422
    assert "Somebody else changed this meanwhile" in sentences(told)[0]
    assert re.findall(r"518-555-0\d00", told.content.decode())[:2] == [
        "518-555-0200", "518-555-0100",
    ]  # fmt: skip
    assert Practice.objects.get(pk=practice.pk).phone == "518-555-0200"

    knowingly = mine | {"seen": told.context["form"]["seen"].value()}
    assert admin_client.post(url, knowingly).status_code == 302
    assert Practice.objects.get(pk=practice.pk).phone == "518-555-0100"


def make_user_in(practice):
    with scope(practice):
        return make_user(Role.ADMIN)


def test_clinician_is_added_and_may_sign_in(admin_client, practice):
    user = make_user_in(practice)

    response = admin_client.post(reverse("clinician_new"), PERSON | {"user": user.pk})

    with scope(practice):
        row = Clinician.objects.get(last_name="Albrecht")
    assert response.status_code == 302
    assert (row.licence, row.taxonomy, row.user) == ("NY 7788", "225100000X", user)


def test_clinician_of_another_practice_cannot_supervise(admin_client, other_practice):
    with scope(other_practice):
        foreign = make_clinician()

    response = admin_client.post(
        reverse("clinician_new"), PERSON | {"is_assistant": "on", "supervisor": foreign.pk}
    )

    assert response.status_code == 422
    assert "Select a valid choice" in " ".join(sentences(response))


def test_assistant_needs_a_supervisor(admin_client):
    before = snapshot()

    response = admin_client.post(reverse("clinician_new"), PERSON | {"is_assistant": "on"})

    assert sentences(response) == ["An assistant works under a therapist: choose the supervisor."]
    assert snapshot() == before


def test_supervisor_stays_while_somebody_works_under_them(admin_client, practice):
    with scope(practice):
        assistant = make_clinician(is_assistant=True)
    url = reverse("clinician", args=[assistant.supervisor_id])
    data = filled(admin_client, url)
    data.pop("active")

    response = admin_client.post(url, data)

    assert response.status_code == 422
    assert sentences(response) == [
        f"{assistant} works under {assistant.supervisor}: give them another supervisor first."
    ]


def test_license_end_is_kept(admin_client, practice):
    with scope(practice):
        row = make_clinician()
    url = reverse("clinician", args=[row.pk])

    admin_client.post(url, filled(admin_client, url) | {"licence_ends_on": "2027-06-30"})

    with scope(practice):
        assert Clinician.objects.get(pk=row.pk).licence_ends_on == date(2027, 6, 30)


def test_location_is_added_once(admin_client, practice):
    first = admin_client.post(reverse("location_new"), PLACE)
    again = admin_client.post(reverse("location_new"), PLACE | {"name": "NORTH street "})

    with scope(practice):
        rows = list(Location.objects.filter(name__iexact="north street"))
    assert (first.status_code, again.status_code) == (302, 422)
    assert sentences(again) == ["There is a location named NORTH street already."]
    assert [row.state for row in rows] == ["NY"]


def test_last_open_location_is_not_closed(admin_client, practice):
    with scope(practice):
        row = make_location()
    url = reverse("location", args=[row.pk])
    data = filled(admin_client, url)
    data.pop("active")

    response = admin_client.post(url, data)

    assert sentences(response) == ["This is the only open location: open another one first."]
    with scope(practice):
        assert Location.objects.get(pk=row.pk).active is True
