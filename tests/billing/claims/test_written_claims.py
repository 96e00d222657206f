"""Every claim we write passes an independent validator, and reads back as it was."""

import io
import json
import logging
import os
import subprocess
from datetime import date
from pathlib import Path

import pytest

from billing.claims.preflight import check_file, preflight
from billing.claims.read_837p import read_837p
from billing.claims.types import Address, Payer, Span
from billing.claims.writer import write_837p
from tests.billing.claims.build import (
    GROUND,
    make_address,
    make_claim,
    make_compensation,
    make_dependent,
    make_elsewhere,
    make_file,
    make_full_compensation,
    make_line,
    make_screened,
    make_secondary,
)

SECOND_VALIDATOR = os.environ.get("HANDLINE_X12_PYTHON", "")
CASES = {
    "medicare": (make_claim(),),
    "dependent": (make_dependent(),),
    "secondary": (make_secondary(),),
    "compensation": (make_compensation(),),
    "replacement": (make_claim(frequency="7", payer_control="14070000123"),),
    "void": (make_claim(frequency="8", payer_control="14070000123"),),
    "accents and lower case": (
        make_dependent(payer=Payer("Plan Santé, Ltée", "60054", Address())),
    ),
    "fifty lines": (make_claim(lines=tuple(make_line(n) for n in range(1, 51))),),
    "twelve diagnoses": (
        make_claim(diagnoses=tuple(f"M54.{n:02d}" for n in range(12)),
                   lines=(make_line(pointers=(12, 1, 2, 3)),)),
    ),
    "another place on a line": (make_claim(lines=(make_line(place="12"),)),),
    "another address": (make_elsewhere(),),
    "supervised": (make_claim(supervising=make_claim().referring),),
    "all of an accident": (make_full_compensation(),),
    "open time off work": (make_claim(off_work=Span(date(2026, 9, 1))),),
    "after a screening": (make_screened(),),
    "batch": (make_claim(), make_dependent(), make_secondary(), make_compensation()),
}  # fmt: skip


def pyx12_errors(text: str) -> list[str]:
    import pyx12.params  # noqa: PLC0415 slow import
    import pyx12.x12n_document  # noqa: PLC0415 slow import

    found: list[str] = []
    listener = logging.Handler()
    listener.emit = lambda record: found.append(record.getMessage())
    listener.setLevel(logging.ERROR)
    logging.getLogger("pyx12").addHandler(listener)
    try:
        passed = pyx12.x12n_document.x12n_document(
            pyx12.params.params(), io.StringIO(text), io.StringIO(), None
        )
    finally:
        logging.getLogger("pyx12").removeHandler(listener)
    return found if found or passed else ["refused without a word"]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_written_file_passes_pyx12(name):
    text = write_837p(make_file(*CASES[name]))

    assert pyx12_errors(text) == []


@pytest.fixture(scope="session")
def second_opinion(tmp_path_factory):
    """What the second validator says of texts: one start of its Python for all of them."""
    script = Path(__file__).with_name("second_validator.py")

    def ask(texts: dict[str, str]) -> dict[str, str]:
        folder = tmp_path_factory.mktemp("x12")
        paths = [folder / f"{place}.x12" for place in range(len(texts))]
        for path, text in zip(paths, texts.values(), strict=True):
            path.write_text(text, encoding="ascii")
        command = [SECOND_VALIDATOR, script, *paths]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        return dict(zip(texts, json.loads(run.stdout), strict=True))

    return ask


needs_second = pytest.mark.skipif(
    not SECOND_VALIDATOR, reason="HANDLINE_X12_PYTHON names no Python (.ci/x12 makes one)"
)


@pytest.mark.slow
@needs_second
def test_written_files_pass_linuxforhealth_x12(second_opinion):
    said = second_opinion({name: write_837p(make_file(*CASES[name])) for name in CASES})

    assert said == dict.fromkeys(CASES, "")


@pytest.mark.slow
@needs_second
def test_linuxforhealth_x12_would_say_what_is_wrong(second_opinion):
    text = write_837p(make_file(make_claim()))

    said = second_opinion({"total": text.replace("CLM*HL1*124*", "CLM*HL1*125*")})

    assert "ValidationError" in said["total"]


@pytest.mark.parametrize("name", CASES)
def test_written_file_passes_our_own_check(name):
    assert check_file(write_837p(make_file(*CASES[name])), GROUND) == []


def test_written_claims_read_back_with_the_same_money_codes_and_dates():
    text = write_837p(make_file(make_claim(), make_dependent()))

    claims, problems = read_837p(text)

    assert problems == ()
    assert [(c.number, c.total_cents, c.diagnoses, c.patient_paid_cents) for c in claims] == [
        ("HL1", 12400, ("M542", "M25511"), 0),
        ("HL2", 12800, ("M542", "M25511"), 2500),
    ]
    assert [(n.code, n.modifiers, n.units, n.pointers, n.served_on, n.id)
            for n in claims[1].lines] == [
        ("98941", (), 1, (1,), date(2026, 11, 19), "HL2L1"),
        ("97140", ("59", "GP"), 1, (2,), date(2026, 11, 19), "HL2L2"),
    ]  # fmt: skip
    assert (claims[1].patient.name.last, claims[1].patient.name.first) == ("PUBLIC", "MARY ANN")


def test_control_number_stands_in_envelope_group_and_header():
    text = write_837p(make_file(make_claim(), control=4711))

    found = [line.rstrip("~").split("*") for line in text.splitlines()]

    assert found[0][13] == "000004711"
    assert (found[1][6], found[-2][2], found[-1][2]) == ("4711", "4711", "000004711")


def test_written_file_is_plain_ascii_in_upper_case():
    text = write_837p(make_file(make_dependent()))

    assert text == text.upper()
    assert text.isascii()


def test_zip_code_of_the_practice_needs_nine_digits_that_of_a_patient_five():
    five = make_address(zip_code="12207")
    claim = make_dependent()

    patient = preflight(make_dependent(patient=type(claim.patient)(
        claim.patient.name, "19", five, claim.patient.born_on, "F")), GROUND)  # fmt: skip
    practice = preflight(
        make_claim(billing=type(claim.billing)(claim.billing.name, claim.billing.npi,
                                               claim.billing.tax_id, five)), GROUND)  # fmt: skip

    assert patient == []
    assert [p.rule for p in practice] == ["claim.zip9"]
