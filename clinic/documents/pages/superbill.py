"""The superbill as a page: all a patient's plan asks for, and no clinical text."""

from clinic.documents.contexts import Accident, ServiceLine, SuperbillContext
from clinic.documents.wording import day, joined, local_day, money

from . import common

STATUS = {
    "draft": "Draft, not issued",
    "issued": "Issued",
    "superseded": "Superseded, issued",
    "voided": "Voided",
}


def html(of: SuperbillContext, size: str) -> str:
    return common.fill("pdf/superbill.html", values(of))


def values(of: SuperbillContext) -> dict:
    practice = of.practice
    return {
        "title": f"Superbill {of.number}",
        "made": of.issued_at.isoformat(),
        "practice": common.practice(practice),
        "number": of.number,
        "status": status_of(of),
        "who": practice.name,
        "patient": of.patient.name,
        "banner": of.banner,
        "running": _running(of),
        "patient_facts": _patient_facts(of),
        "provider_facts": _provider_facts(of),
        "diagnoses": [(d.pointer, d.code, d.label) for d in of.diagnoses],
        "lines": [_line(line) for line in of.lines],
        "minutes": str(sum(line.minutes or 0 for line in of.lines) or ""),
        "units": str(sum(line.units for line in of.lines)),
        "charges": money(sum(line.charge_cents for line in of.lines)),
        "sums": _sums(of),
        "balance": _balance(of),
        "assignment": of.assignment,
        "signature": common.signature(of.signature, of.time_zone) if of.signature else None,
        "source": f"From signed session note {of.note_number}." if of.note_number else "",
        "relations": _relations(of),
        "supersedes": common.supersedes(of.earlier),
        "void": common.void_words(of.void, of.time_zone),
        "verification": common.verification(of.verify_url),
        "notices": list(of.notices),
    }


def status_of(of: SuperbillContext) -> str:
    """With the day it was issued, which a plan asks for."""
    words = STATUS.get(of.status, of.status)
    return (
        words if of.status == "draft" else f"{words} {day(local_day(of.issued_at, of.time_zone))}"
    )


def _running(of: SuperbillContext) -> dict:
    dates = sorted({line.served_on for line in of.lines})
    return {
        "patient": joined(of.patient.name, f"born {day(of.patient.born_on)}"),
        "visit": joined(
            "Date of service " + ", ".join(map(day, dates[:3])) if dates else "",
            str(of.rendering),
        ),
        "document": f"{of.number} · {status_of(of)}",
    }


def _patient_facts(of: SuperbillContext) -> list:
    patient, insured = of.patient, of.insured
    pairs = [
        ("Patient", patient.name),
        ("Date of birth", day(patient.born_on)),
        ("Sex", patient.sex),
        ("Address", patient.address),
        ("Phone", patient.phone),
        ("Record no.", patient.record_no),
    ]
    if insured:
        pairs += [
            ("Insured", insured.name),
            ("Relationship", insured.relationship),
            ("Member ID", insured.member_id),
            ("Health plan", insured.plan),
            ("Group", insured.group),
            ("Plan phone", insured.plan_phone),
            ("Plan address", insured.plan_address),
        ]
    return common.facts(
        *pairs,
        ("Authorization", of.authorization),
        ("Onset", day(of.onset_on)),
        ("Accident", _accident(of.accident)),
    )


def _provider_facts(of: SuperbillContext) -> list:
    practice, rendering, supervisor = of.practice, of.rendering, of.supervisor
    pairs = [
        ("Billed by", practice.name),
        (f"Tax ID ({practice.tax_id_kind})", practice.tax_id),
        ("Billing NPI", practice.npi),
        ("Treated by", str(rendering)),
        ("License", rendering.license),
        ("NPI", rendering.npi),
    ]
    if supervisor:
        pairs += [
            ("Supervisor", str(supervisor)),
            ("License", supervisor.license),
            ("NPI", joined(supervisor.npi, of.supervisor_remark)),
        ]
    if of.referral:
        pairs += [
            (of.referral.qualifier.capitalize() or "Referred by", of.referral.name),
            ("NPI", of.referral.npi),
        ]
    return common.facts(*pairs, ("Location", of.location))


def _accident(of: Accident | None) -> str:
    if of is None:
        return ""
    words = [
        "work" if of.employment else "",
        joined("auto", of.auto_state, by=", ") if of.auto else "",
        "other" if of.other else "",
        day(of.happened_on),
    ]
    return joined(*words) or "none"


def _line(of: ServiceLine) -> dict:
    return {
        "date": day(of.served_on),
        "place": of.place,
        "code": of.code,
        "modifiers": " ".join(of.modifiers),
        "wording": of.wording,
        "rendering": of.rendering,
        "pointers": ", ".join(of.pointers),
        "minutes": str(of.minutes or ""),
        "units": str(of.units),
        "fee": "" if of.fee_cents is None else money(of.fee_cents),
        "charge": money(of.charge_cents),
    }


def _sums(of: SuperbillContext) -> list[tuple[str, str]]:
    """A discount has its own row, so the full fee stays visible."""
    rows = [(item.label, money(-item.amount_cents)) for item in of.discounts]
    if of.discounts:
        rows.append(("Total", money(of.total_cents)))
    rows += [
        (joined(f"Paid {day(item.paid_on)}", item.method, item.reference),
         money(-item.amount_cents))
        for item in of.payments
    ]  # fmt: skip
    if len(of.payments) != 1:
        rows.append(("Paid in all", money(of.paid_cents)))
    return rows


def _balance(of: SuperbillContext) -> tuple[str, str]:
    if of.balance_cents <= 0 < of.paid_cents:
        return "Paid in full. Balance", money(of.balance_cents)
    return "Balance due", money(of.balance_cents)


def _relations(of: SuperbillContext) -> str:
    told = of.void is not None and of.void.replaced_by == of.replaced_by
    return joined(
        f"Replaces superbill {of.replaces}." if of.replaces else "",
        f"Replaced by superbill {of.replaced_by}." if of.replaced_by and not told else "",
        by=" ",
    )
