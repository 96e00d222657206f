"""docs/derive.schema.json says what the command takes and gives."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from billing.engine.policy import FIELDS, policy_to_wire
from billing.engine.presets import preset_versions
from billing.engine.timeline import BLOCK, PROCEDURE
from billing.engine.wire import VISIT
from tests.billing.engine.asking import MONDAY, ask, ask_raw
from tests.billing.engine.test_bad_input import BLOCKS, VISITS
from tests.billing.engine.test_policy import REFUSALS
from tests.billing.engine.test_properties import often, visits
from tests.billing.engine.test_published_cases import MODIFIERS

DOCS = Path(__file__).parents[3] / "docs"
SCHEMA = json.loads((DOCS / "derive.schema.json").read_text())
GUIDE = (DOCS / "derive.md").read_text()


def validator(part: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{part}", "$defs": SCHEMA["$defs"]})


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_has_exactly_the_keys_that_are_read() -> None:
    parts = SCHEMA["$defs"]

    assert set(parts["visit"]["properties"]) == set(VISIT)
    assert set(parts["block"]["properties"]) == set(BLOCK)
    assert set(parts["procedure"]["properties"]) == set(PROCEDURE)
    assert set(parts["policy"]["properties"]) == {"version", *FIELDS}
    assert parts["policy"]["required"] == list(FIELDS)
    named = parts["visit"]["properties"]["policy"]["anyOf"][0]["enum"]
    assert named == list(preset_versions())


def test_the_guides_example_is_read_and_answered_in_form() -> None:
    example = json.loads(GUIDE.split("```json\n")[1].split("```")[0])

    answer = ask(example)

    validator("visit").validate(example)
    validator("bill").validate(answer)
    assert [(line["code"], line["modifiers"]) for line in answer["lines"]] == [
        ("97140", ["59", "GP", "KX"]), ("98941", []),
    ]  # fmt: skip


def test_the_guide_names_every_field_and_preset() -> None:
    for name in (*FIELDS, *preset_versions()):
        assert name in GUIDE


@pytest.mark.parametrize("case", MODIFIERS["case"], ids=lambda case: case["id"])
def test_every_published_case_fits_the_form(case: dict[str, Any]) -> None:
    visit = {**MODIFIERS["policies"][case["payer"]], **case["visit"]}

    validator("visit").validate(visit)
    validator("bill").validate(ask(visit))


@often
@given(visits())
def test_whatever_is_charted_the_answer_fits_the_form(visit: dict[str, Any]) -> None:
    validator("visit").validate({"date": MONDAY, **visit})
    validator("bill").validate(ask(visit))


@pytest.mark.parametrize("version", ["medicare", "aetna", "commercial-legacy-edits"])
def test_a_whole_preset_fits_the_form(version: str) -> None:
    validator("policy").validate(policy_to_wire(preset_versions()[version][-1].policy))


# What only looking at several values together, at a calendar or at the code list can tell.
BEYOND_A_SCHEMA = (
    "oldest one starts", "2026-02-30", "twice", "not among", "the same way", "no technique",
    "no body region", "not in the code list", "ends at", "longer than 24", "lasts 20",
    '"9:00"', "09:60", "24:01", "09:00:60", "has no offset", "is on 2026-03-04", "2026-13",
    "both columns", "which is no rule", "Infinity", "without a start", "no length",
    "neither code nor technique", "more than 30 digits", "Two entries",
)  # fmt: skip


@pytest.mark.parametrize(
    ("part", "value", "sentence"),
    [
        *[
            ("visit", {"date": MONDAY, "policy": "commercial", **changes}, s)
            for changes, s in VISITS
        ],
        *[("block", {"code": "97110", "minutes": 15, **changes}, s) for changes, s in BLOCKS],
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_the_command_refuses_does_not_fit_the_form(
    part: str, value: dict[str, Any], sentence: str
) -> None:
    beyond = any(words in sentence for words in BEYOND_A_SCHEMA)

    assert beyond or not validator(part).is_valid(value)


@pytest.mark.parametrize(("values", "sentence"), REFUSALS, ids=lambda value: str(value)[:30])
def test_a_policy_that_is_refused_does_not_fit_the_form(
    values: dict[str, Any], sentence: str
) -> None:
    policy = {**policy_to_wire(preset_versions()["medicare"][-1].policy), **values}
    beyond = any(words in sentence for words in BEYOND_A_SCHEMA)

    assert beyond or not validator("policy").is_valid(policy)


def test_a_refusal_fits_the_form() -> None:
    answers, _ = ask_raw(b"x", b'{"id": 3}')

    for answer in answers:
        validator("refusal").validate(answer)
