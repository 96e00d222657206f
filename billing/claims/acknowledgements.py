"""Reading what comes back after a file was sent: 999 for the file, 277CA for each claim."""

from dataclasses import dataclass

from billing.claims.reading import File, Unreadable, int_of, read_file

ACCEPTED, WITH_ERRORS, REJECTED = "accepted", "accepted with errors", "rejected"
_STATES = {"A": ACCEPTED, "E": WITH_ERRORS}
# First part of STC01: how far the claim came.
_CATEGORIES = {
    "A0": "forwarded", "A1": "received", "A2": ACCEPTED, "A3": REJECTED, "A4": "not found",
    "A5": "split", "A6": REJECTED, "A7": REJECTED, "A8": REJECTED,
}  # fmt: skip
_CATEGORY_WORDS = {
    "A3": "returned as unprocessable", "A6": "something is missing", "A7": "something is invalid",
    "A8": "the parts contradict each other",
}  # fmt: skip
_ENTITIES = {"85": "billing provider", "82": "treating clinician", "IL": "insured",
             "QC": "patient", "PR": "payer", "DN": "referring provider"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """One 999: the group it answers, the verdict, and what was wrong, in words."""

    group: int
    state: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """One claim in a 277CA."""

    number: str
    state: str
    code: str
    words: str
    payer_control: str


def read_999(text: str) -> tuple[FileAnswer, ...]:
    file = read_file(text, kind="999")
    answers: list[FileAnswer] = []
    group, errors = -1, []
    for s in file.segments:
        if s.id == "AK1":
            group, errors = int_of(s.get(2)), []
        elif s.id == "IK3":
            errors.append(f"segment {s.get(2)} ({s.get(1)}), error {s.get(4)}")
        elif s.id == "IK4" and errors:
            place = s.get(1).replace(file.component, "-")
            errors[-1] += f", element {place} holds {s.get(4) or 'nothing'}"
        elif s.id == "IK5" and s.get(1) in ("R", "M", "W", "X") and not errors:
            errors.append(f"transaction refused, error {s.get(2) or 'not named'}")
        elif s.id == "AK9":
            answers.append(FileAnswer(group, _STATES.get(s.get(1), REJECTED), tuple(errors)))
    if not answers:
        raise Unreadable("This 999 holds no verdict (AK9). Fetch it again.")
    return tuple(answers)


def read_277ca(text: str) -> tuple[ClaimAnswer, ...]:
    file = read_file(text, kind="277")
    answers: list[ClaimAnswer] = []
    patient_level, number = False, ""
    state: tuple[str, str, str] | None = None
    control = ""
    for s in file.segments:
        if s.id in ("HL", "SE"):
            if patient_level and number and state:
                answers.append(ClaimAnswer(number, *state, control))
            patient_level, number, state, control = s.id == "HL" and s.get(3) == "PT", "", None, ""
        elif s.id == "TRN" and s.get(1) == "2":
            number = s.get(2)
        elif s.id == "STC" and state is None:
            state = _verdict(s.get(1), file)
        elif s.id == "REF" and s.get(1) == "1K":
            control = s.get(2)
    return tuple(answers)


def _verdict(code: str, file: File) -> tuple[str, str, str]:
    category, status, entity = ([*file.parts(code), "", ""])[:3]
    words = _CATEGORY_WORDS.get(category, "")
    if words:
        who = _ENTITIES.get(entity, f"entity {entity}" if entity else "")
        words = f"{words}: status {status}" + (f", {who}" if who else "")
    return _CATEGORIES.get(category, "received"), ":".join(p for p in (category, status, entity) if
                                                           p), words  # fmt: skip
