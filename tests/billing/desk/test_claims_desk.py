"""Claims through the services: made, answered, paid, denied, corrected, billed on."""

import json
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from billing.claims.preflight import Ground, check_file
from billing.models import (
    Claim,
    ClaimCounter,
    ClaimFile,
    ClaimSettings,
    DeskItem,
    IncomingFile,
    LedgerEntry,
    Remittance,
    RemittedClaim,
)
from billing.services import claims, claims_transport
from billing.services import payments_ledger as ledger
from billing.services.appeals import make_packet
from billing.services.claims_answers import read_incoming
from billing.services.claims_print import claim_form_pdf
from billing.services.statements import issue_statement
from clinic.enums import Network
from clinic.errors import NotAllowed
from clinic.models import StoredDocument
from tests.billing.claims.remit import Said, acknowledgement, claim_status, remittance
from tests.billing.claims.test_written_claims import pyx12_errors
from tests.billing.desk_making import another_visit, full_address, make_course, make_signed
from tests.billing.making import make_payer_with
from tests.factories import make_coverage

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def make_ground(practice) -> None:
    """A practice that can send claims, and a visit to claim for."""
    full_address(practice)
    ClaimSettings.objects.create(
        submitter_id="SUB0001", receiver_name="Clearing", receiver_id="99999",
        contact_name="Ruth", contact_phone="518-555-0100",
    )  # fmt: skip
    make_signed(network=Network.IN)


@pytest.fixture
def claim(charge_set, office) -> Claim:
    return claims.make_claim_file([charge_set], by=office).file.claims.get()


def state() -> tuple[str, str]:
    item = DeskItem.objects.order_by("pk").first()
    return item.state, item.reason


def test_file_holds_the_visit_and_passes_both_checks(claim):
    text = claim.file.content

    assert check_file(text, Ground(today=date(2026, 12, 1))) == []
    assert pyx12_errors(text) == []
    assert state() == ("sent", "Claim C0000001: Made")
    assert (claim.total_cents, claim.file.claim_count) == (claim.charge_set.total_cents, 1)


def test_list_counts_the_claims_of_each_state(claim, office_client):
    page = office_client.get("/billing/claims/", {"state": "denied"})

    counts = {value: number for value, _, number in page.context["states"]}
    assert (page.context["count"], counts.pop("made"), set(counts.values())) == (1, 1, {0})
    assert list(page.context["page"]) == []


def test_visit_with_a_problem_stays_out_and_the_others_go(charge_set, office):
    course = make_course(network=Network.IN)
    course.coverage.member_id = ""
    course.coverage.save(update_fields=["member_id"])
    broken = make_signed(episode=course)

    made = claims.make_claim_file([charge_set, broken], by=office)

    assert [claim.charge_set for claim in made.file.claims.all()] == [charge_set]
    assert made.refused[0].text == (
        f"{broken.note.visit.patient}: Box 1a: the member id is missing. "
        "Enter it in the patient's coverage."
    )


def test_without_settings_no_number_is_used_up(office, charge_set):
    ClaimSettings.objects.all().delete()

    with pytest.raises(NotAllowed, match="Enter who sends and who receives"):
        claims.make_claim_file([charge_set], by=office)

    assert (ClaimFile.objects.count(), ClaimCounter.objects.count()) == (0, 0)


def test_second_claim_for_the_same_visit_is_refused(claim, charge_set, office):
    with pytest.raises(NotAllowed, match="C0000001 is out already"):
        claims.make_claim_file([charge_set], by=office)

    assert Claim.objects.count() == 1


def test_control_numbers_rise_and_never_go_back(claim, office):
    later = claims.make_claim_file([another_visit(claim.charge_set)], by=office)

    assert (claim.file.control, later.file.control) == (1, 2)
    with pytest.raises(IntegrityError, match="never goes back"), transaction.atomic():
        ClaimCounter.objects.filter(kind="file").update(last=1)
    with pytest.raises(IntegrityError, match="stays as it was written"), transaction.atomic():
        ClaimFile.objects.filter(pk=claim.file_id).update(content="other")


