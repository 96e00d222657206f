"""Checks of what: number, diagnoses, lines, amounts, dates."""

import re
from collections.abc import Iterator

from billing.claims.tables import (
    FREQUENCIES,
    LONGEST_NUMBER,
    MOST_DIAGNOSES,
    MOST_LINES,
    MOST_MODIFIERS,
    MOST_POINTERS,
    PLACES,
)
from billing.claims.types import Claim, Line, Problem

_ICD = re.compile(r"[A-TV-Z][0-9][0-9AB][0-9A-Z]{0,4}")
_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_NUMBER = re.compile(r"[0-9A-Z]+")


def head(claim: Claim, ground) -> Iterator[Problem]:
    if not _NUMBER.fullmatch(claim.number) or len(claim.number) > LONGEST_NUMBER:
        yield Problem("26", "the claim number has 1 to 20 letters and digits",
                      "Let Handline number the claim.", claim.number, "claim.number")  # fmt: skip
    if claim.place not in PLACES:
        yield Problem("24B", "the place of service is not in the list",
                      "Correct it under Locations.", claim.place, "claim.place")  # fmt: skip
    if claim.frequency not in FREQUENCIES:
        yield Problem("22", "the claim is an original (1), a replacement (7) or a void (8)",
                      "Choose one.", claim.frequency, "claim.frequency")  # fmt: skip


def resubmission(claim: Claim, ground) -> Iterator[Problem]:
    if claim.frequency in "78" and not claim.payer_control:
        yield Problem("22", "a replacement or void needs the payer's claim number",
                      "Read the payer's acknowledgement or remittance first.",
                      rule="claim.payer-control")  # fmt: skip
    if claim.frequency == "1" and claim.payer_control:
        yield Problem("22", "an original claim carries no claim number of the payer",
                      "Send it as a replacement, or take the number out.", claim.payer_control,
                      "claim.payer-control")  # fmt: skip


def diagnoses(claim: Claim, ground) -> Iterator[Problem]:
    codes = claim.diagnoses
    if not codes:
        yield Problem("21", "there is no diagnosis", "Add one to the episode of care.",
                      rule="claim.diagnoses")  # fmt: skip
    if len(codes) > MOST_DIAGNOSES:
        yield Problem("21", f"a claim carries at most {MOST_DIAGNOSES} diagnoses, this one "
                      f"{len(codes)}", "Keep those the lines point to.",
                      rule="claim.diagnoses")  # fmt: skip
    for letter, code in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", codes, strict=False):
        if not _ICD.fullmatch(code) or (ground.diagnoses and code not in ground.diagnoses):
            yield Problem(f"21{letter}", "this is no ICD-10-CM code of that date",
                          "Choose the code from the list.", code, "claim.icd")  # fmt: skip
    for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
        yield Problem("21", "a diagnosis is listed twice", "List it once.", code, "claim.icd-twice")


def lines(claim: Claim, ground) -> Iterator[Problem]:
    if not claim.lines:
        yield Problem("24", "there is no line to bill", "Choose a visit with charges.",
                      rule="claim.lines")  # fmt: skip
    if len(claim.lines) > MOST_LINES:
        yield Problem("24", f"a claim carries at most {MOST_LINES} lines, this one "
                      f"{len(claim.lines)}", "Split it by date of service.",
                      rule="claim.lines")  # fmt: skip
    for number, line in enumerate(claim.lines, start=1):
        yield from _line(number, line, claim, ground)
    ids = [part for line in claim.lines for part in (line.id.split("|") if line.id else [])]
    for twice in dict.fromkeys(i for i in ids if ids.count(i) > 1):
        yield Problem("24", "a line has two control numbers, or two lines share one",
                      "Number each line once.", twice, "claim.line-id")  # fmt: skip


def _line(number: int, line: Line, claim: Claim, ground) -> Iterator[Problem]:
    which = f"line {number}"
    if not _CODE.fullmatch(line.code) or (ground.procedures and line.code not in ground.procedures):
        yield Problem("24D", f"{which} holds no known procedure code",
                      "Choose the code from the list.", line.code, "claim.code")  # fmt: skip
    if len(line.modifiers) > MOST_MODIFIERS:
        yield Problem("24D", f"{which} has more than four modifiers",
                      "Keep those that change payment.", " ".join(line.modifiers),
                      "claim.modifiers")  # fmt: skip
    for modifier in line.modifiers:
        if not _MODIFIER.fullmatch(modifier):
            yield Problem("24D", f"a modifier of {which} is not two letters or digits",
                          "Correct it.",
                          modifier, "claim.modifier")  # fmt: skip
    if line.place and line.place not in PLACES:
        yield Problem("24B", f"the place of service of {which} is not in the list", "Correct it.",
                      line.place, "claim.place")  # fmt: skip
    yield from _pointers(line, which, len(claim.diagnoses))
    yield from _amounts(line, which)
    if line.served_on is None:
        yield Problem("24A", f"the date of service of {which} is missing", "Enter it.",
                      rule="claim.date")  # fmt: skip
    elif line.served_on > ground.today:
        yield Problem("24A", f"the date of service of {which} is still to come",
                      "Bill after the visit.", f"{line.served_on:%m/%d/%Y}",
                      "claim.future")  # fmt: skip


def _pointers(line: Line, which: str, known: int) -> Iterator[Problem]:
    if not line.pointers:
        yield Problem("24E", f"{which} points to no diagnosis",
                      "Return it to the therapist: each block names its diagnosis.",
                      rule="claim.pointer")  # fmt: skip
    if len(line.pointers) > MOST_POINTERS:
        yield Problem("24E", f"{which} points to more than four diagnoses", "Keep four.",
                      rule="claim.pointer")  # fmt: skip
    for pointer in line.pointers:
        if not 1 <= pointer <= min(known, MOST_DIAGNOSES):
            yield Problem("24E", f"{which} points to a diagnosis that the claim does not list",
                          f"It lists {known}.", str(pointer), "claim.pointer")  # fmt: skip


def _amounts(line: Line, which: str) -> Iterator[Problem]:
    if not 1 <= line.units <= 9999:
        yield Problem("24G", f"the units of {which} are not a whole number from 1 up",
                      "Correct them.", str(line.units), "claim.units")  # fmt: skip
    if line.charge_cents < 0:
        yield Problem("24F", f"the charge of {which} is negative", "Send a replacement instead.",
                      _dollars(line.charge_cents), "claim.charge")  # fmt: skip
    if line.charge_cents == 0:
        yield Problem("24F", f"{which} has no charge",
                      "Enter the fee of that date under Fees.", line.code,
                      "claim.charge")  # fmt: skip


def total(claim: Claim, ground) -> Iterator[Problem]:
    found = sum(line.charge_cents for line in claim.lines)
    if claim.total_cents != found:
        yield Problem("28", "the total is not the sum of its lines",
                      f"The lines add up to {_dollars(found)}.",
                      _dollars(claim.total_cents), "claim.total")  # fmt: skip


def _dollars(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}${abs(cents) / 100:,.2f}"


CHECKS = (head, resubmission, diagnoses, lines, total)
