"""What a practice starts with, and what it still needs before its first visit."""

import pytest
from django.urls import reverse

from billing.models import Fee
from clinic.enums import Role
from clinic.founding import needs
from clinic.models import Practice, SigningAuthority
from clinic.scope import scope
from clinic.services.invitations import Person, set_up, setup_secret
from notes.models import BodyRegion, Technique
from tests.billing.making import make_fees, make_payer_with
from tests.conftest import client_of
from tests.factories import make_clinician, make_location, make_signing_authority

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def admin(db):
    practice = Practice(name="River Clinic", npi="1234567893", tax_id="12-3456789")
    person = Person("ada@river.example", "Ada", "Moss", Role.ADMIN)
    return set_up(setup_secret(), practice=practice, admin=person, password="glacier oboe thistle")


def test_new_practice_has_its_words_and_is_told_what_is_missing(admin):
    with scope(admin.practice):
        words = (Technique.objects.count() > 20, BodyRegion.objects.count() > 20)
        said = [need.text.partition(":")[0] for need in needs()]

    assert words == (True, True)
    assert said == [
        "Add a location",
        "Invite a therapist, then add them as a clinician who signs in.",
        "Make the signing authority on the server",
        "Add a payer and publish its rules",
        "Enter the fees",
    ]
    page = client_of(admin).get(reverse("practice")).content.decode()
    assert "Before the first visit" in page
    assert reverse("location_new") in page
    assert "make_signing_authority --root-key FILE" in page


def test_nothing_is_asked_of_a_practice_that_can_work(admin):
    with scope(admin.practice):
        make_location()
        make_clinician()
        make_payer_with("commercial")
        if not SigningAuthority.objects.exists():
            make_signing_authority()
        if not Fee.objects.exists():
            make_fees()

        assert needs() == []

    assert (
        "Before the first visit" not in client_of(admin).get(reverse("practice")).content.decode()
    )
