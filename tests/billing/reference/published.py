"""Tiny files in the exact forms that CMS publishes, with words of our own as descriptors."""

import io
import zipfile

from clinic.published_files import PublishedFile

NOTICE = "CPT only copyright 2025 American Medical Association.  All rights reserved."
PTP_HEADING = [
    f"{NOTICE}\t\t\t\t\t\t",
    "Column1/Column2 Edits\t\t\t\t\t\t",
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale",
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t",
    "\t\t\t\t*=no data\t1=allowed\t",
    "\t\t\t\t\t9=not applicable\t",
]
OTHER_CODES = "0001A\t0002A\t\t20210101\t*\t1\tInvented rationale"
ACTIVE = "98940\t97140\t*\t19960101\t*\t1\tInvented rationale"
ENDED = "97140\t97530\t\t19990401\t20191231\t1\tInvented rationale"
VOID = "97112\t97140\t\t19990401\t19990401\t9\tInvented rationale"
BACK = "97530\t97535\t\t19990401\t20191231\t1\tInvented rationale"
BACK_AGAIN = "97530\t97535\t\t20201001\t20211231\t1\tInvented rationale"
NEVER = "97140\t97124\t\t20000101\t*\t0\tInvented rationale"


def ptp_text(*rows: str, end: str = "\n") -> bytes:
    return (end.join([*PTP_HEADING, *rows]) + end).encode("ascii")


def ptp_parts(
    *rows: str, version: str = "v322r0", setting: str = "pra", end: str = "\n"
) -> list[PublishedFile]:
    """Four zipped parts; the given rows are in the fourth, as therapy's mostly are."""
    texts = [ptp_text(OTHER_CODES, end=end)] * 3 + [ptp_text(*rows, end=end)]
    return [
        zipped(
            f"medicare-ncci-2026q3-practitioner-ptp-edits-cci{setting}-{version}-f{part}.zip",
            {f"cci{setting}-{version}-f{part}.TXT": text},
        )
        for part, text in enumerate(texts, 1)
    ]


def zipped(name: str, members: dict[str, bytes]) -> PublishedFile:
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return PublishedFile(name, store)


def plain(name: str, content: str | bytes) -> PublishedFile:
    data = content.encode("latin-1") if isinstance(content, str) else content
    return PublishedFile(name, io.BytesIO(data))


MUE_NAME = "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"


def mue_text(*rows: str, of: str = "Practitioner Services") -> str:
    notice = f'"{NOTICE}\n\nThe mark \xae is registered.\n",,,'
    heading = f'"HCPCS/\nCPT Code",{of} MUE Values,MUE Adjudication Indicator,MUE Rationale'
    return "\n".join([notice, heading, *rows]) + "\n"


RVU_NAME = "PPRRVU2026_Jul_nonQPP.csv"
_HEADING = """\
,,,,,,,,,,,,,,,,,,,,,,,,,,,,,NON-FACILITY,FACILITY,
,,,,NOT USED,,,,,,,,,,,,,,,,,,,,,,PHYSICIAN,,DIAGNOSTIC,PE USED,PE USED,MP USED
,,,,FOR,,,NON-FAC,,FACILITY,,,,,,,,,,,,,,,,,SUPERVISION OF,,IMAGING,FOR OPPS,FOR OPPS,FOR OPPS
,,,STATUS,MEDICARE,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,\
MULT,BILAT,ASST,CO-,TEAM,PRIC,ENDO,CONV,DIAGNOSTIC,CALCULATION,FAMILY,PAYMENT,PAYMENT,PAYMENT
HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,\
OP,OP,OP,PROC,SURG,SURG,SURG,SURG,IND,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT"""
PRIC = 23  # came between TEAM SURG and ENDO BASE in 2026


def rvu_text(*rows: str, title: str = "", with_pric: bool = True) -> str:
    title = title or "2026 National Physician Fee Schedule Relative Value File July Release"
    tail = "," * 29
    titles = [title, NOTICE, "Dental codes belong to others.", "", "RELEASED 06/30/2026"]
    lines = [f",,{words}{tail}" for words in titles] + _HEADING.split("\n") + list(rows)
    if not with_pric:
        lines = [",".join(_without(line.split(","))) for line in lines]
    return "\n".join(lines) + "\n"


def _without(cells: list[str]) -> list[str]:
    return cells[:PRIC] + cells[PRIC + 1 :]


def rvu_row(code: str, work: str, practice: str, malpractice: str, modifier: str = "") -> str:
    return (
        f"{code},{modifier},Invented words,A,,{work},{practice},,{practice},,{malpractice},"
        "0.00,0.00,0,XXX,0.00,0.00,0.00,5,0,0,0,0,9,,33.4009,09,0,99,0.00,0.00,0.00"
    )
