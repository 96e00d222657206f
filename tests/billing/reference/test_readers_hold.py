"""Whatever the bytes are, a reader answers with rows or with one sentence."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.importers.mue import read_limits
from billing.importers.ptp import read_pairs
from billing.importers.rvu import read_fees
from clinic.published_files import FileRefused, PublishedFile
from notes.importers.icd10cm import read_order_file
from tests.billing.reference.published import (
    ACTIVE,
    ENDED,
    MUE_NAME,
    RVU_NAME,
    mue_text,
    plain,
    ptp_text,
    rvu_row,
    rvu_text,
    zipped,
)

CODES = ("97140", "97530", "98940")
PTP_NAME = "ccipra-v322r0-f4.TXT"
ICD_NAME = "icd10cm-order-2027.txt"
ICD = f"00001 M542    1 {'Cervicalgia':60} Cervicalgia\n".encode()
MUE = mue_text("97140,6,3 Date of Service Edit: Clinical,x").encode("latin-1")
RVU = rvu_text(rvu_row("97140", "0.43", "0.39", "0.01")).encode()
PTP = ptp_text(ACTIVE, ENDED)


def read_last_part(file: PublishedFile) -> object:
    first = [plain(f"ccipra-v322r0-f{part}.TXT", ptp_text()) for part in (1, 2, 3)]
    return read_pairs([*first, file], codes=CODES)


READERS: list[tuple[Callable, str, bytes]] = [
    (read_last_part, PTP_NAME, PTP),
    (lambda file: read_limits(file, codes=CODES), MUE_NAME, MUE),
    (lambda file: read_fees(file, codes=CODES), RVU_NAME, RVU),
    (read_order_file, ICD_NAME, ICD),
]
by_reader = pytest.mark.parametrize(("read", "name", "content"), READERS)


def answers(read: Callable, file: PublishedFile) -> None:
    try:
        read(file)
    except FileRefused as refusal:
        sentence = str(refusal)
    else:
        return
    assert sentence.endswith(".")
    assert "\n" not in sentence


@by_reader
def test_published_form_is_read(read, name, content):
    assert read(PublishedFile(name, io.BytesIO(content))).rows


@pytest.mark.slow
@by_reader
@given(noise=st.binary(max_size=300))
def test_any_bytes_are_answered(read, name, content, noise):
    answers(read, PublishedFile(name, io.BytesIO(noise)))
    answers(read, PublishedFile(name, io.BytesIO(content + noise)))


@pytest.mark.slow
@by_reader
@given(at=st.integers(0, 10_000), noise=st.binary(max_size=8))
def test_any_damage_is_answered(read, name, content, at, noise):
    at %= len(content)

    answers(read, PublishedFile(name, io.BytesIO(content[:at] + noise + content[at + 1 :])))


@pytest.mark.slow
@by_reader
@given(at=st.integers(0, 10_000), noise=st.binary(min_size=1, max_size=4))
def test_any_damage_to_an_archive_is_answered(read, name, content, at, noise):
    archive = zipped("table.zip", {name: content}).stream.getvalue()
    at %= len(archive)

    answers(read, PublishedFile("table.zip", io.BytesIO(archive[:at] + noise + archive[at + 4 :])))
    answers(read, PublishedFile("table.zip", io.BytesIO(archive[:at])))


CODE = st.sampled_from(["97110", "97140", "G0283", "0001A", "S8948", "98940"])
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
PAIR = st.tuples(CODE, CODE, DAYS, st.sampled_from([0, 1, 9])).filter(lambda row: row[0] != row[1])


@pytest.mark.slow
@given(rows=st.lists(PAIR, max_size=20, unique_by=lambda row: row[:3]))
def test_every_valid_row_comes_back_as_it_was(rows):
    lines = [f"{one}\t{two}\t\t{day:%Y%m%d}\t*\t{mark}\tx" for one, two, day, mark in rows]
    codes = {code for row in rows for code in row[:2]}
    first = [plain(f"ccipra-v322r0-f{part}.TXT", ptp_text()) for part in (1, 2, 3)]

    found = read_pairs([*first, plain(PTP_NAME, ptp_text(*lines))], codes=codes)

    assert found.total == len(rows)
    assert [(r.column1, r.column2, r.effective, r.indicator) for r in found.rows] == rows
