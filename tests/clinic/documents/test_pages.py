"""What the context says is what the paper says: text extracted by poppler and compared."""

import io
import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, time

import pikepdf
import pytest

from clinic.documents.contexts import NoteContext
from clinic.documents.errors import DocumentError
from clinic.documents.press import press
from clinic.documents.render import note_job, render_note, superbill_job
from clinic.documents.wording import grouped
from tests.clinic.documents import golden_notes as notes
from tests.clinic.documents import samples as s
from tests.clinic.documents.conformance import faults
from tests.clinic.documents.golden import JOBS, context_of, golden
from tests.clinic.documents.reading import squeezed, text_of

# Fields that steer the page, or are printed in another form that other tests compare.
UNPRINTED = {
    "status", "time_zone", "key", "buckets", "lane", "derivation", "ground", "level",
    "file_sha256", "record_sha256", "discipline", "tax_id_kind", "signed_at", "issued_at",
    "born_on", "voided_at",
}  # fmt: skip


def printed(value, name: str = "", skip: frozenset = frozenset()):
    """Every text and date of a context, except those in UNPRINTED."""
    if name in UNPRINTED | skip:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, datetime):
        return
    elif isinstance(value, date):
        yield f"{value:%m/%d/%Y}"
    elif isinstance(value, time):
        yield f"{value:%H:%M}"
    elif isinstance(value, tuple):
        for item in value:
            yield from printed(item, name, skip)
    elif is_dataclass(value):
        for field in fields(value):
            yield from printed(getattr(value, field.name), field.name, skip)


def paper(body: bytes, folder) -> str:
    """The text without the running lines, which would stand in the middle of what they cut."""
    pages = text_of(body, folder).split("\f")
    flat = "".join(re.sub(r"Page \d+ of \d+\n?$", "", page.strip()) for page in pages)
    return squeezed(flat)


@pytest.mark.parametrize(
    "name",
    ["note-8", "note-59-by-region", "note-no-59", "note-bare", "note-cosigned", "note-amended",
     "note-voided", "note-every-technique"],
)  # fmt: skip
def test_note_prints_every_fact_of_its_context(name, tmp_path):
    made = context_of(name)
    text = paper(golden(name), tmp_path)
    # A note is no bill: the patient's address and the practice's tax number stay off it.
    clinical = replace(
        made,
        patient=replace(made.patient, address="", phone=""),
        practice=replace(made.practice, tax_id=""),
    )

    missing = [
        fact
        for fact in printed(clinical)
        if not all(squeezed(part) in text for part in fact.split("\n\n"))
    ]

    assert missing == []


def test_note_of_sixty_blocks_prints_every_block(tmp_path):
    text = paper(golden("note-60-a4"), tmp_path)

    rows = [f"{b.number}{b.start:%H:%M}–{b.end:%H:%M}{b.minutes}" for b in s.blocks(60)]

    assert [row for row in rows if row not in text] == []


def test_long_text_is_printed_whole(tmp_path):
    context = notes.long_note()
    text = paper(golden("note-long"), tmp_path)
    sentence = squeezed(context.subjective.split(". ")[0] + ".")
    running = squeezed(context.patient.name)

    assert text.count(sentence) >= 40 * 8 - 16  # those cut by a page's end read in two pieces
    assert text.count(running) >= 3


@pytest.mark.parametrize(
    "words",
    ["שלום הכאב פחת היום", "ألم في الرقبة لا يزال", "السلام عليكم إلى الأعلى لأن الإصابة",
     "پارچه گرم کنید و استراحت"],
)  # fmt: skip
def test_right_to_left_text_reads_back_letter_for_letter(words, tmp_path):
    """poppler gives the words of such a run from left to right, as they stand on the page."""
    job = note_job(notes.bare_note())
    html = f'<html lang="en"><title>x</title><body><h1>x</h1><p>Said: {words}.</p></body></html>'

    text = text_of(press(replace(job, html=html, attached=())), tmp_path)

    (line,) = (line for line in text.splitlines() if line.startswith("Said:"))
    plain = unicodedata.normalize("NFKC", re.sub("[\u202a-\u202e\u200e\u200f]", "", line))
    assert plain == f"Said: {' '.join(reversed(words.split()))}."


def test_right_to_left_note_conforms_and_keeps_its_words(tmp_path):
    words = "ألم في الرقبة لا يزال؛ שלום"
    body = render_note(replace(notes.bare_note(), signature=None, status="draft", subjective=words))

    text = unicodedata.normalize("NFKC", text_of(body, tmp_path))
    with pikepdf.open(io.BytesIO(body)) as pdf:
        assert faults(pdf) == {}
    assert set(words.split()) <= set(re.sub("[\u202a-\u202e\u200e\u200f]", "", text).split())


@pytest.mark.parametrize("name", ["superbill-12-a4", "superbill-voided"])
def test_superbill_prints_every_fact_of_its_context(name, tmp_path):
    context = context_of(name)
    text = paper(golden(name), tmp_path)

    missing = [fact for fact in printed(context) if squeezed(fact) not in text]

    assert missing == []