def test_999_rejection_names_the_segment_and_the_claim_goes_again(claim, charge_set, office):
    read_incoming(acknowledgement(1, "R"), name="a.999", by=office)

    assert state()[0] == "attention"
    assert "segment 17 (NM1), error 8" in state()[1]
    again = claims.make_claim_file([charge_set], by=office)
    assert (again.file.control, again.file.claims.get().number) == (2, "C0000002")


def test_277ca_keeps_the_payers_number_and_a_rejection_asks_for_attention(claim, office):
    read_incoming(claim_status(claim.number, "A7:562:85", "PCN1"), name="a.277", by=office)

    claim.refresh_from_db()
    assert (claim.state, claim.payer_control) == ("rejected", "PCN1")
    assert state() == (
        "attention",
        "Rejected: A7:562:85, something is invalid: status 562, billing provider",
    )


def paid(claim, co=2000, pr=1500, **fields):
    charge = claim.total_cents
    return Said(claim.number, charge, charge - co - pr,
                (("CO", "45", co), ("PR", "3", pr)), **fields)  # fmt: skip


def test_835_posts_each_group_on_its_side(claim, charge_set, office):
    read_incoming(remittance(paid(claim)), name="a.835", by=office)

    entries = LedgerEntry.objects.exclude(remitted=None).order_by("pk")
    assert [(e.kind, e.group, e.carc, e.patient_cents, e.payer_cents) for e in entries] == [
        ("payer", "", "", 0, -(claim.total_cents - 3500)),
        ("adjust", "CO", "45", 0, -2000),
        ("adjust", "PR", "3", 1500, -1500),
    ]
    assert ledger.balance_of(charge_set) == ledger.Balance(1500, 0)
    assert state() == ("ready", "Statement: patient owes $15.00")


def test_same_835_twice_posts_once(claim, office):
    text = remittance(paid(claim))
    read_incoming(text, name="a.835", by=office)
    before = LedgerEntry.objects.count()

    with pytest.raises(NotAllowed, match="read already"):
        read_incoming(text, name="b.835", by=office)
    with pytest.raises(NotAllowed, match="Payment TRACE1 of PLAN was posted already"):
        read_incoming(remittance(paid(claim), control=8), name="c.835", by=office)

    assert (LedgerEntry.objects.count(), IncomingFile.objects.count()) == (before, 1)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("CAS*CO*45*20.00", "CAS*CO*45*20.01"),
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("BPR*I*", "BPR*I*9"),
        lambda text: text.replace("GS*HP*", "GS*XX*"),
    ],
    ids=["claim", "cut", "payment", "kind"],
)
def test_835_that_breaks_its_sums_posts_nothing(claim, office, spoil):
    before = LedgerEntry.objects.count()

    with pytest.raises(NotAllowed):
        read_incoming(spoil(remittance(paid(claim))), name="a.835", by=office)

    assert LedgerEntry.objects.count() == before
    assert (Remittance.objects.count(), RemittedClaim.objects.count()) == (0, 0)
    assert IncomingFile.objects.count() == 0
    assert state()[0] == "sent"


def test_one_bad_claim_keeps_the_whole_835_out(claim, office):
    other = claims.make_claim_file([another_visit(claim.charge_set)], by=office).file.claims.get()
    text = remittance(paid(claim), Said(other.number, other.total_cents, 0, (("CO", "45", 1),)))

    with pytest.raises(NotAllowed, match="does not add up"):
        read_incoming(text, name="a.835", by=office)

    assert LedgerEntry.objects.exclude(remitted=None).count() == 0


def test_claim_of_somebody_else_waits_and_the_rest_is_posted(claim, office):
    read_incoming(remittance(paid(claim), Said("OTHER1", 5000, 5000)), name="a.835", by=office)

    waiting = RemittedClaim.objects.get(number="OTHER1")
    assert (waiting.claim, waiting.words) == (
        None, "No claim of ours has this number: the payment waits for a person.",
    )  # fmt: skip
    assert LedgerEntry.objects.exclude(remitted=None).count() == 3


