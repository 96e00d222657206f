"""An 837P file back to claims: what we write is read again before it leaves."""

from dataclasses import dataclass, field
from datetime import date

from billing.claims import reading
from billing.claims.layout import check_order
from billing.claims.reading import File, Segment, Unreadable
from billing.claims.types import (
    Accident,
    Address,
    Adjustment,
    Billing,
    Claim,
    Facility,
    Insured,
    Line,
    LinePaid,
    Name,
    OtherPayer,
    Patient,
    Payer,
    Problem,
    Provider,
    Span,
)


@dataclass
class _Claim:
    """A claim while its loops are read."""

    billing: dict = field(default_factory=dict)
    subscriber: dict = field(default_factory=dict)
    patient: dict = field(default_factory=dict)
    claim: dict = field(default_factory=dict)
    others: list[dict] = field(default_factory=list)
    lines: list[dict] = field(default_factory=list)


def read_837p(text: str) -> tuple[tuple[Claim, ...], tuple[Problem, ...]]:
    """The claims of a file, and what is wrong with its structure."""
    problems: list[Problem] = []
    try:
        file = reading.read_file(text, kind="837")
    except Unreadable as refusal:
        return (), (
            # What it advises beside is for files that came in.
            Problem(
                "file",
                str(refusal).partition(". ")[0].rstrip("."),
                "Make the file anew.",
                rule="x12.envelope",
            ),
        )
    problems += check_order(file)
    reader = _Reader(file, problems)
    for segment in file.segments:
        reader.take(segment)
    reader.finish()
    return tuple(reader.claims), tuple(problems)


