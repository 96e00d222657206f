"""Kinds of events, for people: which acts belong together."""

from dataclasses import dataclass

from django.db.models import Q

from clinic.enums import Outcome


@dataclass(frozen=True, slots=True)
class Kind:
    """Acts whose name ends or begins in one of these ways."""

    key: str
    label: str
    ends: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()

    def query(self) -> Q:
        found = Q()
        for word in self.ends:
            found |= Q(action__endswith=word)
        for word in self.begins:
            found |= Q(action__startswith=word)
        return found


LOOKS = Kind("looks", "Looks", ends=(
    "viewed", "searched", "previewed", "note.reviewed", "compared", "replayed", "line.read",
    "notes.sampled",
))  # fmt: skip
SIGNATURES = Kind("signatures", "Signatures", ends=(
    "note.signed", "cosigned", "note.addendum", "charges.frozen", "sign_refused",
    "cosign_refused", "addendum_refused",
))  # fmt: skip
PAPER = Kind("paper", "Prints, downloads, exports", ends=(
    "printed", "downloaded", "exported", "issued", "originals", "batch.opened", "disclosed",
))  # fmt: skip
SIGN_INS = Kind("sign-ins", "Sign-ins", begins=("session.", "identity.", "factor.", "user."))
GLASS = Kind("glass", "Break-glass", begins=("break_glass", "glass."))
REFUSALS = Kind("refusals", "Refusals")
CHANGES = Kind("changes", "Changes")
KINDS = (LOOKS, CHANGES, SIGNATURES, PAPER, SIGN_INS, REFUSALS, GLASS)


def query_of(key: str) -> Q:
    """The events of this kind; changes are what is none of the others."""
    if key == REFUSALS.key:
        return ~Q(outcome=Outcome.DONE)
    if key == CHANGES.key:
        named = LOOKS.query() | SIGNATURES.query() | PAPER.query() | SIGN_INS.query()
        return Q(outcome=Outcome.DONE) & ~(named | GLASS.query())
    return next((kind.query() for kind in KINDS if kind.key == key), Q())
