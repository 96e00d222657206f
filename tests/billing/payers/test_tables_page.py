"""Uploading published tables on screen, and the fees page."""

import gc
import signal
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from billing.models import EditEdition, ExpectedRate, Fee, ReleaseDraft, SettingChange
from billing.services.fees import standing
from billing.services.release_drafts import LASTS
from billing.services.starter import load_codes, load_reference
from clinic.scope import every_practice, scope
from notes.models import DiagnosisCode
from tests.billing.making import make_fees, make_payer_with
from tests.billing.reference.published import (
    ACTIVE,
    MUE_NAME,
    NEVER,
    RVU_NAME,
    mue_text,
    plain,
    ptp_parts,
    rvu_row,
    rvu_text,
    zipped,
)
from tests.snapshot import snapshot

UPLOAD = "billing:upload_table"


@pytest.fixture
def admin(admin_client, practice):
    load_codes()
    with scope(practice):
        yield admin_client


@pytest.fixture
def quiet_signals():
    """The worker's own handlers and its frozen objects stay with the test."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)
    gc.unfreeze()


def uploaded(*files) -> list[SimpleUploadedFile]:
    found = []
    for file in files:
        file.stream.seek(0)
        found.append(SimpleUploadedFile(file.name, file.stream.read()))
    return found


def post(client, kind: str, *files, **more):
    data = {"kind": kind, "files": uploaded(*files), "license_attested": "on"} | more
    return client.post(reverse(UPLOAD), data)


MUE = mue_text("97140,6,3 Date of Service Edit: Clinical,x")


def test_uploaded_edition_waits_with_its_report_until_it_is_accepted(admin):
    response = post(admin, "pairs", *ptp_parts(ACTIVE, NEVER))

    edition = EditEdition.objects.get()
    assert (response.status_code, edition.status, edition.rows_kept) == (302, "draft", 2)
    page = admin.get(reverse("billing:tables"))
    assert page.context["drafts"][0].report[:3] == [
        "Against no earlier edition:", "  added: 2", "    97140/97124 (indicator 0)",
    ]  # fmt: skip

    admin.post(reverse("billing:accept_edition", args=[edition.pk]))

    edition.refresh_from_db()
    assert (edition.status, edition.accepted_by) == ("active", admin.user)
    assert edition.license_attested_at is not None


def test_edition_in_force_is_neither_accepted_again_nor_discarded(admin):
    post(admin, "pairs", *ptp_parts(ACTIVE))
    edition = EditEdition.objects.get()
    admin.post(reverse("billing:accept_edition", args=[edition.pk]))

    for name in ("accept_edition", "discard_edition"):
        admin.post(reverse(f"billing:{name}", args=[edition.pk]))

    assert EditEdition.objects.get().status == "active"


def test_discarded_draft_can_be_read_again(admin):
    post(admin, "limits", plain(MUE_NAME, MUE))
    admin.post(reverse("billing:discard_edition", args=[EditEdition.objects.get().pk]))

    response = post(admin, "limits", plain(MUE_NAME, MUE))

    assert (response.status_code, EditEdition.objects.count()) == (302, 1)


def cut(file):
    file.stream.seek(0)
    return plain(file.name, file.stream.read()[:-40])


@pytest.mark.parametrize(
    ("kind", "files", "sentence"),
    [
        ("pairs", lambda: [*ptp_parts(ACTIVE)[:3], cut(ptp_parts(ACTIVE)[3])],
         "is damaged or cut short: download it again."),
        ("limits", lambda: ptp_parts(ACTIVE)[:1],
         "holds no .csv file: it is not the table looked for."),
        ("pairs", lambda: [plain(MUE_NAME, MUE)], "is a unit-limit (MUE) file"),
        ("fees", lambda: [plain(MUE_NAME, MUE)], "is a unit-limit (MUE) file"),
        ("limits", lambda: [plain(MUE_NAME, MUE), plain("2.csv", MUE)],
         "Choose one file: this table comes in one."),
        ("pairs", lambda: ptp_parts(ACTIVE) * 3, "Choose at most 8 files."),
        ("pairs", list, "Choose the file as you downloaded it."),
    ],
)  # fmt: skip
def test_wrong_file_gets_a_sentence_and_nothing_is_kept(admin, kind, files, sentence):
    before = snapshot()

    response = post(admin, kind, *files())

    assert response.status_code == 422
    [error] = response.context["form"].errors["files"]
    assert sentence in error
    assert snapshot() == before


def test_same_file_twice_is_refused(admin):
    post(admin, "limits", plain(MUE_NAME, MUE))
    before = snapshot()

    response = post(admin, "limits", plain(MUE_NAME, MUE))

    assert response.status_code == 422
    assert response.context["form"].errors["files"][0].endswith("Nothing was imported again.")
    assert snapshot() == before


def test_upload_without_attestation_is_refused(admin):
    response = admin.post(
        reverse(UPLOAD), {"kind": "fees", "files": uploaded(
            plain(RVU_NAME, rvu_text(rvu_row("97140", "0.43", "0.39", "0.01"))))},
    )  # fmt: skip

    assert response.status_code == 422
    assert response.context["form"].errors["files"][0].startswith("Confirm first that the clinic")
    assert not EditEdition.objects.exists()


ORDER = "".join(
    f"{number:05} {code:7} 1 {'Invented short title':60} Invented long title\n"
    for number, code in enumerate(["M542", "M5450"], start=1)
)


ORDER_FILE = "icd10cm-order-2027.txt"


def settle(client, act: str, draft: ReleaseDraft):
    return client.post(reverse(f"billing:{act}_release", args=[draft.pk]))


def test_diagnosis_release_waits_with_its_report_and_is_accepted_without_the_file(admin):
    post(admin, "diagnoses", plain(ORDER_FILE, ORDER))

    [draft] = admin.get(reverse("billing:tables")).context["waiting_releases"]
    assert draft.report[:2] == [
        "From 2026-10-01: 2 codes, 2 billable.", "  added: 2 (M54.2, M54.50)",
    ]  # fmt: skip
    assert not DiagnosisCode.objects.exists()

    response = settle(admin, "accept", draft)

    assert response.status_code == 302
    assert sorted(DiagnosisCode.objects.values_list("code", flat=True)) == ["M54.2", "M54.50"]
    assert not ReleaseDraft.objects.exists()
    assert list(
        SettingChange.objects.filter(subject="Diagnosis codes, ICD-10-CM from 10/01/2026")
        .order_by("pk").values_list("after", flat=True)
    ) == ["read, waiting to be accepted", "accepted, in force"]  # fmt: skip


def test_archive_waits_as_it_was_uploaded_and_counts_from_the_day_given(admin):
    archive = zipped("codes.zip", {"icd10cm-order-april.txt": ORDER.encode()})
    post(admin, "diagnoses", archive, effective="2027-04-01")

    settle(admin, "accept", ReleaseDraft.objects.get())

    assert set(DiagnosisCode.objects.values_list("valid_from", flat=True)) == {date(2027, 4, 1)}


def test_discarded_release_leaves_nothing_but_its_history(admin):
    post(admin, "diagnoses", plain(ORDER_FILE, ORDER))

    settle(admin, "discard", ReleaseDraft.objects.get())

    assert not ReleaseDraft.objects.exists()
    assert not DiagnosisCode.objects.exists()


def test_next_release_takes_the_place_of_the_one_that_waits(admin):
    post(admin, "diagnoses", plain(ORDER_FILE, ORDER))
    post(admin, "diagnoses", plain("icd10cm-order-2028.txt", ORDER))

    assert ReleaseDraft.objects.get().effective == date(2027, 10, 1)


def test_release_of_yesterday_waits_no_longer(admin):
    post(admin, "diagnoses", plain(ORDER_FILE, ORDER))
    draft = ReleaseDraft.objects.get()
    ReleaseDraft.objects.update(read_at=draft.read_at - LASTS)

    settle(admin, "accept", draft)

    assert not DiagnosisCode.objects.exists()
    assert admin.get(reverse("billing:tables")).context["waiting_releases"] == []


def test_worker_drops_the_releases_of_yesterday_in_every_practice(
    admin, client_for, other_practice, quiet_signals
):
    post(admin, "diagnoses", plain(ORDER_FILE, ORDER))
    post(client_for("admin", other_practice), "diagnoses", plain(ORDER_FILE, ORDER))
    with every_practice("both expire"):
        ReleaseDraft.objects.update(read_at=timezone.now() - LASTS)
    post(admin, "diagnoses", plain("icd10cm-order-2028.txt", ORDER))

    call_command("work", once=True)

    with every_practice("what is left of both"):
        assert [draft.name for draft in ReleaseDraft.objects.all()] == ["icd10cm-order-2028.txt"]


def test_release_that_changes_nothing_is_not_kept(admin):
    post(admin, "diagnoses", plain(ORDER_FILE, ORDER))
    settle(admin, "accept", ReleaseDraft.objects.get())
    before = snapshot()

    response = post(admin, "diagnoses", plain(ORDER_FILE, ORDER))

    assert response.context["form"].errors["files"] == [
        "This release is loaded already: the file changes nothing."
    ]
    assert snapshot() == before


def test_release_file_that_is_too_large_is_not_kept(admin):
    before = snapshot()

    response = post(admin, "diagnoses", plain(ORDER_FILE, "x" * (32 << 20) + "x"))

    assert response.context["form"].errors["files"] == [
        "icd10cm-order-2027.txt has more than 32 MB: give the order file or its archive as "
        "downloaded."
    ]
    assert snapshot() == before


def test_release_that_waits_elsewhere_is_out_of_reach(admin, client_for, other_practice):
    stranger = client_for("admin", other_practice)
    post(stranger, "diagnoses", plain(ORDER_FILE, ORDER))
    with scope(other_practice):
        draft = ReleaseDraft.objects.get()

    assert settle(admin, "accept", draft).status_code == 404
    assert settle(admin, "discard", draft).status_code == 404
    assert admin.get(reverse("billing:tables")).context["waiting_releases"] == []
    with scope(other_practice):
        assert ReleaseDraft.objects.get() == draft


def test_page_names_who_imported_but_never_a_person_of_another_practice(
    admin, client_for, other_practice
):
    stranger = client_for("admin", other_practice)
    post(stranger, "limits", plain(MUE_NAME, MUE))

    page = admin.get(reverse("billing:tables"))

    assert str(stranger.user) not in page.content.decode()
    assert page.context["drafts"][0].by_words == "an admin elsewhere"


# --- fees ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amounts", "sentence"),
    [
        ("97140 62.00\nmassage 50", "Line 2 is “massage 50”; write a code and dollars, such as "
         "97140 62.00."),
        ("97140 0", "Line 1: a fee lies between $0.01 and $100,000."),
        ("97140 -5", "Line 1 is “97140 -5”; write a code and dollars, such as 97140 62.00."),
        ("97140 5\n97140 6", "Line 2: 97140 is there twice."),
        ("97140 65", "The fee of 97140 starts on 01/01/2026: the next one has to start after it. "
         "Nothing was changed."),
    ],
)  # fmt: skip
def test_bad_fee_gets_a_sentence_and_none_is_changed(admin, amounts, sentence):
    make_fees()
    before = snapshot()

    response = admin.post(
        reverse("billing:change_fees"),
        {
            "starts_on": "2026-01-01",
            "amounts": amounts,
            "why": "Yearly",
            "seen": standing().fingerprint,
        },
    )

    form = response.context["form"]
    assert response.status_code == 422
    assert [*form.errors.get("amounts", []), *form.non_field_errors()] == [sentence]
    assert snapshot() == before


def test_fees_are_set_from_a_list(admin):
    response = admin.post(
        reverse("billing:change_fees"),
        {
            "starts_on": "2026-07-01",
            "amounts": "97140, $1,062.50\n97110;58",
            "why": "Yearly",
            "seen": standing().fingerprint,
        },
    )

    assert response.status_code == 302
    assert dict(Fee.objects.values_list("code", "amount_cents")) == {
        "97140": 106250, "97110": 5800,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Give either dollars or a share of Medicare's schedule."),
        ({"amount": "30", "percent": "80", "code": "97140"},
         "Give either dollars or a share of Medicare's schedule."),
        ({"amount": "30"}, "An amount in dollars needs its code."),
        ({"percent": "100", "ends_on": "2026-06-30"},
         "The last day lies before the first: correct one of them."),
        ({"amount": "NaN", "code": "97140"}, "An amount lies between $0.01 and $100,000."),
        ({"percent": "900"}, "Write a share from 1 to 400 percent."),
    ],
)  # fmt: skip
def test_bad_rate_gets_a_sentence(admin, typed, sentence):
    payer = make_payer_with("commercial")

    response = admin.post(
        reverse("billing:new_rate", args=[payer.pk]),
        {"starts_on": "2026-07-01", "source": "Contract"} | typed,
    )

    assert response.status_code == 422
    assert sentence in " ".join(
        error for errors in response.context["form"].errors.values() for error in errors
    )
    assert not ExpectedRate.objects.exists()


def test_expected_payment_is_shown_in_the_simulator_and_changes_no_unit(admin):
    load_reference()
    payer = make_payer_with("commercial")
    page = reverse("billing:simulator", args=[payer.pk])
    before = admin.get(page).context["sim"]

    admin.post(
        reverse("billing:new_rate", args=[payer.pk]),
        {"starts_on": "2026-01-02", "source": "Contract", "percent": "100", "reduces": "on"},
    )

    after = admin.get(page).context["sim"]
    assert (before["expected"], after["expected"].words[0]) == (None, "$")
    assert before["comparison"].after.units == after["comparison"].after.units
