"""ICD-10-CM: the order file, searching by code and words, and headers that name their children."""

import io
import zipfile
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from clinic.errors import HandlineError, NotAllowed
from clinic.models import AuditEvent
from clinic.published_files import PublishedFile
from clinic.scope import every_practice
from notes.importers.icd10cm import DiagnosisRow, read_order_file
from notes.models import DiagnosisCode
from notes.services.diagnoses import check_billable, load_starter_diagnoses, search_diagnoses
from notes.services.diagnosis_releases import accept_release, compare_release

pytestmark = pytest.mark.django_db
NAME = "icd10cm-order-2027.txt"
VISIT = date(2026, 3, 2)
CODES = [
    ("M54", "0", "Dorsalgia"),
    ("M542", "1", "Cervicalgia"),
    ("M545", "0", "Low back pain"),
    ("M5450", "1", "Low back pain, unspecified"),
    ("M5451", "1", "Vertebrogenic low back pain"),
]


def order_text(codes=CODES, end: str = "\n") -> bytes:
    rows = [
        f"{number:05} {code:7} {flag} {title[:60]:60} {title}"
        for number, (code, flag, title) in enumerate(codes, 1)
    ]
    return (end.join(rows) + end).encode()


def published(content: bytes, name: str = NAME) -> PublishedFile:
    return PublishedFile(name, io.BytesIO(content))


def release(codes=CODES, name: str = NAME):
    return read_order_file(published(order_text(codes), name))


def refused(content: bytes, name: str = NAME) -> str:
    with pytest.raises(HandlineError) as refusal:
        read_order_file(published(content, name))
    return str(refusal.value)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_order_file_is_read_by_its_columns(end):
    found = read_order_file(published(order_text(end=end)))

    assert found.effective == date(2026, 10, 1)
    assert found.rows == [
        DiagnosisRow("M54", "Dorsalgia", False),
        DiagnosisRow("M54.2", "Cervicalgia", True),
        DiagnosisRow("M54.5", "Low back pain", False),
        DiagnosisRow("M54.50", "Low back pain, unspecified", True),
        DiagnosisRow("M54.51", "Vertebrogenic low back pain", True),
    ]


def test_order_file_is_picked_from_the_archive():
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as archive:
        archive.writestr("icd10cm-codes-2027.txt", "M542 Cervicalgia")
        archive.writestr("icd10cm-order-addenda-2027.txt", "Add: M542")
        archive.writestr(NAME, order_text())

    found = read_order_file(PublishedFile("icd10cm-code-descriptions-2027.zip", store))

    assert len(found.rows) == 5


def test_category_with_two_letters_is_a_code():
    assert release([("QA0", "0", "A category of 2025")]).rows[0].code == "QA0"


def test_first_day_may_be_given():
    content = published(order_text(), "icd10cm-order-april.txt")

    assert read_order_file(content, effective=date(2027, 4, 1)).effective == date(2027, 4, 1)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"00002 M542    2 Cervicalgia", "column 15 holds 2 instead of 0 or 1"),
        (b"00002 54200   1 Cervicalgia", "the row does not have a code in columns 7 to 13"),
        (b"2 M542 1 Cervicalgia", "the row does not have a code in columns 7 to 13"),
        (b"00002 M542    1 Cervicalgia", "the long title is missing or too long"),
    ],
)
def test_malformed_row_is_refused_with_its_line(line, fault):
    assert refused(order_text(CODES[:1]) + line + b"\n") == (
        f"{NAME}, line 2: {fault}. Nothing was imported."
    )


def test_other_files_are_told_apart():
    assert refused(b"Column1/Column2 Edits\t\t\n") == (
        f"{NAME} is a code-pair (PTP) file, not an ICD-10-CM order file: use import_ptp."
    )
    assert refused(b"hello\n") == (
        f"{NAME} is not an ICD-10-CM order file: its heading does not have the expected columns."
    )
    assert refused(b"") == f"{NAME} is empty."
    assert refused(order_text() + order_text()) == (
        f"{NAME} lists a code twice. Nothing was imported."
    )
    assert refused(order_text(), "codes.txt").startswith("codes.txt does not say which year")
    assert refused(b"PK\x03\x04cut", "codes.zip") == (
        "codes.zip is damaged or cut short: download it again."
    )


