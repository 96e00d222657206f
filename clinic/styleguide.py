"""Invented content for the style guide: each component in each of its states."""

from django import forms

GRADES = [(grade, grade) for grade in ("I", "II", "III", "IV", "V")]
SIDES = [("L", "Left"), ("R", "Right"), ("B", "Both")]
PAIN = [(str(step), str(step)) for step in range(11)]


def _text(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", **attrs})


class SampleForm(forms.Form):
    """Every kind of field the product draws."""

    technique = forms.ChoiceField(choices=[("jm", "Joint mobilization"), ("stm", "Soft tissue")])
    region = forms.CharField(help_text="Start typing, or choose from the list.")
    response = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    billable = forms.BooleanField(label="One-on-one time", required=False)


class SampleBlockForm(forms.Form):
    minutes = forms.IntegerField(
        widget=forms.NumberInput(attrs={"class": "form-control", "min": 1, "max": 480})
    )
    starts = forms.TimeField(
        widget=forms.TimeInput(attrs={"class": "form-control", "type": "time", "step": 60})
    )
    grade = forms.ChoiceField(choices=GRADES, widget=forms.RadioSelect)
    side = forms.ChoiceField(choices=SIDES, widget=forms.RadioSelect)
    pain_after = forms.ChoiceField(label="Pain after", choices=PAIN, widget=forms.RadioSelect)


class SampleFilterForm(forms.Form):
    q = forms.CharField(label="Patient, MRN or code", widget=_text(type="search"), required=False)
    payer = forms.ChoiceField(
        choices=[("", "All payers"), ("medicare", "Medicare Part B")],
        widget=forms.Select(attrs={"class": "form-select"}),
        required=False,
    )


STATES = [
    *("draft", "planned", "ready", "signed", "cosign"),
    *("cosigned", "printed", "attention", "denied", "void"),
]

FINDINGS = [
    {
        "level": "block",
        "text": "Two blocks overlap from 9:40 to 9:42. One therapist cannot bill both.",
        "href": "#fields",
        "link": "Change the end of the first",
    },
    {
        "level": "warn",
        "text": "9:30 to 9:33 is not charted: 3 minutes that do not count.",
    },
    {"level": "info", "text": "97530 takes modifier 59: the timeline shows separate intervals."},
]


def _line(code, name, lane, minutes, units, amount, share, *modifiers, because):
    x, width = share
    return {
        "code": code,
        "name": name,
        "lane": lane,
        "minutes": minutes,
        "units": units,
        "amount": amount,
        "modifiers": modifiers,
        "share_x": x,
        "share_width": width,
        "reasons": because,
    }


_WHOLE = {
    "rule": "units.cms-total",
    "source": "Claims manual ch. 5 §20.2",
    "text": "21 minutes are one full quarter-hour; 6 minutes are left over.",
}
_LARGEST = {
    "rule": "units.cms-total",
    "source": "Claims manual ch. 5 §20.2",
    "text": "The day's 43 minutes allow 3 units; this remainder is among the largest.",
}
_APART = {
    "rule": "modifier.distinct",
    "source": "NCCI pair 97530 / 97140",
    "text": "97140 ran 9:00–9:21, 97530 ran 9:21–9:33: separate intervals.",
}

CHARGES = {
    "units": 3,
    "timed_minutes": 43,
    "treatment_minutes": 46,
    "total": "$147.00",
    "lines": [
        _line(
            "97530",
            "Therapeutic activities",
            "activities",
            12,
            1,
            "$52.00",
            ("0", "27.9"),
            "59",
            "GP",
            because=[_LARGEST, _APART],
        ),
        _line(
            "97140",
            "Manual therapy",
            "manual",
            21,
            1,
            "$46.00",
            ("28.4", "48.4"),
            "GP",
            because=[_WHOLE],
        ),
        _line(
            "97112",
            "Neuro re-education",
            "neuro",
            10,
            1,
            "$49.00",
            ("77.2", "22.8"),
            "GP",
            because=[_LARGEST],
        ),
    ],
    "findings": FINDINGS,
    "unbilled_minutes": 3,
    "unbilled": [
        {
            "code": "97110",
            "minutes": 3,
            "rule": "units.cms-total",
            "text": "Fewer than 8 minutes, and no unit of the day's total is left for it.",
        }
    ],
}


def _block(name, detail, says, lane, place, href="#timeline", clash=False):
    x, width, y = place
    return {
        "name": name,
        "detail": detail,
        "says": f"{detail}, {says}",
        "lane": lane,
        "x": x,
        "width": width,
        "y": y,
        "href": href,
        "clash": clash,
    }


TIMELINE = {
    "label": "Treatment timeline, 9:00 to 9:46",
    "id": "guide",
    "height": 382,
    "rail_y": 354,
    "now_x": "76.667",
    "lanes": [
        {"lane": "manual", "name": "Manual therapy", "code": "97140", "minutes": 21, "y": 30},
        {"lane": "exercise", "name": "Exercise", "code": "97110", "minutes": 6, "y": 84},
        {"lane": "neuro", "name": "Neuro re-ed", "code": "97112", "minutes": 9, "y": 138},
        {"lane": "activities", "name": "Activities", "code": "97530", "minutes": 9, "y": 192},
        {"lane": "cmt", "name": "Adjustment", "code": "98941", "minutes": None, "y": 246},
        {"lane": "untimed", "name": "Untimed", "code": "97161", "minutes": None, "y": 300},
    ],
    "ticks": [
        {"x": f"{5 * step / 60 * 100:.3f}", "label": f"{9 + step // 12}:{step % 12 * 5:02}"}
        if step % 3 == 0
        else {"x": f"{5 * step / 60 * 100:.3f}", "label": ""}
        for step in range(13)
    ],
    "blocks": [
        _block("MFR", "8 min", "9:00 to 9:08", "manual", ("0", "13.333", 36)),
        _block(
            "GH mob",
            "13 min · L shoulder",
            "9:08 to 9:21",
            "manual",
            ("13.333", "21.667", 36),
        ),
        _block("Reach", "9 min", "9:21 to 9:30", "activities", ("35", "15", 198)),
        _block("Scapula", "9 min", "9:33 to 9:42", "neuro", ("55", "15", 144), clash=True),
        _block("Pulleys", "6 min", "9:40 to 9:46", "exercise", ("66.667", "10", 90), clash=True),
        _block("CMT", "3 regions", "at 9:48", "cmt", ("80", "8", 252)),
        _block("Evaluation", "untimed", "at 9:50", "untimed", ("84", "16", 306)),
    ],
    "spans": [{"x": "0", "width": "50"}, {"x": "55", "width": "21.667"}],
    "gaps": [{"x": "50", "width": "5", "middle": "52.5", "minutes": 3}],
    "overlaps": [{"x": "66.667", "width": "3.333", "middle": "68.333", "minutes": 2}],
}

ROWS = [
    ("Marisol Vega", "20418", "9:00 AM", "D. Okafor, PT", CHARGES["lines"], "$147.00", "ready"),
    ("Theo Brandt", "20377", "9:00 AM", "A. Lind, DC", CHARGES["lines"][:1], "$52.00", "void"),
    (
        "Joan Whitaker",
        "19822",
        "9:45 AM",
        "D. Okafor, PT",
        CHARGES["lines"][1:],
        "$95.00",
        "signed",
    ),
]


def context() -> dict:
    """All of it, with one form that came back wrong."""
    invalid = SampleForm({"technique": "jm", "region": ""}, prefix="invalid")
    invalid.is_valid()
    return {
        "states": STATES,
        "findings": FINDINGS,
        "charges": CHARGES,
        "timeline": TIMELINE,
        "rows": ROWS,
        "form": SampleForm(),
        "invalid_form": invalid,
        "block_form": SampleBlockForm(initial={"minutes": 13, "starts": "09:08", "grade": "III"}),
        "filter_form": SampleFilterForm(),
        "facts": [
            {"label": "Dx", "value": "M75.02 · M54.2"},
            {"label": "Payer", "value": "Medicare Part B"},
            {"label": "Visit", "value": "7 of 12"},
            {"label": "Plan to", "value": "Jan 12"},
        ],
        "keys": [
            {"keys": "N", "does": "next block"},
            {"keys": "/", "does": "typed line"},
            {"keys": "Ctrl Enter", "does": "review and sign"},
        ],
        "crumbs": [{"url": "#", "label": "Today"}, {"url": "#", "label": "Marisol Vega"}],
    }
