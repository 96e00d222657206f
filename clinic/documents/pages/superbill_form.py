"""The superbill in the order and under the numbers of the claim form's boxes, on plain paper."""

from clinic.documents.contexts import Accident, SuperbillContext
from clinic.documents.wording import day, joined, money

from . import common
from .superbill import values


def html(of: SuperbillContext) -> str:
    return common.fill("pdf/superbill_form.html", values(of) | _boxes(of))


def _boxes(of: SuperbillContext) -> dict:
    return {
        "rows": _rows(of),
        "form_lines": [_line(line, of) for line in of.lines],
        "foot": _foot(of),
    }


def _rows(of: SuperbillContext) -> list[list[tuple[str, str, str, str]]]:
    """Each box: number, caption, value, width class."""
    patient, insured, referral = of.patient, of.insured, of.referral
    return [
        [
            ("1", "Health plan", insured.plan if insured else "None (self-pay)", "w6"),
            ("1a", "Member ID", insured.member_id if insured else "", "w4"),
        ],
        [
            ("2", "Patient", patient.name, "w4"),
            ("3", "Born, sex", joined(day(patient.born_on), patient.sex), "w3"),
            ("4", "Insured", insured.name if insured else patient.name, "w3"),
        ],
        [
            ("5", "Patient's address, phone", joined(patient.address, patient.phone), "w6"),
            ("6", "Relationship", insured.relationship if insured else "self", "w2"),
            ("11", "Group", insured.group if insured else "", "w2"),
        ],
        [
            ("10", "Accident: work, auto, other", _accident(of.accident), "w4"),
            ("14", "Onset", day(of.onset_on), "w2"),
            ("23", "Authorization", of.authorization, "w4"),
        ],
        [
            ("17", "Referring provider", referral.name if referral else "", "w5"),
            ("17b", "NPI", referral.npi if referral else "", "w2"),
            ("27", "Assignment", "No: pay the member", "w3"),
        ],
    ]


def _accident(of: Accident | None) -> str:
    if of is None:
        return "No"
    causes = joined(
        "work" if of.employment else "",
        joined("auto", of.auto_state, by=" ") if of.auto else "",
        "other" if of.other else "",
        by=", ",
    )
    return joined(causes or "No", day(of.happened_on))


def _line(line, of: SuperbillContext) -> dict:
    return {
        "date": day(line.served_on),
        "place": line.place,
        "code": line.code,
        "modifiers": " ".join(line.modifiers),
        "wording": line.wording,
        "pointers": "".join(line.pointers),
        "charge": money(line.charge_cents),
        "units": str(line.units),
        "minutes": str(line.minutes or ""),
        "npi": of.rendering.npi,
    }


def _foot(of: SuperbillContext) -> list[list[tuple[str, str, str, str]]]:
    practice, rendering, supervisor = of.practice, of.rendering, of.supervisor
    charges = sum(line.charge_cents for line in of.lines)
    return [
        [
            ("25", f"Tax ID ({practice.tax_id_kind})", practice.tax_id, "w3"),
            ("26", "Superbill no.", of.number, "w3"),
            ("28", "Total charge", money(charges), "w2"),
            ("29", "Amount paid", money(of.paid_cents), "w2"),
        ],
        [
            ("31", "Treated by", joined(str(rendering), f"License {rendering.license}"), "w5"),
            ("31", "Supervisor", joined(str(supervisor), supervisor.license, supervisor.npi)
             if supervisor else "", "w5"),
        ],
        [
            ("32", "Where", of.location, "w4"),
            ("33", "Billed by", joined(practice.name, practice.address, practice.phone), "w4"),
            ("33a", "Billing NPI", practice.npi, "w2"),
        ],
    ]  # fmt: skip