def test_another_charge_than_ours_is_not_posted(claim, office):
    read_incoming(remittance(Said(claim.number, 100, 100)), name="a.835", by=office)

    assert RemittedClaim.objects.get().words.startswith("The payer shows a charge of $1.00")
    assert LedgerEntry.objects.exclude(remitted=None).count() == 0


def test_denial_asks_for_attention_and_leaves_the_payers_side_open(claim, charge_set, office):
    denied = Said(claim.number, claim.total_cents, 0, (("CO", "16", claim.total_cents),), "4")

    read_incoming(remittance(denied), name="a.835", by=office)

    assert state() == ("attention", "Denied: CO 16")
    assert ledger.balance_of(charge_set) == ledger.Balance(0, claim.total_cents)


def test_reversal_takes_back_what_was_posted(claim, charge_set, office):
    read_incoming(remittance(paid(claim)), name="a.835", by=office)
    said = paid(claim)
    back = Said(said.number, -said.charge, -said.paid,
                tuple((g, r, -c) for g, r, c in said.adjustments), "22")  # fmt: skip

    read_incoming(remittance(back, trace="T2", control=8), name="b.835", by=office)

    assert ledger.balance_of(charge_set) == ledger.Balance(0, claim.total_cents)


def test_replacement_and_void_carry_the_payers_number(claim, office):
    with pytest.raises(NotAllowed, match="claim number is not known yet"):
        claims.correct_claim(claim, frequency="7", by=office)
    read_incoming(claim_status(claim.number, control="PCN1"), name="a.277", by=office)

    file = claims.correct_claim(claim, frequency="7", by=office)

    assert "CLM*C0000002*" in file.content
    assert ":B:7*" in file.content
    assert "REF*F8*PCN1~" in file.content
    assert pyx12_errors(file.content) == []
    with pytest.raises(NotAllowed, match="was corrected already"):
        claims.correct_claim(claim, frequency="8", by=office)
    assert Claim.objects.count() == 2


def decided_by_line(claim, short: int = 0) -> Said:
    """The first plan pays all but 10 dollars of each line, of which the patient bears 8."""
    lines = tuple(
        (f"{claim.number}L{n.position}", n.code, n.charge_cents, n.charge_cents - 1000 - short,
         (("CO", "45", 200 + short), ("PR", "2", 800)))
        for n in claim.charge_set.lines.all()
    )  # fmt: skip
    return Said(claim.number, claim.total_cents, sum(line[3] for line in lines), lines=lines)


def second_plan(charge_set):
    payer = make_payer_with("commercial", payer_id="SUP01")
    return make_coverage(patient=charge_set.note.visit.patient, payer=payer, rank=2)


def test_second_plan_waits_for_the_first_ones_decision(claim, charge_set, office):
    with pytest.raises(NotAllowed, match="first plan's decision is missing"):
        claims.claim_secondary(charge_set, second_plan(charge_set), by=office)

    assert Claim.objects.count() == 1


def test_second_plan_gets_what_the_first_one_decided(claim, charge_set, office):
    read_incoming(remittance(decided_by_line(claim)), name="a.835", by=office)
    assert ledger.balance_of(charge_set) == ledger.Balance(1600, 0)

    file = claims.claim_secondary(charge_set, second_plan(charge_set), by=office)

    assert pyx12_errors(file.content) == []
    assert "SBR*S*18*" in file.content
    assert file.content.count("CAS*CO*45*2~\nCAS*PR*2*8~") == 2
    assert ledger.balance_of(charge_set) == ledger.Balance(0, 1600)


def test_what_the_second_plan_leaves_goes_to_the_patient_once(claim, charge_set, office):
    read_incoming(remittance(decided_by_line(claim)), name="a.835", by=office)
    second = claims.claim_secondary(charge_set, second_plan(charge_set), by=office).claims.get()
    rest = second.total_cents - 1200 - 400
    said = Said(second.number, second.total_cents, 1200, (("OA", "23", rest), ("PR", "3", 400)))

    read_incoming(remittance(said, trace="T2", control=8), name="b.835", by=office)

    assert ledger.balance_of(charge_set) == ledger.Balance(400, 0)


