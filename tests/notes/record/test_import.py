"""Files of other systems: judged line by line, applied whole, undone by their batch."""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import Coverage, Patient, PatientToken, Payer
from clinic.scope import scope
from clinic.services.patients_search import search_patients
from notes.exchange.columns import WORDS
from notes.exchange.importing import apply_batch, map_columns, read_batch, rows_of
from notes.exchange.presets import GUESSED, LABELS, OF_KIND, fields_of, match_columns
from notes.exchange.undoing import undo_batch
from notes.exchange.values import order_of
from notes.models import Booking, EpisodeOfCare, ImportBatch, Note, Visit
from tests.conftest import client_of
from tests.factories import make_clinician, make_note, make_patient, make_user

DATA = Path(__file__).parent / "data" / "synthea"
JANE = (
    "Patient Number,First Name,Last Name,Birth Date,Sex,Mobile Phone,Province,Medical Alert,"
    "Emergency Contact Name\n"
    "J1,Ana,Silva,05/17/1980,Female,518-555-0100,New York,Latex,Rui\n"
    "J2,Bo,Ek,11/02/1975,Male,,NY,,\n"
)


@pytest.fixture
def office(in_practice):
    make_clinician(first_name="Maya", last_name="Okafor")
    return make_user(Role.OFFICE)


def read(by, text, kind="patients", preset="jane", name="file.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return read_batch(content, name=name, kind=kind, preset=preset, by=by)


def brought(by, text, kind="patients", preset="jane"):
    return apply_batch(read(by, text, kind, preset), by=by)


def whys(batch):
    return [(row.line, row.action, row.why) for row in rows_of(batch) if row.action != "add"]


# --- patients -----------------------------------------------------------------------------


def test_dry_run_writes_nobody(office):
    batch = read(office, JANE)

    assert batch.counts == {"add": 2, "merge": 0, "skip": 0, "reject": 0}
    assert (Patient.objects.count(), batch.state, batch.date_order) == (0, "read", "mdy")


def test_applied_patients_are_complete_and_found(office):
    brought(office, JANE)

    ana = Patient.objects.get(source_id="J1")
    assert (ana.born_on, ana.sex, ana.state, ana.alert, ana.record_number) == (
        date(1980, 5, 17), "F", "NY", "Latex", "J1",
    )  # fmt: skip
    assert ana.contacts.get().name == "Rui"
    assert search_patients("silv 0100", user=office) == [ana]


def test_same_file_again_adds_nobody(office):
    brought(office, JANE)

    again = read(office, JANE)

    assert again.counts == {"add": 0, "merge": 0, "skip": 2, "reject": 0}


def test_known_patient_gets_what_was_missing_and_keeps_the_rest(office):
    known = make_patient(
        first_name="A.", last_name="Silva", born_on=date(1980, 5, 17), phone="111-1111"
    )
    batch = brought(office, JANE)

    known.refresh_from_db()
    assert batch.counts["merge"] == 1
    assert (known.phone, known.state, known.source_id) == ("111-1111", "NY", "J1")
    undo_batch(batch, by=office)
    known.refresh_from_db()
    assert (known.state, known.source_id) == ("", "")


def test_undo_removes_the_batch_and_keeps_what_is_in_use(office):
    batch = brought(office, JANE)
    used = Patient.objects.get(source_id="J2")
    Coverage.objects.create(
        patient=used, payer=Payer.objects.create(name="P"), network="in", starts_on=date(2026, 1, 1)
    )

    kept = undo_batch(batch, by=office)

    assert kept == {"patient": 1}
    assert list(Patient.objects.all()) == [used]
    assert set(PatientToken.objects.values_list("patient", flat=True)) == {used.pk}


def test_batch_is_applied_and_undone_once(office):
    batch = brought(office, JANE)
    with pytest.raises(NotAllowed) as twice:
        apply_batch(batch, by=office)
    undo_batch(batch, by=office)
    with pytest.raises(NotAllowed) as undone:
        undo_batch(batch, by=office)

    assert str(twice.value) == "This file is applied already."
    assert str(undone.value) == "This file is undone: nothing to undo."
    assert Patient.objects.count() == 0


def test_file_with_thirty_percent_bad_lines_brings_the_good_ones_and_tells_the_rest(office):
    lines = [f"G{n},Pat,Good {n},01/02/19{50 + n},F" for n in range(7)]
    lines += ["B1,,Noname,01/02/1960,F", "B2,Pat,Notaday,13/45/1960,F"]
    lines += ["B3,Pat,Unborn,01/02/2199,F"]
    text = "Patient Number,First Name,Last Name,Birth Date,Sex\n" + "\n".join(lines)

    batch = read(office, text)
    told = whys(batch)
    apply_batch(batch, by=office)

    assert told == [
        (9, "reject", "the name is missing"),
        (10, "reject", "“13/45/1960” is not a date"),
        (11, "reject", "the date of birth 01/02/2199 cannot be right"),
    ]
    assert Patient.objects.count() == 7


def test_father_and_son_of_one_name_stay_two(office):
    brought(office, "First Name,Last Name,Birth Date\nJon,Ek,01/02/1950\nJon,Ek,01/02/1980\n")

    assert Patient.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "encoding", "name"),
    [
        (JANE.replace("Ana", "Zoë").encode(), "UTF-8", "Zoë"),
        (("\ufeff" + JANE.replace("Ana", "Zoë")).encode(), "UTF-8", "Zoë"),
        (JANE.replace("Ana", "Zoë").encode("utf-16"), "UTF-16", "Zoë"),
        (JANE.replace("Ana", "Zoë").encode("cp1252"), "Windows", "Zoë"),
        (JANE.replace(",", ";").encode(), "UTF-8", "Ana"),
        (JANE.replace(",", "\t").encode(), "UTF-8", "Ana"),
    ],
)
def test_encodings_and_delimiters_are_found_out(office, content, encoding, name):
    batch = apply_batch(read(office, content), by=office)

    assert batch.encoding == encoding
    assert Patient.objects.filter(first_name=name).count() == 1