class _Reader:
    """Walks the segments; a few words of state say which loop they belong to."""

    def __init__(self, file: File, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.claims: list[Claim] = []
        self.now = _Claim()
        self.at = ""
        self.target: dict = {}

    def take(self, segment: Segment) -> None:
        handler = getattr(self, f"_{segment.id.lower()}", None)
        if handler is not None:
            handler(segment)

    def finish(self) -> None:
        if self.now.claim:
            self.claims.append(self._built())
        self.now.claim, self.now.lines, self.now.others = {}, [], []

    # --- where we are --------------------------------------------------------------------

    def _hl(self, s: Segment) -> None:
        self.finish()
        level = s.get(3)
        if level == "20":
            self.now = _Claim()
            self.target = self.now.billing
        elif level == "22":
            self.now.subscriber = {"child": s.get(4)}
            self.now.patient = {}
            self.target = self.now.subscriber
        elif level == "23":
            self.now.patient = {"given": True}
            self.target = self.now.patient
        self.at = level

    def _clm(self, s: Segment) -> None:
        self.finish()
        place, _, frequency = ([*self.file.parts(s.get(5)), "", "", ""])[:3]
        self.now.claim = {
            "number": s.get(1),
            "total": self._cents(s.get(2), "28"),
            "place": place,
            "frequency": frequency,
            "assignment": s.get(7),
            "accident": self.file.parts(s.get(11)) if s.get(11) else [],
            "dates": {},
            "providers": {},
        }
        self.at, self.target = "claim", self.now.claim

    def _nm1(self, s: Segment) -> None:
        entity = s.get(1)
        named = {
            "name": Name(s.get(3), s.get(4), s.get(5), s.get(7), s.get(2) == "1"),
            "id": s.get(9),
        }
        if entity == "85":
            self.now.billing |= named
            self.target = self.now.billing
        elif entity == "IL":
            self.target = self.now.others[-1] if self.at == "other" else self.now.subscriber
            self.target |= named
        elif entity == "PR":
            home = self.now.others[-1] if self.at == "other" else self.now.subscriber
            home["payer"] = named
            self.target = named
        elif entity == "QC":
            self.now.patient |= named
            self.target = self.now.patient
        elif entity in ("DN", "82", "77", "DQ") and self.now.claim:
            self.now.claim["providers"][entity] = named
            self.target = named

    def _lx(self, s: Segment) -> None:
        self.now.lines.append({"refs": []})
        self.at, self.target = "line", self.now.lines[-1]

    def _sbr(self, s: Segment) -> None:
        facts = {"rank": s.get(1), "relation": s.get(2), "group": s.get(3), "filing": s.get(9)}
        if self.now.claim:
            self.now.others.append(facts)
            self.at = "other"
        else:
            self.now.subscriber |= facts

    # --- values --------------------------------------------------------------------------

    def _n3(self, s: Segment) -> None:
        self.target["street"] = (s.get(1), s.get(2))

    def _n4(self, s: Segment) -> None:
        self.target["town"] = (s.get(1), s.get(2), s.get(3))

    def _dmg(self, s: Segment) -> None:
        self.target["born"] = self._date(s.get(2), "3")
        self.target["sex"] = s.get(3)

    def _prv(self, s: Segment) -> None:
        self.target["taxonomy"] = s.get(3)

    def _pat(self, s: Segment) -> None:
        self.now.patient["relation"] = s.get(1)

    def _ref(self, s: Segment) -> None:
        if s.get(1) in ("EI", "SY") and self.at == "20":
            self.now.billing["tax"] = (s.get(1), s.get(2))
        elif s.get(1) == "6R" and self.at == "line":
            self.now.lines[-1]["refs"].append(s.get(2))
        elif self.at == "claim" and s.get(1) in ("G1", "F8"):
            self.now.claim[s.get(1)] = s.get(2)
        elif s.get(1) == "Y4" and self.at in ("22", "23"):
            (self.now.patient or self.now.subscriber)["casualty"] = s.get(2)

    def _dtp(self, s: Segment) -> None:
        if self.at == "line" and s.get(1) == "472":
            self.now.lines[-1]["on"] = self._date(s.get(3), "24A")
        elif self.at == "line" and s.get(1) == "573":
            self.now.lines[-1]["earlier"]["on"] = self._date(s.get(3), "9")
        elif self.at == "claim" and s.get(2) == "RD8":
            start, _, end = s.get(3).partition("-")
            self.now.claim["dates"] |= {
                "360": self._date(start, "16"),
                "361": self._date(end, "16"),
            }
        elif self.at == "claim":
            self.now.claim["dates"][s.get(1)] = self._date(s.get(3), "14")

    def _amt(self, s: Segment) -> None:
        if s.get(1) == "F5":
            self.now.claim["paid"] = self._cents(s.get(2), "29")
        elif s.get(1) == "D" and self.at == "other":
            self.now.others[-1]["paid"] = self._cents(s.get(2), "9")

    def _svd(self, s: Segment) -> None:
        self.now.lines[-1]["earlier"] = {"paid": self._cents(s.get(2), "9"), "cas": []}

    def _cas(self, s: Segment) -> None:
        if self.at == "line":
            home = self.now.lines[-1].setdefault("earlier", {"paid": 0, "cas": []})["cas"]
        elif self.at == "other":
            home = self.now.others[-1].setdefault("cas", [])
        else:
            return
        for place in range(2, 20, 3):
            if s.get(place):
                cents = self._cents(s.get(place + 1), "9")
                home.append(Adjustment(s.get(1), s.get(place), cents))

    def _hi(self, s: Segment) -> None:
        parts = [self.file.parts(value) for value in s.elements if value]
        codes = tuple(part[1] for part in parts if len(part) > 1)
        conditions = bool(parts) and parts[0][0] == "BG"
        self.now.claim["conditions" if conditions else "diagnoses"] = codes

    def _sv1(self, s: Segment) -> None:
        _, code, *modifiers = [*self.file.parts(s.get(1)), ""]
        self.now.lines[-1] |= {
            "code": code,
            "modifiers": tuple(m for m in modifiers if m),
            "charge": self._cents(s.get(2), "24F"),
            "units": self._units(s.get(4)),
            "place": s.get(5),
            "pointers": tuple(reading.int_of(p) for p in self.file.parts(s.get(7)) if p),
            "emergency": s.get(9) == "Y",
            "epsdt": s.get(11) == "Y",
        }

    def _units(self, text: str) -> int:
        if not text.isdigit():
            self._wrong("24G", "units are whole numbers", "Round them to whole units.", text)
            return 1
        return int(text)

    def _cents(self, text: str, box: str) -> int:
        try:
            return reading.cents_of(text, "The amount")
        except Unreadable as refusal:
            self._wrong(box, str(refusal), "Write it in dollars and cents.")
            return 0

    def _date(self, text: str, box: str) -> date | None:
        try:
            return reading.date_of(text, "The date")
        except Unreadable as refusal:
            self._wrong(box, str(refusal), "Correct the date.")
            return None

    def _wrong(self, box: str, what: str, fix: str, value: str = "") -> None:
        self.problems.append(Problem(box, what.rstrip("."), fix, value, "x12.value"))

    # --- building ------------------------------------------------------------------------

    def _built(self) -> Claim:
        now, claim = self.now, self.now.claim
        accident = ([*claim["accident"], "", "", "", ""])[:4]
        dates, people = claim["dates"], claim["providers"]
        return Claim(
            number=claim["number"],
            billing=_billing(now.billing),
            payer=_payer(now.subscriber.get("payer", {})),
            insured=_insured(now.subscriber),
            total_cents=claim["total"],
            diagnoses=claim.get("diagnoses", ()),
            lines=tuple(_line(row) for row in now.lines),
            frequency=claim["frequency"],
            place=claim["place"],
            patient=_patient(now.patient) if now.patient else None,
            rendering=_provider(people.get("82")),
            referring=_provider(people.get("DN")),
            supervising=_provider(people.get("DQ")),
            facility=_facility(people.get("77")),
            onset_on=dates.get("431"),
            initial_treatment_on=dates.get("454"),
            accident=Accident("EM" in accident, "AA" in accident, "OA" in accident, accident[3],
                              dates.get("439")) if claim["accident"] else None,
            authorization=claim.get("G1", ""),
            payer_control=claim.get("F8", ""),
            patient_paid_cents=claim.get("paid", 0),
            assignment=claim["assignment"],
            earlier=tuple(_other(row) for row in now.others),
            other_claim_id=(now.patient or now.subscriber).get("casualty", ""),
            conditions=claim.get("conditions", ()),
            off_work=Span(dates.get("360"), dates.get("361")),
            in_hospital=Span(dates.get("435"), dates.get("096")),
        )  # fmt: skip


def _address(of: dict) -> Address:
    street, street2 = of.get("street", ("", ""))
    return Address(street, *of.get("town", ("", "", "")), street2=street2)


def _billing(of: dict) -> Billing:
    kind, number = of.get("tax", ("EI", ""))
    return Billing(of.get("name", Name("")), of.get("id", ""), number, _address(of),
                   of.get("taxonomy", ""), kind)  # fmt: skip


def _payer(of: dict) -> Payer:
    name = of.get("name", Name(""))
    return Payer(name.last, of.get("id", ""), _address(of))


def _insured(of: dict) -> Insured:
    return Insured(
        name=of.get("name", Name("")),
        member_id=of.get("id", ""),
        filing=of.get("filing", ""),
        rank=of.get("rank", ""),
        is_patient=of.get("relation") == "18",
        group=of.get("group", ""),
        address=_address(of),
        born_on=of.get("born"),
        sex=of.get("sex", ""),
    )


def _patient(of: dict) -> Patient:
    return Patient(of.get("name", Name("")), of.get("relation", ""), _address(of), of.get("born"),
                   of.get("sex", ""))  # fmt: skip


def _provider(of: dict | None) -> Provider | None:
    return Provider(of["name"], of["id"], of.get("taxonomy", "")) if of else None


def _facility(of: dict | None) -> Facility | None:
    return Facility(of["name"].last, _address(of), of["id"]) if of else None


def _other(of: dict) -> OtherPayer:
    return OtherPayer(_payer(of.get("payer", {})), _insured(of), of.get("paid"),
                      tuple(of.get("cas", ())))  # fmt: skip


def _line(of: dict) -> Line:
    before = of.get("earlier")
    return Line(
        id="|".join(of["refs"]),
        code=of.get("code", ""),
        units=of.get("units", 0),
        charge_cents=of.get("charge", 0),
        served_on=of.get("on"),
        pointers=of.get("pointers", ()),
        modifiers=of.get("modifiers", ()),
        place=of.get("place", ""),
        earlier=LinePaid(before["paid"], tuple(before["cas"]), before.get("on"))
        if before
        else None,
        emergency=of.get("emergency", False),
        epsdt=of.get("epsdt", False),
    )
