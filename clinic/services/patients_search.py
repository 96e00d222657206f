"""Finding a patient by name, birthday, record number or phone; one typing error is forgiven."""

import re
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic.enums import Role
from clinic.folding import after, fold, is_one_edit, words_of
from clinic.models import Clinician, Patient, PatientToken, User, opened_in_emergency
from clinic.permissions import sees_every_chart

SHORTEST = 2
SHORTEST_TYPO = 4  # a shorter word with an error could be any other word
MOST_CANDIDATES = 4000
ENOUGH = 5
_DATES = ("%m/%d/%Y", "%m-%d-%Y", "%Y-%m-%d", "%m.%d.%Y", "%m/%d/%y", "%m%d%Y")


def visible_patients(user: User) -> QuerySet[Patient]:
    """Those whose chart this person may open; a patient without an episode is nobody's yet."""
    everybody = Patient.objects.filter(merged_into=None)
    if sees_every_chart(user):
        return everybody
    own = Q(user=user)
    if user.role == Role.ASSISTANT:
        own |= Q(pk__in=Clinician.objects.filter(user=user).values("supervisor"))
    mine = Clinician.objects.filter(own).values("pk")
    treated = Patient.objects.filter(pk=OuterRef("pk"), episodes__clinician__in=mine)
    seen = Patient.objects.filter(pk=OuterRef("pk"), visits__clinician__in=mine)
    unclaimed = ~Exists(Patient.objects.filter(pk=OuterRef("pk"), episodes__isnull=False))
    opened = Q(pk__in=opened_in_emergency(user))
    return everybody.filter(Exists(treated) | Exists(seen) | unclaimed | opened)


def search_patients(text: str, *, user: User, limit: int = 25) -> list[Patient]:
    """The patients that fit every word, those spelled as typed first."""
    born, rest = _take_date(text)
    words = _words(rest)
    if not words and born is None:
        return []
    found = visible_patients(user)
    if born is not None:
        # Through their keys: beside ORDER BY the engine would walk everybody in order of name.
        found = found.filter(pk__in=Patient.objects.filter(born_on=born).order_by().values("pk"))
    exact = list(_with_all(found, [_begins(word) for word in words])[:limit])
    if len(exact) >= ENOUGH or not _may_be_misspelled(words, found=bool(exact)):
        return exact
    near = _with_all(found, [_begins_or_near(word) for word in words])
    known = {patient.pk for patient in exact}
    return exact + [p for p in near[:limit] if p.pk not in known][: limit - len(exact)]


def _may_be_misspelled(words: list[str], *, found: bool) -> bool:
    """A single name may be meant differently; numbers and several words that fit are meant."""
    if found:
        return len(words) == 1 and len(words[0]) >= SHORTEST_TYPO and words[0].isalpha()
    return any(len(word) >= SHORTEST_TYPO for word in words)


def _with_all(patients: QuerySet[Patient], conditions: list[Q]) -> QuerySet[Patient]:
    for condition in conditions:
        fitting = PatientToken.objects.filter(condition).values("patient")
        patients = patients.filter(pk__in=fitting)
    return patients.order_by("last_name", "first_name", "pk")


def _take_date(text: str) -> tuple[date | None, str]:
    """A date of birth among the words, and the words without it."""
    for piece in text.split():
        for form in _DATES:
            try:
                found = datetime.strptime(piece.strip(",;"), form).date()  # noqa: DTZ007 a birthday
            except ValueError:
                continue
            if found > date.today():  # noqa: DTZ011 two-digit years only
                found = found.replace(year=found.year - 100)
            return found, text.replace(piece, " ", 1)
    return None, text


def _words(text: str) -> list[str]:
    folded = fold(text)
    digits = re.sub(r"\D", "", folded)
    if len(digits) >= 7 and not re.search(r"[a-z]", folded):
        return [digits[1:] if len(digits) == 11 and digits.startswith("1") else digits]
    parts = {word for piece in folded.split() for word in _pieces(piece)}
    return sorted(word for word in parts if len(word) >= SHORTEST)


def _pieces(piece: str) -> set[str]:
    """A hyphenated word counts run together, as it is stored."""
    words = words_of(piece)
    return {max(words, key=len)} if words else set()


def _begins(word: str) -> Q:
    begins = Q(token__gte=word, token__lt=after(word))
    if word.isdigit() and len(word) >= 4:
        mirrored = word[::-1]
        begins |= Q(mirrored__gte=mirrored, mirrored__lt=after(mirrored))
    return begins


def _begins_or_near(word: str) -> Q:
    """Words as typed, and those one error away, as one list that the index serves.

    An error spoils one half of a word; the other half finds it.
    """
    if len(word) < SHORTEST_TYPO:
        return _begins(word)
    half = len(word) // 2
    swapped = word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]
    beginnings = {word, word[:half], swapped}
    candidates = {t for start in beginnings for t in _tokens("token", start)}
    candidates |= set(_tokens("mirrored", word[half:][::-1]))
    fitting = [t for t in candidates if t.startswith(word) or _is_near(word, t)]
    return Q(token__in=fitting)


def _tokens(column: str, start: str) -> list[str]:
    """The different words of a range: one range for each query, or no index is used."""
    rows = PatientToken.objects.filter(**{f"{column}__gte": start, f"{column}__lt": after(start)})
    return list(rows.order_by().values_list("token", flat=True).distinct()[:MOST_CANDIDATES])


def _is_near(word: str, token: str) -> bool:
    """The whole token, or its beginning: people stop typing early."""
    if is_one_edit(word, token):
        return True
    beginnings = {token[:length] for length in (len(word) - 1, len(word), len(word) + 1)}
    return len(token) > len(word) and any(is_one_edit(word, start) for start in beginnings)