@pytest.mark.parametrize(
    ("content", "beginning"),
    [
        (b"PK\x03\x04 a spreadsheet", "This is not a CSV file in UTF-8"),
        (JANE.encode("utf-16-le"), "This is not a CSV file in UTF-8"),
        (b"First Name,Last Name\n", "The file has no rows below its header"),
        (b"", "The file has no rows below its header"),
        (b'First Name,Last Name\n"a"b,c\n', "The file is not a readable CSV"),
    ],
)
def test_file_that_is_no_table_is_refused_with_what_to_do(office, content, beginning):
    with pytest.raises(NotAllowed) as refusal:
        read(office, content)

    assert str(refusal.value).startswith(beginning)
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("cells", "order"),
    [(["05/17/1980"], "mdy"), (["17/05/1980", "01/02/1980"], "dmy"), (["1980-05-17"], "mdy"),
     (["01/02/1980"], "mdy")],
)  # fmt: skip
def test_order_of_dates_is_found_in_the_column(cells, order):
    assert order_of(cells) == order


def test_columns_are_corrected_by_hand(office):
    batch = read(office, "Vorname,Nachname,Geburt\nAna,Silva,17.05.1980\n", preset="generic")
    assert batch.counts["reject"] == 1

    map_columns(
        batch, by=office, order="dmy",
        columns={"first_name": "Vorname", "last_name": "Nachname", "born_on": "Geburt", "x": "y"},
    )  # fmt: skip
    batch.refresh_from_db()
    apply_batch(batch, by=office)

    assert Patient.objects.get().born_on == date(1980, 5, 17)


ODD = "Pt First,Pt Last,Born,Notes\nAna,Silva,05/17/1980,x\n"
BY_HAND = {"first_name": "Pt First", "last_name": "Pt Last", "born_on": "Born"}


def test_columns_set_by_hand_count_for_the_next_file_of_the_same_kind(office):
    first = read(office, ODD, preset="prompt")
    map_columns(first, by=office, order="mdy", columns=BY_HAND)

    later = read(office, ODD.replace("Ana,Silva", "Bo,Ek"), preset="prompt")
    wider = read(office, ODD.replace("Notes", "Remarks"), preset="prompt")

    assert (first.counts["reject"], later.columns, later.counts["add"]) == (1, BY_HAND, 1)
    assert wider.columns == {}


def test_columns_of_a_guess_do_not_follow_into_another_preset(office):
    read(office, JANE, preset="chirotouch")

    chosen = read(office, JANE, preset="jane")

    assert chosen.columns == match_columns("patients", "jane", JANE.partition("\n")[0].split(","))


