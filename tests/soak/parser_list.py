"""The parsers that take what comes from outside, with good examples of each."""

import io
import json
from contextlib import suppress

from billing.claims.acknowledgements import read_277ca, read_999
from billing.claims.reading import Unreadable
from billing.claims.remittance import read_835
from billing.engine.stream import answer_lines
from clinic.errors import NotAllowed
from clinic.services.backup import manifest
from notes.exchange import values
from notes.exchange.tables import read_table
from tests.architecture.tree import ROOT
from tests.soak.parsers import Parser

DATA = ROOT / "tests/billing/claims/data"
VISITS = [
    {"id": "v1", "date": "2026-03-02", "policy": "medicare",
     "clinician": {"discipline": "PT", "assistant": True}, "diagnoses": ["M54.2", "M75.02"],
     "patient": {"accrued": {"pt_slp": 2500, "ot": 0}, "active_treatment": True, "abn": "none"},
     "blocks": [{"id": "b1", "code": "97140", "technique": "joint_mobilization",
                 "regions": ["cervical"], "side": "left", "start": "09:00", "end": "09:15",
                 "by": "therapist", "diagnoses": ["M54.2"], "response": "pain 6 to 4"}],
     "procedures": [{"code": "98941", "regions": ["cervical", "thoracic", "lumbar"],
                     "start": "09:20", "diagnoses": ["M99.01"]}]},
    {"id": "v2", "date": "2026-03-02", "policy": {"unit_rule": "ama", "edits": {"source": "none"}},
     "clinician": {"discipline": "MT"}, "diagnoses": [],
     "blocks": [{"code": "97124", "minutes": 23, "regions": ["lumbar"]},
                {"code": "97110", "minutes": 8, "regions": ["lower_extremity"]}]},
]  # fmt: skip
MANIFEST = manifest.Manifest(
    "2026-03-02T12:00:00+00:00",
    "sqlite",
    "handline.sqlite3",
    10,
    "0" * 64,
    {"a": 1},
    {"b": "c"},
    {},
)
TABLE = ("Last name,First name,DOB,Phone\nSample,Jordan,05/17/1980,518-555-0100\n"
         'O\'Hara,"Ann, Jr",1999-12-31,\n')  # fmt: skip
CELLS = ["05/17/1980", "1980-05-17", "17.5.80", "May 17, 1980", "3/2/26 9:15 AM", "NY", "New York",
         "female", "Sample, Jordan", "completed", "self"]  # fmt: skip


def _x12(read):
    return lambda content: read(content.decode("latin-1"))


def _cells(content: bytes) -> None:
    text = content.decode("utf-8", "replace")
    order = values.order_of([text])
    for parse in (lambda t: values.day_of(t, order), values.state_of, values.sex_of,
                  values.names_of, values.relationship_of,
                  lambda t: values.status_of(t, past=True)):  # fmt: skip
        with suppress(values.BadCell):
            parse(text)


def _derive(content: bytes) -> None:
    answer_lines(io.BytesIO(content.replace(b"\n", b" ") + b"\n"), io.StringIO())


def all_parsers() -> list[Parser]:
    files = sorted((DATA / "835").glob("*.x12"))
    return [
        Parser("derive (timeline JSON, payer rules)", _derive, (), [json.dumps(v).encode()
                                                                   for v in VISITS]),
        Parser("remittance (835)", _x12(read_835), (Unreadable,), _good(files, read_835)),
        Parser("acknowledgement (999)", _x12(read_999), (Unreadable,),
               _good(sorted((DATA / "ack").glob("999*.x12")), read_999)),
        Parser("acknowledgement (277CA)", _x12(read_277ca), (Unreadable,),
               _good(sorted((DATA / "ack").glob("277*.x12")), read_277ca)),
        Parser("import table (CSV, XLSX)", read_table, (NotAllowed,), [TABLE.encode(),
                                                                      TABLE.encode("utf-16")]),
        Parser("import cells (dates, names, states)", _cells, (), [c.encode() for c in CELLS]),
        Parser("backup manifest", manifest.read, (NotAllowed,), [MANIFEST.to_bytes()]),
    ]  # fmt: skip


def _good(files, read) -> list[bytes]:
    """Those that read at all: some samples are there because they must not."""
    found = []
    for file in files:
        try:
            read(file.read_bytes().decode("latin-1"))
        except Unreadable:
            continue
        found.append(file.read_bytes())
    return found
