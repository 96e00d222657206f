"""Reading a payer's 835: what was paid for which claim, and why not more.

Payers bend the guide, so the reader takes what it finds; the sums it does not bend. A file
whose money does not add up is refused whole.
"""

from dataclasses import dataclass, field
from datetime import date

from billing.claims.reading import File, Segment, Unreadable, cents_of, date_of, read_file
from billing.claims.types import Adjustment

REVERSAL = "22"


@dataclass(frozen=True, slots=True)
class PaidLine:
    code: str
    modifiers: tuple[str, ...]
    charge_cents: int
    paid_cents: int
    units: str
    line_id: str
    served_on: date | None
    adjustments: tuple[Adjustment, ...]


@dataclass(frozen=True, slots=True)
class PaidClaim:
    number: str
    status: str
    charge_cents: int
    paid_cents: int
    patient_cents: int
    payer_control: str
    patient_name: str
    adjustments: tuple[Adjustment, ...]
    lines: tuple[PaidLine, ...]

    @property
    def is_reversal(self) -> bool:
        return self.status == REVERSAL

    @property
    def all_adjustments(self) -> tuple[Adjustment, ...]:
        return self.adjustments + tuple(a for line in self.lines for a in line.adjustments)

    def group_cents(self, group: str) -> int:
        return sum(item.cents for item in self.all_adjustments if item.group == group)


@dataclass(frozen=True, slots=True)
class Remittance:
    trace: str
    payer_name: str
    payer_id: str
    paid_on: date | None
    method: str
    total_cents: int
    provider_adjustments: tuple[Adjustment, ...]
    claims: tuple[PaidClaim, ...]


@dataclass
class _Open:
    """One payment while it is read."""

    head: dict = field(default_factory=dict)
    plb: list[Adjustment] = field(default_factory=list)
    claims: list[dict] = field(default_factory=list)


def read_835(text: str) -> tuple[Remittance, ...]:
    """The file's payments, balanced. Raises Unreadable, and then nothing may be posted."""
    file = read_file(text, kind="835")
    payments, now = [], _Open()
    for segment in file.segments:
        if segment.id == "ST":
            now = _Open()
        _take(now, segment, file)
        if segment.id == "SE":
            payments.append(_closed(now))
    for payment in payments:
        _check_balance(payment)
    return tuple(payments)


def _take(now: _Open, s: Segment, file: File) -> None:
    handler = _HANDLERS.get(s.id)
    if handler is not None:
        handler(now, s, file)


def _bpr(now: _Open, s: Segment, file: File) -> None:
    now.head["total"] = cents_of(s.get(2), "BPR02, the payment")
    now.head["method"] = s.get(4)
    now.head["paid_on"] = _loose_date(s.get(16))


def _trn(now: _Open, s: Segment, file: File) -> None:
    now.head.setdefault("trace", s.get(2))
    now.head.setdefault("payer_id", s.get(3))


def _dtm(now: _Open, s: Segment, file: File) -> None:
    if s.get(1) == "405" and not now.claims:
        now.head["paid_on"] = now.head.get("paid_on") or _loose_date(s.get(2))
    elif s.get(1) in ("472", "150") and now.claims and now.claims[-1]["lines"]:
        now.claims[-1]["lines"][-1]["on"] = _loose_date(s.get(2))


def _n1(now: _Open, s: Segment, file: File) -> None:
    if s.get(1) == "PR":
        now.head["payer"] = s.get(2)


def _clp(now: _Open, s: Segment, file: File) -> None:
    now.claims.append(
        {
            "number": s.get(1),
            "status": s.get(2),
            "charge": cents_of(s.get(3), f"The charge of claim {s.get(1)}"),
            "paid": cents_of(s.get(4), f"The payment of claim {s.get(1)}"),
            "patient": cents_of(s.get(5), f"The patient's share of claim {s.get(1)}"),
            "control": s.get(7),
            "name": "",
            "cas": [],
            "lines": [],
        }
    )


def _nm1(now: _Open, s: Segment, file: File) -> None:
    if s.get(1) == "QC" and now.claims:
        now.claims[-1]["name"] = " ".join(part for part in (s.get(4), s.get(3)) if part)


