"""What the patient must be told in writing, in plain words (45 CFR 164.526(b) to (d))."""

from notes.enums import AmendmentDecision
from notes.models import AmendmentRequest


def letter_of(row: AmendmentRequest) -> list[str]:
    """The paragraphs of the letter that is due now; none while nothing was decided."""
    if row.decision == AmendmentDecision.ACCEPTED:
        return [_opening(row), f"We agree. {row.explanation}", _how(row), _others()]
    if row.decision == AmendmentDecision.DENIED:
        return [_opening(row), f"We do not change the record. Ground: {row.get_ground_display()}. "
                f"{row.explanation}", _rights(row), _complaint(row)]  # fmt: skip
    if row.extended_on:
        return [_opening(row), f"We need more time to answer: {row.extended_because} You will have "
                f"our answer by {row.due_on:%B %-d, %Y}."]  # fmt: skip
    return []


def _opening(row: AmendmentRequest) -> str:
    return (
        f"On {row.received_on:%B %-d, %Y} you asked {row.practice.name} to amend your record: "
        f"“{row.text}”"
    )


def _how(row: AmendmentRequest) -> str:
    if row.addendum_id is None:
        return "The record now says so."
    signed = row.addendum.signature
    return (
        f"An addendum was signed by {signed.name}, {signed.credential}; it stands with note "
        f"{row.note.number}, whose first text stays readable."
    )


def _others() -> str:
    return (
        "Tell us who else should know of the change. We inform them, and those who have the old "
        "text from us and may rely on it."
    )


def _rights(row: AmendmentRequest) -> str:
    return (
        "You may send us a statement that says why you disagree; give it to the front desk or mail "
        f"it to {row.practice.name}, {row.practice.one_line_address}. We keep it with your record "
        "and may answer it in writing. If you send none, you may ask us to give your request and "
        "this letter to everybody who gets this part of your record later."
    )


def _complaint(row: AmendmentRequest) -> str:
    practice = row.practice
    return (
        f"You may complain to our privacy contact at {practice.name}, {practice.phone}, or to the "
        "Secretary of Health and Human Services, Office for Civil Rights (hhs.gov/ocr)."
    )