def test_statement_shows_only_the_patients_share(claim, charge_set, office):
    with pytest.raises(NotAllowed, match="has not decided"):
        issue_statement([charge_set], by=office)
    read_incoming(remittance(paid(claim)), name="a.835", by=office)

    document = issue_statement([charge_set], by=office)

    assert document.context["result"] == ["You owe", "$15.00"]
    rows = document.context["tables"][0]["rows"]
    assert ["", "Plan's discount, not yours to pay", "−$20.00"] in rows
    assert ["", "Your share: Copay", "$15.00"] in rows


def test_contractual_reduction_never_reaches_the_patient(claim, charge_set, office):
    full_reduction = Said(claim.number, claim.total_cents, 1000,
                          (("CO", "45", claim.total_cents - 1000),))  # fmt: skip

    read_incoming(remittance(full_reduction), name="a.835", by=office)

    assert ledger.account_of(charge_set.note.visit.patient).patient_cents == 0
    assert state() == ("paid", f"Claim {claim.number}")


def test_file_is_dropped_into_the_folder_whole_and_once(claim, office, tmp_path, monkeypatch):
    with pytest.raises(NotAllowed, match="No folder is set up"):
        claims_transport.drop(claim.file, by=office)
    monkeypatch.setenv("HANDLINE_CLAIMS_DIR", str(tmp_path))

    claims_transport.drop(claim.file, by=office)

    folder = tmp_path / f"practice-{claim.practice_id}"
    assert [p.name for p in (folder / "out").iterdir()] == ["000000001.837"]
    assert (folder / "out" / "000000001.837").read_text() == claim.file.content
    claim.refresh_from_db()
    assert claim.state == "sent"
    with pytest.raises(NotAllowed, match="handed over already"):
        claims_transport.drop(claim.file, by=office)


def test_folder_that_cannot_be_written_leaves_the_claim_unsent(
    claim, office, tmp_path, monkeypatch
):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("HANDLINE_CLAIMS_DIR", str(blocked))

    with pytest.raises(NotAllowed, match="cannot be written"), transaction.atomic():
        claims_transport.drop(claim.file, by=office)

    claim.refresh_from_db()
    assert (claim.state, ClaimFile.objects.get().dropped_at) == ("made", None)


def test_answers_in_the_folder_are_read_and_put_aside(claim, in_practice, tmp_path, monkeypatch):
    monkeypatch.setenv("HANDLINE_CLAIMS_DIR", str(tmp_path))
    inbox = tmp_path / f"practice-{in_practice.pk}" / "in"
    inbox.mkdir(parents=True)
    (inbox / "good.835").write_text(remittance(paid(claim)))
    (inbox / "bad.835").write_text("nonsense")

    found = claims_transport.fetch(in_practice)

    assert [(item.name, item.is_read) for item in found] == [("bad.835", False), ("good.835", True)]
    assert list(inbox.iterdir()) == []
    assert (inbox.parent / "read" / "good.835").exists()
    assert (inbox.parent / "refused" / "bad.835").exists()


def test_paper_form_holds_the_claims_values(claim, charge_set):
    content = claim_form_pdf(charge_set, captions=False)

    assert content == claim_form_pdf(charge_set, captions=False)
    assert b"/Courier" in content
    assert claim_form_pdf(charge_set, captions=True) != content


def test_appeal_is_one_pdf_with_cover_and_signed_note(claim, charge_set, office):
    document = make_packet(charge_set, by=office)

    assert document.kind == "appeal"
    titles = [table["title"] for table in document.context["tables"]]
    assert titles == [
        "Units and modifiers, with reasons",
        "Rules that were used, and where they stand",
        "Order, plan of care and certification",
    ]
    assert StoredDocument.objects.filter(kind="appeal").count() == 1


def test_stored_claim_reads_back_as_facts(claim):
    assert json.loads(json.dumps(claim.facts))["number"] == "C0000001"
