"""What must hold for one address of the matrix; each check yields what does not, in words.

Functions rather than assertions, so that tests/release can count what they find when a bug is
planted.
"""

import re
from collections.abc import Iterator

from django.db import transaction
from django.urls import resolve, reverse

from clinic.enums import Role
from tests.clinic.access_matrix import MATRIX, Address, To
from tests.clinic.matrix_ground import DENIED, NORTH, SOUTH, Answer, Ground, steady
from tests.clinic.world import BODIES

WRITES = ("PUT", "PATCH", "DELETE")
METHODS = ("GET", "POST")
ROLES = tuple(Role)
# Whatever hangs on a patient whom one therapist treats.
CHARTS = {
    "booked", "draft", "signed", "patient", "card", "contact", "alert", "consent", "file",
    "problem", "plan", "goal", "report", "score", "remark",
    "amendment",
}  # fmt: skip
# Fields that a form must never take from a browser. 1987 is nobody's moment of signing.
PLANTED = {
    "role": "admin", "is_staff": "on", "is_superuser": "on", "is_active": "on",
    "signed_at": "1987-06-05T04:03:02Z", "created_at": "1987-06-05", "digest": "5eed" * 16,
    "status": "signed", "number": "N-1987-06-05", "total_cents": "1987060504",
}  # fmt: skip


_PLANT = re.compile("1987-06-05|1987060504|(5eed){4}")
# A batch that waited some seconds is shown with a remark.
BY_THE_CLOCK = {"billing:batch"}


def rule(name: str, method: str) -> To:
    return getattr(MATRIX[name], method, None) or To({})


def somewhere(address: Address) -> set[Role]:
    """Who may use the address by any method."""
    return {*(address.GET or To({})).roles, *(address.POST or To({})).roles}


def deviations(ground: Ground, name: str, *, every_cell: bool = False) -> Iterator[str]:
    """All that is wrong with this address."""
    for check in CHECKS:
        for text in check(ground, name, every_cell):
            yield f"{check.__name__}: {text}"


def allowed_roles(ground: Ground, name: str, every_cell: bool) -> Iterator[str]:
    """T-Z01, T-Z02, T-Z06, T-U02: the answer, no foreign word, one event, GET writes nothing."""
    for method in METHODS:
        wanted = rule(name, method)
        for role, status in wanted.roles.items():
            answer = ground.seen(name, method, role)
            where = f"{method} by {role}"
            if answer.status != status:
                yield f"{where} is answered {answer.status}, not {status}"
            yield from _foreign_words(name, answer, where)
            if method == "GET" and not answer.tables <= wanted.keeps:
                yield f"{where} writes {answer.tables}"
            yield from _recorded(wanted, method, answer, where)


def _recorded(wanted: To, method: str, answer: Answer, where: str) -> Iterator[str]:
    if DENIED in answer.events:
        yield f"{where} is recorded as denied"
    if answer.status >= 400 or wanted.quiet:
        return
    if not answer.events or (method == "GET" and len(answer.events) != wanted.events):
        yield f"{where} left {len(answer.events)} events, not {wanted.events}"


def _foreign_words(name: str, answer: Answer, where: str) -> Iterator[str]:
    if SOUTH in answer.text and not MATRIX[name].public:
        yield f"{where} shows a word of the other practice"


def refused_roles(ground: Ground, name: str, every_cell: bool) -> Iterator[str]:
    """T-Z01, T-Z06, T-U02: others get 403, leave one denial and change nothing."""
    address = MATRIX[name]
    for method in METHODS:
        if not every_cell and not rule(name, method).roles:
            continue
        for role in ROLES:
            if role in rule(name, method).roles:
                continue
            answer = ground.ask(name, method, by=role)
            where = f"{method} by {role}"
            if role in somewhere(address):
                if (answer.status, answer.tables, answer.events) != (405, set(), []):
                    yield f"{where} is answered {answer.status}, not 405"
            elif (answer.status, answer.tables, answer.events) != (403, set(), [DENIED]):
                yield f"{where}: {answer.status}, {answer.tables}, {answer.events}"
            yield from _foreign_words(name, answer, where)


def other_methods(ground: Ground, name: str, every_cell: bool) -> Iterator[str]:
    """T-Z01: who may use the address still may not by a method that it does not have."""
    readers = tuple(somewhere(MATRIX[name]))
    for method in (*METHODS, *WRITES):
        if rule(name, method).roles:
            continue
        everybody = (*ROLES, None) if method in WRITES else readers
        for who in everybody if every_cell else readers[:1]:
            answer = ground.ask(name, method, by=who)
            if (answer.status, answer.tables, answer.events) != (405, set(), []):
                yield f"{method} by {who} is answered {answer.status} and writes {answer.tables}"


