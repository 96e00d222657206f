import subprocess

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import ChargeSet, Fee, Superbill
from billing.services.superbills import issue_superbill
from clinic.enums import DocumentKind, Network, Role
from clinic.errors import NotAllowed
from clinic.models import AuditEvent, DocumentCounter, StoredDocument, User
from tests.billing.making import counted, make_charge_set, make_draft, make_fees
from tests.conftest import client_of
from tests.factories import make_block, make_order, make_user, new_key
from tests.snapshot import changed, snapshot

pytestmark = pytest.mark.slow


@pytest.fixture
def office(in_practice) -> User:
    return make_user(Role.OFFICE)


def make_ground(practice) -> None:
    make_fees()
    note = make_draft()
    make_block(note, "09:20", "09:43", technique="therapeutic_exercise", regions=[],
               diagnosis_codes=["M54.2"])  # fmt: skip
    make_order(note.visit.episode)
    make_charge_set(note)


@pytest.fixture
def charge_set(in_practice) -> ChargeSet:
    return ChargeSet.objects.get()


def issue(charge_set, office, key=None) -> Superbill:
    return issue_superbill(charge_set, by=office, submit_key=key or new_key())


def refusal(charge_set, office, key=None) -> str:
    before = snapshot()
    with pytest.raises(NotAllowed) as raised:
        issue(charge_set, office, key)
    assert snapshot() == before
    return str(raised.value)


def test_superbill_is_numbered_stored_and_recorded(charge_set, office):
    key = new_key()

    bill = issue(charge_set, office, key)

    document = StoredDocument.objects.get(kind=DocumentKind.SUPERBILL)
    event = AuditEvent.objects.get(action="superbill.issued")
    assert (bill.number, bill.submit_key, bill.document) == ("SB-000001", key, document)
    assert (bill.issued_by, bill.total_cents) == (office, 6200 + 2 * 6800)
    assert (document.number, document.patient) == ("SB-000001", charge_set.note.visit.patient)
    assert (event.detail["number"], event.detail["total_cents"]) == ("SB-000001", 19800)


def test_asking_again_returns_the_one_that_is_there(charge_set, office):
    first = issue(charge_set, office)
    before = snapshot()

    again = issue(charge_set, office)

    assert again == first
    assert snapshot() == before


def test_printed_lines_are_the_frozen_lines(charge_set, office):
    context = issue(charge_set, office).document.context

    assert [
        (row["code"], row["modifiers"], row["units"], row["fee_cents"], row["charge_cents"],
         row["minutes"], "".join(row["pointers"]))
        for row in context["lines"]
    ] == [
        (line.code, line.modifiers, line.units, line.fee_cents, line.charge_cents, line.minutes,
         line.pointers)
        for line in charge_set.lines.all()
    ]  # fmt: skip
    assert context["total_cents"] == context["balance_cents"] == charge_set.total_cents
    assert context["note_number"] == charge_set.note.number
    assert context["signature"]["record_sha256"] == charge_set.note.digest


