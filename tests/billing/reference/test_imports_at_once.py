"""The same file from two people at the same moment."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.models import CodePairEdit, EditEdition
from billing.services.editions import import_pairs
from billing.services.starter import load_codes
from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import AuditEvent
from clinic.scope import every_practice, scope
from tests.billing.reference.published import ACTIVE, NEVER, ptp_parts
from tests.clinic.concurrency.together import at_once
from tests.conftest import client_of
from tests.factories import make_user

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_same_parts_at_once_make_one_edition_and_the_others_are_told(practice):
    load_codes()

    answers = at_once(
        4, lambda number: import_pairs(ptp_parts(ACTIVE, NEVER), license_attested=True)
    )

    [made] = [answer for answer in answers if isinstance(answer, EditEdition)]
    refused = [answer for answer in answers if answer is not made]
    assert {type(answer) for answer in refused} == {NotAllowed}
    assert {str(answer).partition(" on ")[0] for answer in refused} == {"This file was imported"}
    assert EditEdition.objects.get() == made
    assert CodePairEdit.objects.count() == 2
    with every_practice("the trail of an import by command"):
        assert AuditEvent.objects.filter(action="edition.imported").count() == 1


def test_two_admins_who_upload_the_same_at_once_see_a_page_and_one_is_told(practice):
    load_codes()
    with scope(practice):
        admins = [client_of(make_user(Role.ADMIN)) for _ in range(2)]

    def upload(browser: Client) -> int:
        files = [
            SimpleUploadedFile(file.name, file.stream.getvalue()) for file in ptp_parts(ACTIVE)
        ]
        form = {"kind": "pairs", "files": files, "license_attested": "on"}
        return browser.post(reverse("billing:upload_table"), form).status_code

    statuses = at_once(2, lambda number: upload(admins[number]))

    assert sorted(statuses) == [302, 422]
    assert EditEdition.objects.count() == 1
