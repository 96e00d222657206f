"""A therapist who practices alone and bills under an SSN: in full for the payer only."""

from datetime import date

import pytest
from django.urls import reverse

from billing.claims.form1500 import pages_of
from billing.claims.preflight import Ground, check_file
from billing.models import ClaimSettings
from billing.services import claims, payments
from billing.services.claims_facts import claim_of
from billing.services.desk_refresh import full
from billing.services.statements import issue_receipt
from billing.services.superbills import issue_superbill
from clinic.enums import Network
from clinic.models import AuditEvent
from notes.exchange.fhir import bundle_of
from tests.billing.claims.test_written_claims import pyx12_errors
from tests.billing.desk_making import full_address, key, make_course, make_signed
from tests.clinic.documents.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SSN, HIDDEN, OWN_NPI = "517-30-2468", "XXX-XX-2468", "1234567893"


def make_ground(practice) -> None:
    full_address(practice)
    practice.tax_id_kind, practice.tax_id, practice.npi = "SSN", SSN, OWN_NPI
    practice.save(update_fields=["tax_id_kind", "tax_id", "npi"])
    ClaimSettings.objects.create(
        submitter_id="SUB0001", receiver_name="Clearing", receiver_id="99999",
        contact_name="Ruth", contact_phone="518-555-0100",
    )  # fmt: skip
    course = make_course(network=Network.OUT)
    course.clinician.npi = OWN_NPI
    course.clinician.save(update_fields=["npi"])
    make_signed(episode=course)


def test_claim_names_a_person_with_the_ssn(charge_set, office):
    author = charge_set.note.author
    course = make_course(network=Network.IN, clinician=author)
    covered = make_signed(episode=course, date=date(2026, 3, 4))
    full_address(covered.note.visit.practice)

    text = claims.make_claim_file([covered], by=office).file.content

    assert "REF*SY*517302468~" in text
    assert "REF*EI*" not in text
    assert f"NM1*85*1*{author.last_name.upper()}*{author.first_name.upper()}*" in text
    assert "NM1*82*" not in text  # who is paid is who treated
    assert check_file(text, Ground(today=date(2026, 12, 1))) == []
    assert pyx12_errors(text) == []


def test_box_25_marks_the_ssn_and_box_33_the_person(charge_set):
    author = charge_set.note.author

    cells = {(c.line, c.column): c.text for c in pages_of(claim_of(full(charge_set.pk)))[0].cells}

    assert (cells[56, 1], cells.get((56, 17)), cells.get((56, 19))) == ("517302468", "X", None)
    assert cells[58, 50] == f"{author.first_name} {author.last_name}".upper()


@pytest.mark.parametrize("layout", ["plain", "form"])
def test_superbill_carries_it_in_full_and_says_so_before(office_client, charge_set, office,
                                                         tmp_path, layout):  # fmt: skip
    visit = charge_set.note.visit
    page = office_client.get(reverse("billing:superbill", args=[visit.public_id])).content.decode()

    bill = issue_superbill(charge_set, by=office, submit_key=key(), layout=layout)

    text = text_of(bytes(bill.document.content), tmp_path)
    assert SSN in text
    assert "Tax ID (SSN)" in text
    assert SSN not in page
    assert "never by e-mail" in page


def test_papers_for_the_patient_alone_hide_it(charge_set, office, tmp_path):
    patient = charge_set.note.visit.patient
    payment = payments.take_payment(
        patient, amount_cents=2000, method="hsa", received_on=date(2026, 3, 2), by=office,
        submit_key=key(),
    )  # fmt: skip

    receipt = text_of(bytes(issue_receipt(payment, by=office).content), tmp_path)

    note = bytes(charge_set.note.document.content)
    assert HIDDEN in receipt
    assert SSN not in receipt
    assert SSN not in text_of(note, tmp_path)
    assert SSN.encode() not in note


def test_record_sent_elsewhere_and_the_audit_do_not_hold_it(charge_set, office):
    issue_superbill(charge_set, by=office, submit_key=key())

    bundle = bundle_of(charge_set.note.visit.patient)

    assert "517302468" not in str(bundle).replace("-", "")
    assert [e for e in AuditEvent.objects.all() if "517302468" in str(e.detail)] == []