def test_columns_of_another_practice_are_not_known_here(office, other_practice):
    with scope(other_practice):
        theirs = read(make_user(Role.OFFICE), ODD, preset="prompt")
        map_columns(theirs, by=theirs.read_by, order="mdy", columns=BY_HAND)

    assert read(office, ODD, preset="prompt").columns == {}


def test_page_shows_each_column_with_a_value_of_it_in_words(office):
    client = client_of(office)
    batch = read(office, ODD, preset="prompt")
    act = reverse("notes:import_act", args=[batch.public_id])

    before = client.get(reverse("notes:import", args=[batch.public_id])).content.decode()
    client.post(
        act, {"act": "map", "order": "mdy"} | {f"column_{n}": c for n, c in BY_HAND.items()}
    )
    after = client.get(reverse("notes:import", args=[batch.public_id])).content.decode()

    assert "Born (05/17/1980)</option>" in before
    assert "Not taken from the file: Pt First, Pt Last, Born, Notes." in before
    assert "Not taken from the file: Notes." in after
    assert "as somebody set them by hand" in after


def test_every_field_has_a_word_for_the_page():
    named = {name for kind in OF_KIND for name in fields_of(kind)}

    assert named - set(WORDS) == set()


@pytest.mark.parametrize("preset", LABELS)
@pytest.mark.parametrize("kind", OF_KIND)
def test_every_spelling_of_a_preset_is_recognized(kind, preset):
    aliases = OF_KIND[kind].get(preset, {})

    for field, spellings in aliases.items():
        for spelling in spellings:
            assert match_columns(kind, preset, [spelling]).get(field) == spelling


# --- coverages and appointments -----------------------------------------------------------

APPOINTMENTS = (
    "Patient Number,Appointment Start Date & Time,Appointment End Date & Time,Staff Member Name,"
    "Status,Treatment Name\n"
    "J1,03/02/2020 9:30 AM,03/02/2020 10:15 AM,Maya Okafor,Arrived,PT\n"
    "J1,03/09/2020 9:30 AM,03/09/2020 10:15 AM,Maya Okafor,No Show,PT\n"
    "J2,03/09/2099 13:30,03/09/2099 14:00,\"Okafor, Maya\",,PT\n"
    "J9,03/09/2099 13:30,03/09/2099 14:00,Maya Okafor,,PT\n"
)  # fmt: skip


def test_coverages_find_their_patient_and_payer(office):
    brought(office, JANE)
    Payer.objects.create(name="Known Mutual")
    text = (
        "Patient Number,Insurer Name,Claim Number,End Date\n"
        "J1,known mutual,M-1,\nJ1,New Health,M-2,01/31/2026\nJ9,New Health,M-3,\n"
    )

    batch = brought(office, text, "coverages")

    assert [(c.payer.name, c.member_id, c.rank) for c in Coverage.objects.all()] == [
        ("Known Mutual", "M-1", 1), ("New Health", "M-2", 2),
    ]  # fmt: skip
    assert batch.counts["reject"] == 1
    undo_batch(batch, by=office)
    assert list(Payer.objects.values_list("name", flat=True)) == ["Known Mutual"]


def test_appointments_keep_their_time_state_and_number(office):
    brought(office, JANE)

    batch = brought(office, APPOINTMENTS, "appointments")

    first, second = Visit.objects.filter(patient__source_id="J1").order_by("starts_at")
    assert (first.starts_at, first.booked_minutes) == (
        datetime(2020, 3, 2, 14, 30, tzinfo=UTC), 45,
    )  # fmt: skip
    assert [(v.status, v.number_in_episode) for v in (first, second)] == [
        ("arrived", 1), ("no_show", 2),
    ]  # fmt: skip
    assert Visit.objects.get(patient__source_id="J2").status == "scheduled"
    assert [why for _, action, why in whys(batch) if action == "reject"] == [
        "no patient fits J9: import the patients first"
    ]