def test_superbill_shows_fee_discount_payment_and_balance(tmp_path):
    text = paper(golden("superbill-1"), tmp_path)

    for amount in ("$62.00", "$124.00", "−$20.00", "$104.00", "−$40.00", "Balancedue$64.00"):
        assert squeezed(amount) in text


def test_paid_superbill_says_so(tmp_path):
    context = s.superbill(1, payments=(replace(s.superbill(1).payments[0], amount_cents=10400),),
                          paid_cents=10400, balance_cents=0)  # fmt: skip

    assert "Paid in full. Balance" in superbill_job(context).html


def test_both_intervals_of_a_59_are_printed(tmp_path):
    text = paper(golden("note-8"), tmp_path)

    assert "59bytime:thetwoservicessharenominute" in text
    assert "97140block108:00–08:08;block208:08–08:14" in text
    assert "97530block608:36–08:46" in text


def test_both_regions_of_a_59_are_printed(tmp_path):
    text = paper(golden("note-59-by-region"), tmp_path)

    assert "59byregion:thetwoservicesshareno" in text
    assert "97140block1shoulder,left" in text
    assert "98940lumbarspine" in text


@pytest.mark.parametrize("name", [name for name in sorted(JOBS) if name[:4] in ("note", "supe")])
def test_every_page_names_patient_date_clinician_document_status_and_page(name, tmp_path):
    pages = text_of(golden(name), tmp_path).split("\f")[:-1]
    who = "mara whitlock" if name[5:].upper() in notes.DISCIPLINES else "renata oyelaran, pt, dpt"
    number = "sn-240000" if name.startswith("note") else "sb-100234"
    state = re.compile(
        "draft|signed|amended|voided" if name.startswith("note") else "issued|voided"
    )

    for place, page in enumerate(pages, start=1):
        flat = squeezed(page)
        running = (
            f"page{place}of{len(pages)}", "born06/22/1976", "dateofservice03/02/2026",
            squeezed(who), number,
        )  # fmt: skip
        assert [words for words in running if words not in flat] == []
        assert state.search(flat)


@pytest.mark.parametrize("name", ["note-1", "note-8", "note-60-a4", "note-59-by-region"])
def test_signature_never_stands_alone_on_a_page(name, tmp_path):
    pages = text_of(golden(name), tmp_path).split("\f")

    (last,) = [page for page in map(squeezed, pages) if "electronicallysignedby" in page]

    assert "whotookpart" in last


def test_signature_block_tells_the_act(tmp_path):
    context = s.signed()
    text = paper(golden("note-8"), tmp_path)

    for words in (
        "Electronically signed by",
        context.signature.attestation,
        "Signed 03/02/2026 09:18:22 EST (UTC-05:00)",
        "Password entered again · identity confirmed 12 s before signing",
        f"Record SHA-256 {grouped(context.fingerprint())}",
        f"Verify at {s.VERIFY}",
    ):
        assert squeezed(words) in text


def test_late_signature_is_called_late():
    ready = replace(s.DRAFT, status="signed", served_on=date(2026, 2, 27))
    context = replace(ready, signature=s.signature(ready.fingerprint()))

    assert "Signed 3 days after the date of service." in note_job(context).html


@pytest.mark.parametrize(
    ("made", "word"), [(s.DRAFT, "DRAFT"), (notes.voided_note(), "VOIDED"), (s.signed(), "")]
)
def test_only_drafts_and_voids_carry_a_mark(made: NoteContext, word):
    assert note_job(made).mark == word


def test_draft_has_neither_signature_nor_record():
    job = note_job(s.DRAFT)

    assert job.attached == ()
    assert "Electronically signed" not in job.html
    assert 'type="checkbox"' not in job.html


def test_signature_of_another_record_is_refused():
    context = replace(s.signed(), plan="Something else.")

    with pytest.raises(DocumentError, match="for another record"):
        render_note(context)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"total_cents": 1}, "The total of superbill SB-100234 is not its charges"),
        ({"paid_cents": 1}, "The paid amount of superbill SB-100234 is not its payments"),
        ({"balance_cents": 1}, "The balance of superbill SB-100234 does not add up"),
    ],
)
def test_superbill_that_does_not_add_up_is_refused(change, words):
    with pytest.raises(DocumentError, match=words):
        superbill_job(s.superbill(3, **change))


def test_unknown_paper_size_is_refused():
    with pytest.raises(DocumentError, match="'a5' is not a paper size"):
        note_job(s.signed(), size="a5")


def test_superbill_carries_no_clinical_text():
    job = superbill_job(s.superbill(3))

    assert [item.name for item in job.attached] == ["superbill.json"]
    for words in (s.DRAFT.subjective[:30], "Tone reduced", "subjective", "response"):
        assert words not in job.html
        assert words not in job.attached[0].body.decode()
