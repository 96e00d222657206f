"""Findings about units, pairs, modifiers and codes. They never change a charge."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from billing.engine.modifiers import (
    COVERED_CMT,
    TELEHEALTH,
    accrual,
    excluded,
    plan_modifier,
)
from billing.engine.pairs import EM, Scene
from billing.engine.parts import Part
from billing.engine.reading import either
from billing.engine.rules import Rule
from billing.engine.services import Service
from billing.engine.tables import edition_of
from billing.engine.types import Finding, Line
from billing.engine.units import OTHER_BASIS
from billing.engine.words import listed

NO_DISCIPLINE = Rule(
    "modifiers.discipline-unknown",
    "Without a discipline no GP, GO or GN can be chosen",
    "CMS: services under a plan of care",
    "warn",
)
NO_THRESHOLD = Rule(
    "modifiers.threshold-not-loaded",
    "KX cannot be judged in a year whose threshold is not loaded",
    "CMS announces each year's threshold; Noridian lists them",
    "warn",
)
NO_ACCRUAL = Rule(
    "modifiers.accrual-unknown",
    "KX cannot be judged without the year's accrued amount",
    "Noridian: per-beneficiary KX modifier thresholds",
    "info",
)
NEAR = Rule(
    "modifiers.threshold-near",
    "A visit may carry the patient over the threshold; our figure for near is $150",
    "Noridian: per-beneficiary KX modifier thresholds",
    "info",
)
REVIEW = Rule(
    "modifiers.threshold-review",
    "Above the review threshold claims may be picked for medical review",
    "CMS Therapy Services page: targeted medical review",
    "info",
)
NOT_SAID = Rule(
    "modifiers.chiropractic-unknown",
    "Medicare denies a spinal adjustment without AT, GA or GZ",
    "NGS Medicare 1763399; Noridian: chiropractic claim requirements",
    "block",
)
RECORDS = Rule(
    "pairs.attach-records",
    "A payer that wants the record with 97140 beside an adjustment",
    "The payer's policy; ChiroCode on denials since 2013",
    "warn",
)
NEVER = Rule(
    "pairs.never-together",
    "A payer that denies one code beside another whatever the modifier; appeal with the record",
    "The payer's policy; WebPT 2023 on 97530 beside 97140",
    "warn",
)
OLD_EDITION = Rule(
    "tables.edition",
    "The edits in use are of another quarter than the visit",
    "CMS publishes the edits every quarter",
    "info",
)
NO_EDITION = Rule(
    "tables.missing",
    "The payer's rules name a table of edits that is not loaded",
    "The payer's policy; no edition of Medicaid's table ships",
    "warn",
)
DIAGNOSIS = Rule(
    "diagnoses.replaced",
    "A diagnosis code that ended or became a heading, and what to use instead",
    "ICD-10-CM releases; the crosswalk from ICD-9",
    "block",
)
SHAPE = Rule(
    "diagnoses.shape",
    "A diagnosis that does not look like ICD-10-CM",
    "ICD-10-CM code structure; ICD-9 ended on 2015-09-30",
    "warn",
)
HANDS_ON = Rule(
    "modifiers.hands-on-telehealth",
    "Hands-on work cannot be given by telehealth",
    "CPT modifier 95",
    "block",
)
ADD_ON = Rule(
    "codes.add-on",
    "An add-on code stands only beside its base code",
    "CMS add-on code edits, 2024-06",
    "warn",
)
RULES = (
    ADD_ON, NO_DISCIPLINE, NO_THRESHOLD, NO_ACCRUAL, NEAR, REVIEW, NOT_SAID, RECORDS, NEVER,
    OLD_EDITION, NO_EDITION, DIAGNOSIS, SHAPE, HANDS_ON,
)  # fmt: skip

NEAR_CENTS = 150_00
ADD_ONS = {
    "90913": ("90912",),
    "96113": ("96112",),
    "97130": ("97129",),
    "97546": ("97545",),
    "97551": ("97550",),
    "97598": ("97597",),
    "97811": ("97810", "97813"),
    "97814": ("97810", "97813"),
    "98981": ("98980",),
}
ICD10 = re.compile(r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?")


class Bill(NamedTuple):
    """A derivation that is done, as findings see it."""

    scene: Scene
    services: tuple[Service, ...]
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]


Remark = Callable[[Bill], Iterable[Finding]]


def discipline_known(bill: Bill) -> Iterator[Finding]:
    scene = bill.scene
    if scene.policy.plan_modifier and not scene.day.discipline:
        codes = [p.service.code for p in bill.parts if p.service.fact.therapy == "always"]
        if codes:
            yield NO_DISCIPLINE.finding(
                "The clinician's discipline is not known, so no line carries GP, GO or GN."
            )


def threshold_known(bill: Bill) -> Iterator[Finding]:
    scene = bill.scene
    if not scene.policy.threshold_modifier or not any(
        plan_modifier(scene, part.service) and not excluded(scene, part.service)
        for part in bill.parts
    ):
        return
    year = scene.day.date.year
    row = scene.tables.thresholds.get(year)
    accrued, limit, name = accrual(scene.day, scene.tables)
    if row is None:
        known = max(scene.tables.thresholds, default=None)
        newest = f"; the newest one loaded is of {known}" if known else ""
        yield NO_THRESHOLD.finding(
            f"The KX threshold of {year} is not loaded{newest}. No line carries KX."
        )
    elif accrued is None:
        yield NO_ACCRUAL.finding(
            f"What {name} accrued in {year} is not known, so KX was not judged."
        )
    elif limit - NEAR_CENTS <= accrued < limit and not any(part.above for part in bill.parts):
        yield NEAR.finding(
            f"{name} accrued ${accrued / 100:,.2f} of ${limit / 100:,.2f}: this visit may go "
            "above the threshold."
        )
    elif accrued >= row.review_cents:
        yield REVIEW.finding(
            f"{name} accrued ${accrued / 100:,.2f}, above the review threshold of "
            f"${row.review_cents / 100:,.2f}."
        )


def chiropractic_said(bill: Bill) -> Iterator[Finding]:
    day, policy = bill.scene.day, bill.scene.policy
    if policy.chiropractic != "medicare" or day.discipline != "DC":
        return
    codes = [line.code for line in bill.lines if line.code in COVERED_CMT]
    if codes and day.active_treatment is None:
        yield NOT_SAID.finding(
            f"Say whether {codes[0]} is active treatment or maintenance; without AT, GA or GZ "
            "Medicare denies it."
        )
    elif codes and not day.active_treatment and day.abn is None:
        yield NOT_SAID.finding(
            f"{codes[0]} is maintenance: say whether a notice was signed (GA) or not (GZ)."
        )


def records_attached(bill: Bill) -> Iterator[Finding]:
    if bill.scene.policy.cmt_with_97140 != "attach-records":
        return
    codes = {part.service.code for part in bill.parts}
    cmt = sorted(p.service.code for p in bill.parts if p.service.fact.family == "cmt")
    if cmt and "97140" in codes:
        yield RECORDS.finding(
            f"This payer denies 97140 beside {cmt[0]} at first, even with a modifier; attach "
            "the record."
        )


def never_together(bill: Bill) -> Iterator[Finding]:
    for first, second in bill.scene.policy.never_paid_together:
        codes = {part.service.code for part in bill.parts}
        if first in codes and second in codes:
            yield NEVER.finding(
                f"This payer does not pay {second} beside {first}, even where a modifier is "
                "due; expect a denial and appeal with the record."
            )


def edition_current(bill: Bill) -> Iterator[Finding]:
    scene = bill.scene
    edition = scene.edition if bill.lines else ""
    if edition and not scene.policy.edits.as_of and edition != edition_of(scene.day.date):
        yield OLD_EDITION.finding(
            f"The edits in use are of {edition}; the visit is in {edition_of(scene.day.date)}."
        )


def edition_loaded(bill: Bill) -> Iterator[Finding]:
    scene = bill.scene
    if bill.lines and scene.policy.edits.source != "none" and not scene.edition:
        yield NO_EDITION.finding(
            f"No edits of {scene.policy.edits.source} are loaded, so no two codes were compared: "
            "import its current file."
        )


def diagnoses_valid(bill: Bill) -> Iterator[Finding]:
    day = bill.scene.day
    for code in day.diagnoses:
        row = bill.scene.tables.replaced_diagnoses.get(code)
        if row is not None and (row.ended is None or day.date > row.ended):
            yield DIAGNOSIS.finding(f"{code} {row.why}.")
        elif row is None and not _looks_like_icd10(code):
            yield SHAPE.finding(f"{code[:40]} does not look like an ICD-10-CM code.")


@lru_cache(maxsize=4096)
def _looks_like_icd10(code: str) -> bool:
    return ICD10.fullmatch(code) is not None


def telehealth_possible(bill: Bill) -> Iterator[Finding]:
    if not bill.scene.remote:
        return
    for part in bill.parts:
        far = [piece for piece in part.pieces if piece.item.telehealth]
        ids = tuple(sorted(piece.item.id for piece in far if piece.item.id))
        code = part.service.code
        if far and part.service.fact.hands_on:
            yield HANDS_ON.finding(f"{code} is hands-on and cannot be given by telehealth.", ids)
        elif far and len(far) < len(part.pieces):
            yield TELEHEALTH.finding(
                f"Only a part of {code} was given by telehealth; its line carries no 95.", ids
            )


def office_visit_documented(bill: Bill) -> Iterator[Finding]:
    for line in bill.lines:
        if "25" in line.modifiers:
            yield EM.finding(
                f"{line.code} carries 25: it needs documentation of its own, apart from the "
                "treatment's."
            )


def other_basis(bill: Bill) -> Iterator[Finding]:
    codes = [p.service.code for p in bill.parts if p.service.fact.basis == "other"]
    if codes:
        yield OTHER_BASIS.finding(
            f"{listed(codes)}: counted by another measure than 15 minutes, so one unit is "
            "proposed; check it."
        )


def add_on_stands(bill: Bill) -> Iterator[Finding]:
    for added in bill.lines:
        bases = ADD_ONS.get(added.code, ())
        if bases and not any(line.code in bases for line in bill.lines):
            yield ADD_ON.finding(f"{added.code} is an add-on to {either(bases)}, not billed here.")


REMARKS: tuple[Remark, ...] = (
    discipline_known,
    threshold_known,
    chiropractic_said,
    records_attached,
    never_together,
    edition_current,
    edition_loaded,
    diagnoses_valid,
    telehealth_possible,
    office_visit_documented,
    other_basis,
    add_on_stands,
)