def test_undo_of_appointments_keeps_what_was_charted_since(office):
    brought(office, JANE)
    batch = brought(office, APPOINTMENTS, "appointments")
    make_note(Visit.objects.get(patient__source_id="J2"))

    kept = undo_batch(batch, by=office)

    assert kept == {"visit": 1, "episode": 1}
    assert (Visit.objects.count(), Booking.objects.count(), Note.objects.count()) == (1, 1, 1)
    assert EpisodeOfCare.objects.count() == 1


def test_appointment_needs_more_than_a_name(office):
    brought(office, JANE)
    text = "Patient First Name,Patient Last Name,Start\nAna,Silva,1/2/2026 9:00\n"

    batch = read(office, text, "appointments")

    assert [why for _, _, why in whys(batch)] == [
        "no patient number and no date of birth: a name alone is not enough"
    ]


# --- Synthea, pages -----------------------------------------------------------------------


def test_synthea_people_with_coverages_and_encounters_come_in(office):
    for name, kind in (("patients", "patients"), ("payer_transitions", "coverages")):
        brought(office, (DATA / f"{name}.csv").read_bytes(), kind, "synthea")
    encounters = (DATA / "encounters.csv").read_bytes()
    batch = brought(office, encounters, "appointments", "synthea")

    rows = list(csv.DictReader(io.StringIO((DATA / "patients.csv").read_text())))
    assert Patient.objects.count() == len(rows) == 27
    assert {p.source_id for p in Patient.objects.all()} == {row["Id"] for row in rows}
    assert Patient.objects.exclude(state="MA").count() == 0
    assert batch.counts["reject"] == 0
    assert Visit.objects.count() == batch.counts["add"] > 150
    assert Coverage.objects.exists()


def test_page_reads_applies_and_undoes(office_client, in_practice):
    upload = SimpleUploadedFile("people.csv", JANE.encode())
    read_page = office_client.post(
        reverse("notes:imports"), {"kind": "patients", "preset": "jane", "file": upload},
        follow=True,
    )  # fmt: skip
    batch = ImportBatch.objects.get()
    act = reverse("notes:import_act", args=[batch.public_id])

    assert read_page.context["batch"] == batch
    office_client.post(act, {"act": "apply"})
    assert Patient.objects.count() == 2
    office_client.post(act, {"act": "undo"})
    assert Patient.objects.count() == 0


def test_rejected_lines_are_given_back_with_the_reason(office_client, in_practice):
    text = "First Name,Last Name,Birth Date\nAna,Silva,never\n"
    batch = read(office_client.user, text)

    response = office_client.get(reverse("notes:import_rejects", args=[batch.public_id]))

    assert list(csv.reader(io.StringIO(response.content.decode())))[1] == [
        "Ana", "Silva", "never", "2", "“never” is not a date",
    ]  # fmt: skip


# --- presets whose names are published in part, or not at all -------------------------------------

WEBPT = (
    "appointmnet_id,parent_appointment_id,start_date,end_date,check_in_time,check_out_time,"
    "calendar_title,clinic_id,therapist_id,appointment_type,case_id,patient_id,appointment_status\n"
    "901,,2026-03-02 09:00:00,2026-03-02 09:45:00,,,Maya Okafor,1,7,Daily,33,J1,Active\n"
    "902,,2026-03-09 09:00:00,2026-03-09 09:45:00,,,Maya Okafor,1,7,Daily,33,J1,Inactive\n"
)


def test_webpt_extract_of_appointments_needs_no_correction(office):
    brought(office, JANE)

    brought(office, WEBPT, kind="appointments", preset="webpt")

    visits = Visit.objects.order_by("starts_at")
    assert [(v.patient.source_id, v.booked_minutes, v.status) for v in visits] == [
        ("J1", 45, "arrived"), ("J1", 45, "canceled"),
    ]  # fmt: skip
    assert set(Booking.objects.values_list("source_id", flat=True)) == {"901", "902"}


def test_guessed_presets_are_every_one_without_published_names():
    published = {"generic", "handline", "jane", "cliniko", "simplepractice", "intakeq", "synthea"}

    assert set(LABELS) - published == set(GUESSED)


def test_page_says_that_the_names_are_guessed(office):
    client = client_of(office)
    guessed = read(office, JANE, preset="chirotouch")
    known = read(office, JANE)

    pages = [
        client.get(reverse("notes:import", args=[row.public_id])).content.decode()
        for row in (guessed, known)
    ]

    assert ["these are guessed" in page for page in pages] == [True, False]
