"""A practice is taxed under an EIN, or under the SSN of who practices alone."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from clinic.models import AuditEvent, Practice
from clinic.scope import scope
from clinic.tax_ids import shown_tax_id, tax_id_problem
from tests.clinic.forms import filled
from tests.snapshot import snapshot

SSN = "517-30-2468"
EIN_SENTENCE = "Write the EIN as 12-3456789."
SSN_SENTENCE = "Write the SSN as 123-45-6789."
NO_SUCH = "No SSN has these digits: compare it with the card."
GOOD = "a long enough sentence to sign in with"


@pytest.mark.parametrize(("kind", "number", "problem"), [
    ("EIN", "12-3456789", ""),
    ("SSN", SSN, ""),
    ("EIN", SSN, EIN_SENTENCE),
    ("EIN", "123456789", EIN_SENTENCE),
    ("EIN", "12-345678", EIN_SENTENCE),
    ("EIN", "", EIN_SENTENCE),
    ("SSN", "12-3456789", SSN_SENTENCE),
    ("SSN", "123456789", SSN_SENTENCE),
    ("SSN", "１２３-45-6789", SSN_SENTENCE),
    ("SSN", "000-45-6789", NO_SUCH),
    ("SSN", "666-45-6789", NO_SUCH),
    ("SSN", "912-45-6789", NO_SUCH),
    ("SSN", "123-00-6789", NO_SUCH),
    ("SSN", "123-45-0000", NO_SUCH),
])  # fmt: skip
def test_tax_id_is_wrong_in_one_sentence(kind, number, problem):
    assert tax_id_problem(kind, number) == problem


def test_only_an_ssn_is_hidden():
    assert shown_tax_id(SSN) == "XXX-XX-2468"
    assert shown_tax_id("12-3456789") == "12-3456789"


@pytest.fixture
def taxed_as_person(practice) -> Practice:
    Practice.objects.filter(pk=practice.pk).update(tax_id_kind="SSN", tax_id=SSN)
    return practice


@pytest.mark.django_db
def test_ssn_is_entered_and_shown_by_its_last_digits(admin_client, practice):
    url = reverse("practice_details")

    answer = admin_client.post(
        url, filled(admin_client, url) | {"tax_id_kind": "SSN", "tax_id": SSN}
    )

    stored = Practice.objects.get(pk=practice.pk)
    with scope(practice):
        event = AuditEvent.objects.filter(action="practice.changed").latest("pk")
    pages = [admin_client.get(at).content.decode() for at in (reverse("practice"), url)]
    assert answer.status_code == 302
    assert (stored.tax_id_kind, stored.tax_id) == ("SSN", SSN)
    assert event.detail["changes"] == {
        "tax_id_kind": ["EIN", "SSN"], "tax_id": [practice.tax_id, "XXX-XX-2468"],
    }  # fmt: skip
    assert [("XXX-XX-2468" in page, SSN in page) for page in pages] == [(True, False)] * 2


@pytest.mark.django_db
def test_hidden_ssn_that_comes_back_stays_as_it_is(admin_client, taxed_as_person):
    url = reverse("practice_details")

    answer = admin_client.post(url, filled(admin_client, url) | {"name": "Moss Therapy"})

    stored = Practice.objects.get(pk=taxed_as_person.pk)
    assert answer.status_code == 302
    assert (stored.name, stored.tax_id) == ("Moss Therapy", SSN)


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "sentence"), [
    ({"tax_id_kind": "EIN"}, EIN_SENTENCE),
    ({"tax_id": "XXX-XX-1234"}, SSN_SENTENCE),
    ({"tax_id": "666-45-6789"}, NO_SUCH),
    ({"tax_id": ""}, "This field is required."),
    ({"tax_id_kind": "ITIN"}, "Select a valid choice. ITIN is not one of the available choices."),
])  # fmt: skip
def test_number_that_does_not_fit_is_refused(admin_client, taxed_as_person, typed, sentence):
    url = reverse("practice_details")
    data = filled(admin_client, url) | typed
    before = snapshot()

    answer = admin_client.post(url, data)

    said = [text for texts in answer.context["form"].errors.values() for text in texts]
    assert (answer.status_code, said) == (422, [sentence])
    assert snapshot() == before


@pytest.mark.django_db
def test_two_admins_meet_without_the_number_in_full(admin_client, client_for, taxed_as_person):
    url = reverse("practice_details")
    mine = filled(admin_client, url) | {"phone": "518-555-0100"}
    other = client_for("admin")
    other.post(url, filled(other, url) | {"tax_id": "517-30-2460"})

    told = admin_client.post(url, mine | {"tax_id": "517-30-2461"}).content.decode()

    assert "XXX-XX-2460" in told
    assert "517-30-2460" not in told
    assert Practice.objects.get(pk=taxed_as_person.pk).tax_id == "517-30-2460"


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "number"), [("EIN", SSN), ("SSN", "12-3456789"), ("", SSN)])
def test_database_refuses_a_number_of_the_other_kind(practice, kind, number):
    with pytest.raises(IntegrityError), transaction.atomic():
        Practice.objects.filter(pk=practice.pk).update(tax_id_kind=kind, tax_id=number)


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "status"), [(SSN, 302), ("12-3456789", 422)])
def test_first_practice_is_opened_under_an_ssn(client, number, status):
    out = StringIO()
    call_command("setup_link", stdout=out)

    answer = client.post(out.getvalue().strip(), {
        "practice_name": "Moss Therapy", "npi": "1234567893", "tax_id_kind": "SSN",
        "tax_id": number, "first_name": "Ada", "last_name": "Moss", "email": "ada@moss.example",
        "password": GOOD, "again": GOOD,
    })  # fmt: skip

    assert answer.status_code == status
    opened = list(Practice.objects.values_list("tax_id_kind", "tax_id"))
    assert opened == ([("SSN", SSN)] if status == 302 else [])