def test_archive_without_an_order_file_is_refused():
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as archive:
        archive.writestr("icd10cm-codes-2027.txt", "M542 Cervicalgia")
        archive.writestr("readme.txt", "words")

    with pytest.raises(HandlineError) as refusal:
        read_order_file(PublishedFile("codes.zip", store))

    assert str(refusal.value) == (
        "codes.zip holds no order file: take the code descriptions archive."
    )


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_accented_titles_are_kept_unaltered(encoding):
    text = order_text([("H810", "1", "Ménière's disease")]).decode().encode(encoding)

    assert read_order_file(published(text)).rows[0].title == "Ménière's disease"


def test_release_opens_and_closes_codes():
    accept_release(release(name="icd10cm-order-2026.txt"))
    later = [row for row in CODES if row[0] != "M5451"] + [("M549", "1", "Dorsalgia, unspecified")]

    changes = accept_release(release(later))

    assert ([row.code for row in changes.added], changes.revised, changes.ended) == (
        ["M54.9"],
        (),
        ("M54.51",),
    )
    assert list(
        DiagnosisCode.objects.filter(code__in=["M54.51", "M54.9"]).values_list(
            "code", "valid_from", "valid_to"
        )
    ) == [
        ("M54.51", date(2025, 10, 1), date(2026, 9, 30)),
        ("M54.9", date(2026, 10, 1), None),
    ]
    with every_practice("the tables belong to no practice"):
        assert AuditEvent.unscoped.filter(action="diagnoses.imported").count() == 2


def test_code_that_became_a_header_has_both_spans():
    accept_release(release(name="icd10cm-order-2026.txt"))
    later = [
        *CODES[:1],
        ("M542", "0", "Cervicalgia"),
        ("M5420", "1", "Cervicalgia, unspecified"),
        *CODES[2:],
    ]

    accept_release(release(later))

    assert check_billable("M54.2", on=VISIT).title == "Cervicalgia"
    with pytest.raises(NotAllowed) as refusal:
        check_billable("M54.2", on=date(2026, 10, 1))
    assert str(refusal.value) == "M54.2 is a header: choose M54.20."


def test_title_put_right_on_the_same_day_replaces_the_row():
    accept_release(release())

    accept_release(release([*CODES[:1], ("M542", "1", "Neck pain"), *CODES[2:]]))

    assert list(DiagnosisCode.objects.filter(code="M54.2").values_list("title", "valid_from")) == [
        ("Neck pain", date(2026, 10, 1))
    ]


def test_same_release_twice_is_refused():
    accept_release(release())

    with pytest.raises(NotAllowed, match="loaded already: the file changes nothing"):
        accept_release(release())

    assert DiagnosisCode.objects.count() == 5


def test_older_release_is_refused():
    accept_release(release())

    with pytest.raises(NotAllowed, match="import releases in the order of their dates"):
        compare_release(release(name="icd10cm-order-2026.txt"))

    assert DiagnosisCode.objects.count() == 5


def test_command_shows_the_difference_and_writes_only_when_told(tmp_path, capsys):
    path = tmp_path / NAME
    path.write_bytes(order_text())

    call_command("import_icd10cm", str(path))

    assert capsys.readouterr().out.splitlines() == [
        "From 2026-10-01: 5 codes, 3 billable.",
        "  added: 5 (M54, M54.2, M54.5, M54.50, M54.51)",
        "  revised: 0",
        "  ended: 0",
        "Nothing was written. Run again with --accept to take it over.",
    ]
    assert not DiagnosisCode.objects.exists()

    call_command("import_icd10cm", str(path), accept=True)

    assert DiagnosisCode.objects.count() == 5
    with pytest.raises(CommandError, match="the file changes nothing"):
        call_command("import_icd10cm", str(path), accept=True)


