"""Reading what came back: each file once, posted whole or not at all."""

import hashlib
from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone

from billing.claims.acknowledgements import REJECTED, read_277ca, read_999
from billing.claims.reading import Unreadable
from billing.claims.remittance import read_835
from billing.desk_enums import ClaimState, FileState
from billing.models import Claim, ClaimFile, IncomingFile
from billing.services.claims_posting import post_remittance
from billing.services.desk_refresh import refresh
from billing.services.locking import lock_claims, lock_practice
from clinic.errors import NotAllowed
from clinic.models import User
from clinic.services import audit

LARGEST = 20_000_000


@transaction.atomic
@audit.held_back()
def read_incoming(text: str, *, name: str, by: User | None) -> IncomingFile:
    """A 999, 277CA or 835. Raises NotAllowed, and then nothing of it was posted."""
    lock_practice()
    digest = hashlib.sha256(text.encode()).hexdigest()
    earlier = IncomingFile.objects.filter(sha256=digest).first()
    if earlier is not None:
        raise NotAllowed(
            f"This file was read already on {earlier.read_at:%m/%d/%Y} as {earlier.name}: "
            "nothing was posted twice."
        )
    if len(text) > LARGEST:
        raise NotAllowed("The file is over 20 MB: ask for it in parts.")
    kind = _kind_of(text)
    row = IncomingFile.objects.create(
        kind=kind, name=name[:120], content=text, sha256=digest, read_at=timezone.now(), read_by=by
    )
    try:
        words = _POSTERS[kind](text, row, by)
    except Unreadable as refusal:
        raise NotAllowed(str(refusal)) from refusal
    audit.record("claims.read", actor=by, subject=row, kind=kind, sha256=digest, words=words)
    return row


def _kind_of(text: str) -> str:
    """By its group: FA is a 999, HN a 277, HP an 835."""
    separator = text.lstrip("\ufeff \r\n")[3:4] or "*"
    for mark, kind in (("FA", "999"), ("HN", "277"), ("HP", "835")):
        if f"GS{separator}{mark}{separator}" in text[:4000]:
            return kind
    raise NotAllowed(
        "This is neither a 999, a 277CA nor an 835. Choose the file as the clearinghouse sent it."
    )


def _post_999(text: str, row: IncomingFile, by: User | None) -> str:
    said = []
    for answer in read_999(text):
        file = ClaimFile.objects.select_for_update(no_key=True).filter(control=answer.group).first()
        if file is None:
            raise NotAllowed(f"The 999 answers file {answer.group}, which was not sent from here.")
        rejected = answer.state == REJECTED
        file.state = FileState.REJECTED if rejected else FileState.ACCEPTED
        file.words = "; ".join(answer.errors)[:400]
        file.save(update_fields=["state", "words"])
        lock_claims(file.claims.select_related("coverage"))
        for claim in file.claims.exclude(state__in=[ClaimState.PAID, ClaimState.DENIED]):
            state = ClaimState.REJECTED if rejected else ClaimState.SENT
            _set(claim, state, f"the file was refused: {file.words}" if rejected else "")
        said.append(f"{file.name} {answer.state}")
    return ", ".join(said)


def _post_277(text: str, row: IncomingFile, by: User | None) -> str:
    answers = read_277ca(text)
    _lock_named(answer.number for answer in answers)
    missing = []
    for answer in answers:
        claim = Claim.objects.filter(number=answer.number).first()
        if claim is None:
            missing.append(answer.number)
            continue
        if answer.payer_control:
            claim.payer_control = answer.payer_control[:50]
            claim.save(update_fields=["payer_control"])
        if answer.state == REJECTED:
            _set(claim, ClaimState.REJECTED, f"{answer.code}, {answer.words}")
        elif answer.state == "accepted" and claim.state in (ClaimState.MADE, ClaimState.SENT):
            _set(claim, ClaimState.ACCEPTED, "")
    words = f"{len(answers) - len(missing)} claims answered"
    return words + (f"; not ours: {', '.join(missing[:5])}" if missing else "")


def _set(claim: Claim, state: str, words: str) -> None:
    claim.state, claim.words = state, words[:400]
    claim.save(update_fields=["state", "words"])
    refresh(claim.charge_set)


def _lock_named(numbers: Iterable[str]) -> None:
    lock_claims(Claim.objects.filter(number__in=set(numbers)).select_related("coverage"))


def _post_835(text: str, row: IncomingFile, by: User | None) -> str:
    payments = read_835(text)
    _lock_named(paid.number for payment in payments for paid in payment.claims)
    posted = [post_remittance(payment, row, by=by) for payment in payments]
    claims = sum(p.claims.count() for p in posted)
    return f"{len(posted)} payment{'s' if len(posted) != 1 else ''}, {claims} claims"


_POSTERS: dict[str, Callable[[str, IncomingFile, User | None], str]] = {
    "999": _post_999,
    "277": _post_277,
    "835": _post_835,
}
