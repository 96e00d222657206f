"""Payers' answers to claims of ours, as text: 835, 277CA, 999."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """What the payer decides on one claim: cents paid, and (group, reason, cents) rows."""

    number: str
    charge: int
    paid: int
    adjustments: tuple[tuple[str, str, int], ...] = ()
    status: str = "1"
    control: str = "PAYER0001"
    # Of each line: its id, code, charge, payment and its own adjustments.
    lines: tuple[tuple[str, str, int, int, tuple[tuple[str, str, int], ...]], ...] = ()


def dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def remittance(*said: Said, trace: str = "TRACE1", payer: str = "PLAN", total: int | None = None,
               control: int = 7) -> str:  # fmt: skip
    """An 835 that adds up, unless ``total`` says otherwise."""
    amount = sum(s.paid for s in said) if total is None else total
    body = [
        f"BPR*I*{dollars(amount)}*C*ACH*CCP*01*888999777*DA*24681012*1935665544**01*111333555*DA"
        "*144444*20260310",
        f"TRN*1*{trace}*1935665544",
        f"N1*PR*{payer}",
        "N1*PE*NORTH CLINIC*XX*1234567893",
        "LX*1",
    ]
    for one in said:
        body += _claim(one)
    return _wrap("HP", "835", "005010X221A1", body, control)


def _claim(one: Said) -> Iterable[str]:
    rows = [*one.adjustments, *(row for line in one.lines for row in line[4])]
    share = sum(cents for group, _, cents in rows if group == "PR")
    yield (f"CLP*{one.number}*{one.status}*{dollars(one.charge)}*{dollars(one.paid)}"
           f"*{dollars(share)}*12*{one.control}")  # fmt: skip
    yield from _reductions(one.adjustments)
    yield "NM1*QC*1*SAMPLE*JORDAN"
    for line_id, code, charge, paid, adjustments in one.lines:
        yield f"SVC*HC:{code}*{dollars(charge)}*{dollars(paid)}**1"
        yield "DTM*472*20260302"
        yield from _reductions(adjustments)
        yield f"REF*6R*{line_id}"


def _reductions(rows: Iterable[tuple[str, str, int]]) -> Iterable[str]:
    for group, reason, cents in rows:
        yield f"CAS*{group}*{reason}*{dollars(cents)}"


def acknowledgement(group: int, verdict: str = "A") -> str:
    body = [f"AK1*HC*{group}*005010X222A1", "AK2*837*0001*005010X222A1"]
    if verdict == "R":
        body.append("IK3*NM1*17**8")
    body += [f"IK5*{verdict}", f"AK9*{verdict}*1*1*{1 if verdict == 'A' else 0}"]
    return _wrap("FA", "999", "005010X231A1", body, 8)


def claim_status(number: str, code: str = "A2:20", control: str = "PAYER0001") -> str:
    body = [
        "BHT*0085*08*B1*20260310*1008*TH",
        "HL*1**20*1", "NM1*PR*2*PLAN*****PI*60054", "HL*2*1*21*1", "TRN*2*B1", "HL*3*2*19*1",
        "NM1*85*2*NORTH CLINIC*****XX*1234567893", "HL*4*3*PT", "NM1*QC*1*SAMPLE*JORDAN",
        f"TRN*2*{number}", f"STC*{code}*20260310*WQ*100", f"REF*1K*{control}",
    ]  # fmt: skip
    return _wrap("HN", "277", "005010X214", body, 9)


def _wrap(group: str, kind: str, version: str, body: list[str], control: int) -> str:
    lines = [
        f"ISA*00*          *00*          *ZZ*{'PAYER':15}*ZZ*{'SUB0001':15}*260310*1008*^*00501"
        f"*{control:09d}*0*T*:",
        f"GS*{group}*PAYER*SUB0001*20260310*1008*{control}*X*{version}",
        f"ST*{kind}*0001*{version}",
        *body,
        f"SE*{len(body) + 2}*0001",
        f"GE*1*{control}",
        f"IEA*1*{control:09d}",
    ]
    return "".join(f"{line}~\n" for line in lines)