@pytest.fixture
def starter(db) -> None:
    load_starter_diagnoses()


def test_starter_is_loaded_once_and_leaves_imported_codes_alone():
    accept_release(release([("M542", "1", "A later title")]))

    added = load_starter_diagnoses()

    assert added > 700
    assert load_starter_diagnoses() == 0
    assert DiagnosisCode.objects.get(code="M54.2").title == "A later title"


@pytest.mark.parametrize("text", ["M54.5", "m545", "M545", " m54.5 "])
def test_search_by_code_finds_billable_codes_with_or_without_the_dot(starter, text):
    found = search_diagnoses(text, on=VISIT)

    assert [code.code for code in found] == ["M54.50", "M54.51", "M54.59"]


def test_search_by_words_needs_all_of_them(starter):
    found = search_diagnoses("capsulitis LEFT", on=VISIT)

    assert [(code.code, code.title) for code in found] == [
        ("M75.02", "Adhesive capsulitis of left shoulder")
    ]


def test_search_by_words_shows_muscles_and_joints_first(starter):
    found = search_diagnoses("pain", on=VISIT, limit=500)

    chapters = [code.code[0] == "M" for code in found]
    assert (chapters[0], chapters[-1]) == (True, False)
    assert chapters == sorted(chapters, reverse=True)


def test_search_keeps_to_the_day_and_the_limit(starter):
    assert [code.code for code in search_diagnoses("M54.5", on=date(2021, 9, 30))] == ["M54.5"]
    assert search_diagnoses("M51.360", on=date(2024, 9, 30)) == []
    assert len(search_diagnoses("pain", on=VISIT, limit=4)) == 4
    assert search_diagnoses("  ", on=VISIT) == []
    assert search_diagnoses("100% _", on=VISIT) == []


@pytest.mark.parametrize(
    ("code", "on", "sentence"),
    [
        ("M54.5", VISIT, "M54.5 is a header: choose M54.50, M54.51 or M54.59."),
        (
            "m5136",
            VISIT,
            "M51.36 is a header: choose M51.360, M51.361, M51.362 or M51.369.",
        ),
        (
            "M75",
            VISIT,
            "M75 is a header: search for M75 and choose a code below it, such as M75.00.",
        ),
        (
            "M54.50",
            date(2021, 9, 30),
            "M54.50 starts on Oct 1, 2021, after the visit on Sep 30, 2021.",
        ),
        (
            "726.0",
            VISIT,
            "726.0 is not an ICD-10-CM code that is loaded here: search for it by words.",
        ),
    ],
)
def test_code_that_cannot_be_billed_is_refused_with_what_to_choose(starter, code, on, sentence):
    with pytest.raises(NotAllowed) as refusal:
        check_billable(code, on=on)

    assert str(refusal.value) == sentence


def test_header_without_a_billable_code_below_says_so():
    accept_release(release([("M54", "0", "Dorsalgia")]))

    with pytest.raises(NotAllowed) as refusal:
        check_billable("M54", on=date(2026, 10, 1))

    assert str(refusal.value) == "M54 is a header: search for a billable code below it."


def test_ended_code_says_when_it_ended(starter):
    DiagnosisCode.objects.filter(code="M54.2").update(valid_to=date(2025, 9, 30))

    with pytest.raises(NotAllowed) as refusal:
        check_billable("M54.2", on=VISIT)

    assert str(refusal.value) == "M54.2 ended on Sep 30, 2025, before the visit on Mar 2, 2026."


@pytest.mark.parametrize("code", ["M54.50", "m54.2", "S83.511A", "M75.02"])
def test_billable_code_is_returned(starter, code):
    assert check_billable(code, on=VISIT).code == code.upper()


def test_every_shipped_header_names_a_billable_code_below_it(starter):
    today = date(2026, 1, 1)
    headers = DiagnosisCode.objects.filter(billable=False, valid_to=None)

    for header in headers:
        below = DiagnosisCode.objects.filter(code__startswith=header.code, billable=True)
        assert below.filter(valid_from__lte=today).exclude(code=header.code).exists(), header
