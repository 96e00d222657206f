"""Uploaded scans: known by their bytes, kept as they came, never shown inline."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import PatientFile
from clinic.services.patients_files import LARGEST, check_file, strike_file, upload_file
from tests.factories import make_patient, make_user

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def office(in_practice):
    return make_user(Role.OFFICE)


def give(patient, by, content=PDF, name="order.pdf"):
    return upload_file(
        patient, by=by, kind="order", title="Order", upload=SimpleUploadedFile(name, content)
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PDF, "application/pdf"), (PNG, "image/png"), (b"\xff\xd8\xff\xe0x", "image/jpeg"),
     (b"II*\0x", "image/tiff")],
)  # fmt: skip
def test_scans_are_known_by_their_bytes(content, kind):
    assert check_file(content).content_type == kind


@pytest.mark.parametrize(
    ("content", "beginning"),
    [
        (b"<html><script>alert(1)</script>", "This file is not a PDF, PNG, JPEG or TIFF"),
        (b"<!DOCTYPE html>", "This file is not a PDF"),
        (b"", "The file is empty"),
        (b"PK\x03\x04", "This file is not a PDF"),
        (b"%PDF-1.7 cut off", "This PDF is cut off"),
        (PDF.replace(b"<<>>", b"<< /OpenAction 3 0 R /JS (x) >>"), "This PDF carries something"),
        (PDF.replace(b"<<>>", b"<< /EmbeddedFile >>"), "This PDF carries something"),
    ],
)
def test_anything_else_is_refused(office, content, beginning):
    patient = make_patient()

    with pytest.raises(NotAllowed) as refusal:
        give(patient, office, content)

    assert str(refusal.value).startswith(beginning)
    assert not PatientFile.objects.exists()


def test_fifty_megabytes_are_refused_unread(office):
    class Large(SimpleUploadedFile):
        def read(self, *args):
            raise AssertionError("read before its size was looked at")

    upload = Large("large.pdf", b"x")
    upload.size = 50 * 1024 * 1024

    with pytest.raises(NotAllowed) as refusal:
        upload_file(make_patient(), by=office, kind="order", title="Order", upload=upload)

    assert str(refusal.value) == (
        "The file has 50 MB; at most 15 MB are kept: scan in black and white, or in parts."
    )
    assert LARGEST == 15 * 1024 * 1024


def test_same_file_is_kept_once(office):
    patient = make_patient()
    give(patient, office)

    with pytest.raises(NotAllowed) as refusal:
        give(patient, office)

    assert str(refusal.value) == "This very file is here already, as “Order”."
    assert PatientFile.objects.count() == 1


def test_name_of_the_upload_is_made_harmless(office):
    row = give(make_patient(), office, name='../../etc/pass"wd\r\n.html')

    assert row.original_name == "pass_wd.pdf"


def test_file_is_given_out_as_an_attachment_and_nothing_else(office, office_client):
    row = give(make_patient(), office)

    response = office_client.get(reverse("file_download", args=[row.patient_id, row.public_id]))

    assert response.content == PDF
    assert {name: response[name] for name in (
        "Content-Type", "Content-Disposition", "X-Content-Type-Options", "Cache-Control",
    )} == {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": 'attachment; filename="order.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }  # fmt: skip
    assert "sandbox" in response["Content-Security-Policy"]


def test_page_says_what_is_wrong_and_keeps_nothing(office_client, in_practice):
    patient = make_patient()

    response = office_client.post(
        reverse("file_upload", args=[patient.pk]),
        {"kind": "order", "title": "Order",
         "upload": SimpleUploadedFile("order.pdf", b"<html></html>")},
    )  # fmt: skip

    assert response.status_code == 422
    assert "This file is not a PDF, PNG, JPEG or TIFF" in response.content.decode()
    assert not PatientFile.objects.exists()


def test_file_is_struck_with_a_reason_and_stays(office):
    row = give(make_patient(), office)

    with pytest.raises(NotAllowed):
        strike_file(row, by=office, because=" ")
    strike_file(row, by=office, because="Another patient's card")

    stored = PatientFile.objects.get()
    assert (stored.struck_because, bytes(stored.content)) == ("Another patient's card", PDF)


def test_database_keeps_an_uploaded_file_as_it_came(office):
    row = give(make_patient(), office)

    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        PatientFile.objects.filter(pk=row.pk).update(sha256="0" * 64)
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        PatientFile.objects.filter(pk=row.pk)._raw_delete("default")

    assert PatientFile.objects.get().sha256 == row.sha256
