"""Bundles before a second judge: npm's fhir knows code bindings, which fhir.resources does not.

It runs where Node.js is and HANDLINE_NODE_MODULES names a folder with the package (`make audit`
installs it there); elsewhere it is left out, and said so.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from notes.exchange.fhir import bundle_of
from notes.services.addenda import add_addendum
from tests.factories import make_clinician, new_key
from tests.notes.acts import sign
from tests.notes.record.charts import all_stories, clean_note, ground

MODULES = os.environ.get("HANDLINE_NODE_MODULES", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (MODULES and shutil.which("node")),
        reason="needs Node.js and, in HANDLINE_NODE_MODULES, npm's fhir: make audit",
    ),
]


def judged(*bundles: dict) -> list[list[str]]:
    """What npm's fhir has against each bundle."""
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("fhir_npm.js"))],
        input=json.dumps(bundles), capture_output=True, text=True, check=True,
        env=os.environ | {"NODE_PATH": MODULES},
    )  # fmt: skip
    return json.loads(done.stdout)


def test_bundles_of_every_discipline_pass(in_practice):
    words, seen, bundles = ground(), set(), []
    for story in all_stories():
        if story["discipline"] in seen:
            continue
        seen.add(story["discipline"])
        preset = "commercial" if story["discipline"] == "MT" else "medicare"
        note = sign(clean_note(words, story, preset))
        add_addendum(
            note, by=make_clinician().user, submit_key=new_key(), text="Left.", method="password"
        )
        bundles.append(bundle_of(note.visit.patient))

    said = judged(*bundles)

    assert len(said) == 6
    assert [messages for messages in said if messages] == []


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [("Claim", "use", "bill"), ("Claim", "status", "weird"), ("Provenance", "agent", None)],
)
def test_judge_notices_a_defect(in_practice, kind, field, value):
    note = sign(clean_note(ground(), all_stories()[1], "medicare"))
    bundle = json.loads(json.dumps(bundle_of(note.visit.patient)))
    resource = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind)
    if value is None:
        del resource[field]
    else:
        resource[field] = value

    [said] = judged(bundle)

    assert said != []