def _svc(now: _Open, s: Segment, file: File) -> None:
    if not now.claims:
        raise Unreadable("A service line stands before any claim. Fetch the file again.")
    _, code, *modifiers = [*file.parts(s.get(1)), "", ""]
    now.claims[-1]["lines"].append(
        {
            "code": code,
            "modifiers": tuple(m for m in modifiers if len(m) == 2),
            "charge": cents_of(s.get(2), f"The charge of {code}"),
            "paid": cents_of(s.get(3), f"The payment of {code}"),
            "units": s.get(5),
            "id": "",
            "on": None,
            "cas": [],
        }
    )


def _ref(now: _Open, s: Segment, file: File) -> None:
    if s.get(1) == "6R" and now.claims and now.claims[-1]["lines"]:
        now.claims[-1]["lines"][-1]["id"] = s.get(2)


def _cas(now: _Open, s: Segment, file: File) -> None:
    if not now.claims:
        raise Unreadable("An adjustment stands before any claim. Fetch the file again.")
    claim = now.claims[-1]
    home = claim["lines"][-1] if claim["lines"] else claim
    for place in range(2, 20, 3):
        if s.get(place):
            where = f"An adjustment of claim {claim['number']}"
            home["cas"].append(
                Adjustment(s.get(1), s.get(place), cents_of(s.get(place + 1), where))
            )


def _plb(now: _Open, s: Segment, file: File) -> None:
    for place in range(3, 15, 2):
        if s.get(place):
            reason = file.parts(s.get(place))[0]
            cents = cents_of(s.get(place + 1), "A provider adjustment")
            now.plb.append(Adjustment("PLB", reason, cents))


_HANDLERS = {"BPR": _bpr, "TRN": _trn, "DTM": _dtm, "N1": _n1, "CLP": _clp, "NM1": _nm1,
             "SVC": _svc, "REF": _ref, "CAS": _cas, "PLB": _plb}  # fmt: skip


def _loose_date(text: str) -> date | None:
    """Payers write odd dates; one that cannot be read is left out, the money still counts."""
    try:
        return date_of(text, "The date")
    except Unreadable:
        return None


def _closed(now: _Open) -> Remittance:
    head = now.head
    return Remittance(
        trace=head.get("trace", ""),
        payer_name=head.get("payer", ""),
        payer_id=head.get("payer_id", ""),
        paid_on=head.get("paid_on"),
        method=head.get("method", ""),
        total_cents=head.get("total", 0),
        provider_adjustments=tuple(now.plb),
        claims=tuple(_claim(row) for row in now.claims),
    )


def _claim(of: dict) -> PaidClaim:
    return PaidClaim(
        number=of["number"],
        status=of["status"],
        charge_cents=of["charge"],
        paid_cents=of["paid"],
        patient_cents=of["patient"],
        payer_control=of["control"],
        patient_name=of["name"],
        adjustments=tuple(of["cas"]),
        lines=tuple(
            PaidLine(row["code"], row["modifiers"], row["charge"], row["paid"], row["units"],
                     row["id"], row["on"], tuple(row["cas"]))
            for row in of["lines"]
        ),
    )  # fmt: skip


def _check_balance(of: Remittance) -> None:
    """The two sums that hold in every honest file."""
    for claim in of.claims:
        explained = claim.paid_cents + sum(item.cents for item in claim.all_adjustments)
        if explained != claim.charge_cents:
            raise Unreadable(
                f"Claim {claim.number} does not add up: charged {_money(claim.charge_cents)}, but "
                f"payment and adjustments make {_money(explained)}. Nothing of this file was "
                "posted; ask the payer for a corrected one."
            )
    expected = sum(claim.paid_cents for claim in of.claims) - sum(
        item.cents for item in of.provider_adjustments
    )
    if expected != of.total_cents:
        raise Unreadable(
            f"The payment is {_money(of.total_cents)}, but its claims and adjustments make "
            f"{_money(expected)}. Nothing of this file was posted; ask the payer for a corrected "
            "one."
        )


def _money(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"
