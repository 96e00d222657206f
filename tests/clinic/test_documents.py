import hashlib

import pytest
from django.db import IntegrityError, transaction

from clinic.documents.canonical import fingerprint_of
from clinic.enums import DocumentKind
from clinic.models import AuditEvent, DocumentCounter, StoredDocument
from clinic.scope import scope
from clinic.services import documents
from clinic.views import pdf
from tests.factories import make_document, make_user


def take_and_fail(kind: DocumentKind) -> None:
    """Take a number in a transaction that does not come to its end."""
    with transaction.atomic():
        documents.next_number(kind)
        transaction.set_rollback(True)


def test_numbers_count_up_per_kind(in_practice):
    given = [
        documents.next_number(kind)
        for kind in (DocumentKind.NOTE, DocumentKind.NOTE, DocumentKind.SUPERBILL)
    ]

    assert given == ["SN-000001", "SN-000002", "SB-000001"]


def test_number_falls_back_with_the_transaction(in_practice):
    documents.next_number(DocumentKind.NOTE)
    take_and_fail(DocumentKind.NOTE)

    assert documents.next_number(DocumentKind.NOTE) == "SN-000002"


def test_first_number_falls_back_too(in_practice):
    take_and_fail(DocumentKind.SUPERBILL)

    assert DocumentCounter.objects.count() == 0
    assert documents.next_number(DocumentKind.SUPERBILL) == "SB-000001"


def test_number_is_refused_outside_a_transaction(transactional_db, in_practice):
    with pytest.raises(transaction.TransactionManagementError):
        documents.next_number(DocumentKind.NOTE)

    assert DocumentCounter.objects.count() == 0


def test_practices_count_apart(practice, other_practice):
    with scope(practice):
        documents.next_number(DocumentKind.NOTE)
    with scope(other_practice):
        number = documents.next_number(DocumentKind.NOTE)

    assert number == "SN-000001"


def test_number_is_given_once(in_practice):
    user = make_user("admin")
    make_document(by=user, number="SN-000007")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_document(by=user, number="SN-000007")

    assert StoredDocument.objects.count() == 1


def test_stored_bytes_come_with_hash_size_and_an_audit_event(in_practice):
    user = make_user("admin")

    document = make_document(by=user, content=b"%PDF-1.7 \x00 bytes")

    kept = StoredDocument.objects.get()
    assert bytes(kept.content) == b"%PDF-1.7 \x00 bytes"
    assert (kept.size, kept.sha256) == (16, hashlib.sha256(b"%PDF-1.7 \x00 bytes").hexdigest())
    event = AuditEvent.objects.get(action="document.issued")
    assert (event.subject_id, event.patient_id, event.actor_id, event.detail) == (
        str(document.pk),
        document.patient_id,
        user.pk,
        {
            "number": "SN-000001",
            "version": 1,
            "sha256": document.sha256,
            "context": fingerprint_of({"title": "Sample"}),
        },
    )


@pytest.mark.parametrize(
    ("download", "disposition", "action"),
    [
        (False, 'inline; filename="SN-000001.pdf"', "document.viewed"),
        (True, 'attachment; filename="SN-000001.pdf"', "document.downloaded"),
    ],
)
def test_served_document_is_as_issued_and_recorded(in_practice, download, disposition, action):
    user = make_user("office")
    document = make_document(by=user)

    response = pdf.serve(document, to=user, download=download)

    assert response.content == b"%PDF-1.7 sample"
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "application/pdf",
        disposition,
    )
    assert (response["Cache-Control"], response["X-Content-Type-Options"]) == (
        "private, no-store",
        "nosniff",
    )
    assert (response["ETag"], response["Accept-Ranges"]) == (f'"{document.sha256}"', "bytes")
    assert AuditEvent.objects.filter(action=action, actor_id=user.pk).count() == 1


WHOLE = b"%PDF-1.7 sample"


@pytest.mark.parametrize(
    ("wanted", "status", "content", "span"),
    [
        ("bytes=0-3", 206, b"%PDF", "bytes 0-3/15"),
        ("bytes=9-", 206, b"sample", "bytes 9-14/15"),
        ("bytes=-6", 206, b"sample", "bytes 9-14/15"),
        ("bytes=9-999", 206, b"sample", "bytes 9-14/15"),
        ("bytes=15-", 416, b"", "bytes */15"),
        ("bytes=5-2", 416, b"", "bytes */15"),
        ("bytes=0-1,3-4", 200, WHOLE, None),
        ("bytes=-", 200, WHOLE, None),
        ("lines=1-2", 200, WHOLE, None),
    ],
)
def test_part_of_a_document_is_served(in_practice, wanted, status, content, span):
    document = make_document(by=make_user("office"))

    response = pdf.serve(document, to=make_user("office"), download=False, asked={"Range": wanted})

    assert (response.status_code, response.content) == (status, content)
    assert response.get("Content-Range") == span


def test_part_of_another_file_is_not_served(in_practice):
    document = make_document(by=make_user("office"))
    asked = {"Range": "bytes=0-3", "If-Range": '"of another"'}

    response = pdf.serve(document, to=make_user("office"), download=False, asked=asked)

    assert (response.status_code, response.content) == (200, WHOLE)


def test_document_that_is_still_the_same_is_not_sent_again(in_practice):
    document = make_document(by=make_user("office"))
    asked = {"If-None-Match": f'"{document.sha256}"'}

    response = pdf.serve(document, to=make_user("office"), download=False, asked=asked)

    assert (response.status_code, response.content) == (304, b"")
    assert response["Cache-Control"] == "private, no-store"
    assert AuditEvent.objects.filter(action="document.viewed").count() == 1