def other_practice(ground: Ground, name: str, every_cell: bool) -> Iterator[str]:
    """T-Z01, T-Z03: its objects do not exist, whole or under a parent of one's own."""
    address = MATRIX[name]
    if not address.kind or address.public:
        return
    for method in METHODS:
        wanted = rule(name, method)
        for role in ROLES if every_cell else wanted.roles:
            for args in _foreign_args(ground, name):
                answer = ground.ask(name, method, by=role, of=ground.other, args=args)
                where = f"{method} by {role} of {args}"
                right = {404} if role in wanted.roles else {403, 405}
                if answer.status not in right or answer.tables:
                    yield f"{where}: {answer.status}, {answer.tables}"
                yield from _foreign_words(name, answer, where)


def _foreign_args(ground: Ground, name: str) -> Iterator[list]:
    own, other = ground.args(name, ground.own), ground.args(name, ground.other)
    yield other
    if len(own) > 1 and own[1:] != other[1:]:
        yield [own[0], *other[1:]]
        yield [other[0], *own[1:]]


def other_therapist(ground: Ground, name: str, every_cell: bool) -> Iterator[str]:
    """T-Z01: a chart of another therapist's patient does not exist either."""
    if MATRIX[name].kind not in CHARTS:
        return
    for method in METHODS:
        if Role.THERAPIST not in rule(name, method).roles:
            continue
        answer = ground.ask(name, method, by="other therapist")
        if (answer.status, answer.tables) != (404, set()):
            yield f"{method} by another therapist: {answer.status}, {answer.tables}"


def nobody(ground: Ground, name: str, every_cell: bool) -> Iterator[str]:
    """T-Z01: without signing in there is the sign-in page only."""
    for method in METHODS:
        if not every_cell and not rule(name, method).roles:
            continue
        answer = ground.ask(name, method, by=None)
        expected = MATRIX[name].anonymous[method]
        if answer.status != expected:
            yield f"{method} by nobody is answered {answer.status}, not {expected}"
        if expected == 302:
            to = answer.response.headers.get("Location", "")
            if not to.startswith(reverse("account_login")) or answer.tables:
                yield f"{method} by nobody leads to {to} and writes {answer.tables}"
        if NORTH in answer.text and not MATRIX[name].public:
            yield f"{method} by nobody shows a word of a practice"


def planted_fields(ground: Ground, name: str, every_cell: bool) -> Iterator[str]:
    """T-Z05: fields that nobody asked for have no effect."""
    wanted = rule(name, "POST")
    if not wanted.roles or name.startswith(("account_", "mfa_")):
        return
    role = next(iter(wanted.roles))
    plain = ground.seen(name, "POST", role)
    form = _form(ground, name)
    people = {"practice": ground.other.practice.pk, "practice_id": ground.other.practice.pk}
    extra = {key: value for key, value in (PLANTED | people).items() if key not in form}
    answer = ground.ask(name, "POST", by=role, data=form | extra)
    if (answer.status, answer.tables) != (plain.status, plain.tables):
        yield f"planted: {answer.status}, {answer.tables}, not {plain.status}, {plain.tables}"
    for table in answer.tables:
        if len(answer.rows[table]) != len(plain.rows[table]):
            yield f"planted: other rows in {table}"
        if _PLANT.search(str(answer.rows[table])):
            yield f"planted: a field was taken into {table}"


def _form(ground: Ground, name: str) -> dict:
    return BODIES.get(name, lambda world: {"nothing": "of use"})(ground.own)


def _asks(ground: Ground, name: str) -> bool:
    view = resolve(reverse(name, args=ground.args(name, ground.own))).func
    return getattr(view, "is_repeatable", False)


def sent_twice(ground: Ground, name: str, every_cell: bool) -> Iterator[str]:
    """T-C02: a form that did something does it once, however often it is sent."""
    wanted = rule(name, "POST")
    role = next((role for role, status in wanted.roles.items() if status < 400), None)
    if role is None or name.startswith(("account_", "mfa_", "session_")) or _asks(ground, name):
        return
    form = _form(ground, name) | {"form_key": "one-and-the-same"}
    with transaction.atomic():
        first = ground.ask(name, "POST", by=role, data=form, keep=True)
        second = ground.ask(name, "POST", by=role, data=form, keep=True)
        transaction.set_rollback(True)
    if second.tables or second.events:
        yield f"sent twice, it writes {second.tables} and {second.events} again"
    if first.response.headers.get("Location") != second.response.headers.get("Location"):
        yield "sent twice, it leads to two places"


def no_interference(ground: Ground, name: str, every_cell: bool) -> Iterator[str]:
    """T-Z04: the answer is the same whether or not another practice is in the database."""
    alone = ground.alone.get(name)
    if alone is None or MATRIX[name].public or name in BY_THE_CLOCK:
        return
    role = next(iter(MATRIX[name].GET.roles))
    now = ground.seen(name, "GET", role)
    before, after = steady(alone.text), steady(now.text)
    if before != after:
        place = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), -1)
        yield (
            f"another practice changes it: …{before[place - 30 : place + 50]!r} became "
            f"…{after[place - 30 : place + 50]!r}"
        )


CHECKS = (
    allowed_roles, refused_roles, other_methods, other_practice, other_therapist, nobody,
    planted_fields, sent_twice, no_interference,
)  # fmt: skip
