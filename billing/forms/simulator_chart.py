"""What the chart around a tried visit says: certification, order, authorization, signature."""

from dataclasses import replace
from typing import Any

from django import forms

from billing.engine.record import Authorization, Certification, Order, Record
from billing.engine.types import Day

_SMALL = {"class": "form-control form-control-sm"}
_SELECT = {"class": "form-select form-select-sm"}
_SAID = {"yes": True, "no": False}
_WRITTEN = "Typed in the simulator."


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(_SMALL | {"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": f"{label}: write a date as MM/DD/YYYY."},
    )


def _count(label: str, most: int = 999) -> forms.IntegerField:
    sentence = f"{label}: write a whole number from 0 to {most}."
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=most,
        widget=forms.NumberInput(_SMALL),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), sentence),
    )


def _said(label: str, yes: str = "yes", no: str = "no") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=[("", "not said"), ("yes", yes), ("no", no)],
        widget=forms.Select(_SELECT),
    )


class ChartForm(forms.Form):
    """Each fact may stay unsaid. While all are, the chart is not looked at."""

    plan_on = _day("Plan of care from")
    plan_to = _day("Plan of care to")
    certified_on = _day("Certified on")
    days_since_report = _count("Treatment days since the progress report")
    order = _said("Order", "signed, on file", "not on file")
    order_units = _count("Units a visit in the order", 99)
    authorized = _said("Authorization", "given", "asked for, none given")
    visits_granted = _count("Visits authorized")
    visits_used = _count("Visits used before")
    units_per_visit = _count("Units a visit authorized", 99)
    traction_visits = _count("Visits with traction so far")
    signed = _said("Note signed")

    def __init__(self, data: Any = None, *, record: Record | None = None) -> None:
        super().__init__(data, prefix="sim-chart", initial=_initial(record) if record else {})

    def record(self) -> Record | None:
        """What was said; None where nothing was."""
        data = self.cleaned_data
        if not any(value not in (None, "") for value in data.values()):
            return None
        return Record(
            plan_of_care_on=data["plan_on"],
            plan_of_care_to=data["plan_to"],
            first_treatment_on=data["plan_on"],
            certification=Certification(signed_on=data["certified_on"]),
            order=self._order(),
            authorization=self._authorization(),
            treatment_days_since_report=data["days_since_report"],
            signed=_SAID.get(data["signed"]),
            traction_visits=data["traction_visits"],
            note_text=_WRITTEN,
        )

    def _order(self) -> Order | None:
        data = self.cleaned_data
        if not data["order"] and data["order_units"] is None:
            return None
        there = _SAID.get(data["order"])
        return Order(on_file=there, signed=there, units_per_visit=data["order_units"])

    def _authorization(self) -> Authorization | None:
        data = self.cleaned_data
        limits = ("visits_granted", "units_per_visit")
        if data["authorized"] == "no":
            return Authorization(required=True)
        if not data["authorized"] and all(data[name] is None for name in limits):
            return None
        return Authorization(
            number="as typed",
            visits_granted=data["visits_granted"],
            visits_used=data["visits_used"] or 0,
            units_per_visit=data["units_per_visit"],
        )


def as_charted(day: Day) -> Day:
    """Rows have no place for a response, so none of them is blamed for lacking one."""
    return replace(
        day,
        blocks=tuple(replace(block, response=block.response or _WRITTEN) for block in day.blocks),
    )


def _initial(record: Record) -> dict[str, Any]:
    order, grant = record.order, record.authorization
    asked_only = grant is not None and grant.required and not grant.number
    return {
        "plan_on": record.plan_of_care_on,
        "plan_to": record.plan_of_care_to,
        "certified_on": record.certification.signed_on if record.certification else None,
        "days_since_report": record.treatment_days_since_report,
        "order": {True: "yes", False: "no"}.get(order.on_file, "") if order else "",
        "order_units": order.units_per_visit if order else None,
        "authorized": "" if grant is None else "no" if asked_only else "yes",
        "visits_granted": grant.visits_granted if grant else None,
        "visits_used": grant.visits_used if grant and not asked_only else None,
        "units_per_visit": grant.units_per_visit if grant else None,
        "traction_visits": record.traction_visits,
        "signed": {True: "yes", False: "no"}.get(record.signed, ""),
    }