def test_paper_shows_every_code_and_amount(charge_set, office, tmp_path):
    bill = issue(charge_set, office)
    path = tmp_path / "bill.pdf"
    path.write_bytes(bytes(bill.document.content))

    text = subprocess.run(
        ["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True
    ).stdout

    for line in charge_set.lines.all():
        [row] = [row for row in text.splitlines() if line.code in row and "$" in row]
        assert f"${line.charge_cents / 100:,.2f}" in row
    assert f"${charge_set.total_cents / 100:,.2f}" in text
    for printed in (bill.number, charge_set.note.number, str(charge_set.note.visit.patient)):
        assert printed in text


def test_numbers_have_no_gap_after_a_refusal(charge_set, office):
    in_network = make_charge_set(make_draft(network=Network.IN))
    issue(charge_set, office)
    refusal(in_network, office)

    second = issue(make_charge_set(make_draft()), office)

    assert second.number == "SB-000002"
    assert DocumentCounter.objects.get(kind=DocumentKind.SUPERBILL).last == 2


def test_in_network_patient_gets_none(office):
    charge_set = make_charge_set(make_draft(network=Network.IN))

    payer = charge_set.note.visit.coverage.payer
    assert refusal(charge_set, office) == (
        f"{payer} is in network: the practice claims for the patient, who may not be billed the "
        "difference. A superbill is for out-of-network and self-pay visits; after the remittance a "
        "statement shows what the patient owes."
    )


def test_line_without_a_fee_is_refused_by_name(office):
    Fee.objects.all().delete()
    charge_set = make_charge_set(make_draft())

    assert refusal(charge_set, office) == (
        "There was no fee for 97140 on the date of service: an admin enters it under Fees, and "
        "the note keeps its charges as they are."
    )


def test_visit_with_nothing_billable_has_none(office):
    note = make_draft()
    note.blocks.all().delete()
    make_block(note, "09:00", "09:20", technique="rest", regions=[])

    assert refusal(make_charge_set(note), office) == (
        "Nothing was billable on this visit, so there is no superbill."
    )


def test_form_that_issued_another_superbill_is_refused(charge_set, office):
    key = new_key()
    issue(charge_set, office, key)

    assert refusal(make_charge_set(make_draft()), office, key) == (
        "This form issued another superbill already: reload the page."
    )


def test_fee_that_changes_later_changes_no_superbill(charge_set, office):
    Fee.objects.update(amount_cents=1)

    assert issue(charge_set, office).total_cents == charge_set.total_cents == 19800


def test_issuing_touches_neither_the_record_nor_the_frozen_charges(charge_set, office):
    before = snapshot()

    issue(charge_set, office)

    seal = {"clinic_signingcertificate"}  # made with the practice's first sealed document
    written = changed(before, snapshot()) - seal
    assert {table for table in written if not table.startswith("billing_")} == {
        "clinic_storeddocument", "clinic_documentcounter", "clinic_auditevent",
    }  # fmt: skip
    assert not written & {"billing_chargeset", "billing_chargeline", "billing_payerpolicy"}


def page(name, charge_set):
    return reverse(f"billing:{name}", args=[charge_set.note.visit.public_id])


def test_desk_issues_and_serves_the_stored_bytes(charge_set, office):
    client = client_of(office)

    issued = client.post(page("issue_superbill", charge_set), {"submit_key": str(new_key())})
    pdf = client.get(page("superbill_pdf", charge_set))

    bill = Superbill.objects.get()
    assert (issued.status_code, issued["Location"]) == (302, page("superbill", charge_set))
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert (pdf.content, pdf["ETag"]) == (
        bytes(bill.document.content), f'"{bill.document.sha256}"',
    )  # fmt: skip


def test_desk_shows_why_there_is_none(office):
    Fee.objects.all().delete()
    charge_set = make_charge_set(make_draft())
    client = client_of(office)

    posted = client.post(page("issue_superbill", charge_set), {"submit_key": "x"}, follow=True)

    sentence = "There was no fee for 97140 on the date of service"
    assert sentence in posted.content.decode()
    assert client.get(page("superbill_pdf", charge_set)).status_code == 404


def test_desk_lists_signed_visits_in_a_fixed_number_of_queries(charge_set, office):
    client, url = client_of(office), reverse("billing:superbills")
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for _ in range(2):
        make_charge_set(make_draft())
    with CaptureQueriesContext(connection) as three:
        response = client.get(url)

    assert len(response.context["page"].object_list) == 3
    assert counted(three) == counted(one)


def test_desk_finds_by_the_start_of_the_last_name(charge_set, office):
    client, url = client_of(office), reverse("billing:superbills")
    name = charge_set.note.visit.patient.last_name

    found = client.get(url, {"q": name.lower()[:6]}).context["page"].object_list
    none = client.get(url, {"q": "nobody"}).context["page"].object_list

    assert ([row.charge_set_id for row in found], list(none)) == ([charge_set.pk], [])
