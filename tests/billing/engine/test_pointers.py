"""Which diagnoses each line points at."""

from typing import Any

from tests.billing.engine.asking import ask, block, rules, texts

FREE = {"policy": "self-pay"}
MANY = [f"M25.5{n}" for n in range(1, 10)] + ["M54.2", "M54.6", "M54.59", "M75.01"]


def letters(answer: dict[str, Any]) -> list[str]:
    return ["".join(line["diagnoses"]) for line in answer["lines"]]


def test_a_line_points_at_the_diagnoses_of_its_blocks_in_the_visits_order() -> None:
    answer = ask({**FREE, "diagnoses": ["M54.2", "M75.02", "M25.562"], "blocks": [
        {"code": "97110", "minutes": 10, "diagnoses": ["M25.562"]},
        {"code": "97110", "minutes": 10, "diagnoses": ["M54.2"]},
        {"code": "97140", "minutes": 10, "diagnoses": ["M75.02"]},
        {"code": "97112", "minutes": 10}]})  # fmt: skip

    assert letters(answer) == ["AC", "ABC", "B"]


def test_without_a_list_the_blocks_own_diagnoses_are_the_visits() -> None:
    answer = ask({**FREE, "blocks": [
        {"code": "97110", "minutes": 10, "diagnoses": ["M54.2"]},
        {"code": "97140", "minutes": 10, "diagnoses": ["M25.562"]}]})  # fmt: skip

    assert letters(answer) == ["B", "A"]


def test_an_assistants_line_points_at_its_own_diagnoses() -> None:
    answer = ask({"policy": "medicare", "clinician": {"discipline": "PT"},
                  "diagnoses": ["M54.2", "M75.02"], "blocks": [
        {"code": "97110", "minutes": 15, "diagnoses": ["M54.2"]},
        {"code": "97110", "minutes": 15, "diagnoses": ["M75.02"], "by": "assistant"}]})  # fmt: skip

    assert letters(answer) == ["A", "B"]


def test_four_pointers_fit_on_a_line() -> None:
    five = {"code": "97110", "minutes": 10, "diagnoses": MANY[:5]}

    answer = ask(
        {**FREE, "diagnoses": MANY[:6], "blocks": [five, {"code": "97140", "minutes": 10}]}
    )

    assert letters(answer) == ["ABCD", "ABCD"]
    assert answer["findings"] == [{
        "level": "info", "rule": "diagnoses.pointers", "blocks": ["b1"],
        "text": "97110 is charted for 5 diagnoses; its line points at A, B, C and D.",
    }]  # fmt: skip


def test_a_claim_holds_twelve_diagnoses() -> None:
    visit = {**FREE, "blocks": [{"code": "97110", "minutes": 10, "diagnoses": [MANY[12]]}]}

    answer = ask({**visit, "diagnoses": MANY})

    assert len(MANY) == 13
    assert letters(answer) == [""]
    assert texts(answer, "diagnoses.too-many") == [
        "13 diagnoses are charted, a claim holds 12: M75.01 cannot be pointed at."
    ]
    assert "diagnoses.too-many" not in rules(ask({**visit, "diagnoses": MANY[1:]}))


def apart(hands: list[str], adjustment: list[str]) -> Any:
    return ask({"diagnoses": ["M54.2", "M75.02"],
                "blocks": [block("97140", "09:00", "09:15", regions=["shoulder"], id="h",
                                 diagnoses=hands)],
                "procedures": [{"code": "98940", "regions": ["cervical"],
                                "diagnoses": adjustment}]})  # fmt: skip


def test_services_apart_by_region_need_a_diagnosis_of_their_own() -> None:
    own, shared = apart(["M75.02"], ["M54.2"]), apart(["M54.2"], ["M54.2"])
    none, more = apart([], []), apart(["M54.2", "M75.02"], ["M54.2"])

    said = ("97140 is distinct from 98940 by region but has no diagnosis of its own; point it at "
            "one for the region treated.")  # fmt: skip
    assert texts(own, "diagnoses.own-pointer") == []
    assert texts(more, "diagnoses.own-pointer") == []
    assert texts(shared, "diagnoses.own-pointer") == [said]
    assert texts(none, "diagnoses.own-pointer") == [said]
    assert [f["blocks"] for f in shared["findings"] if "own-pointer" in f["rule"]] == [["h"]]


def test_a_proof_by_time_needs_no_diagnosis_of_its_own() -> None:
    answer = ask({"policy": "commercial-legacy-edits", "diagnoses": ["M54.2"], "blocks": [
        block("97140", "09:00", "09:15"), block("97530", "09:15", "09:30")]})  # fmt: skip

    assert rules(answer) == []


def test_diagnoses_that_ended_are_named_with_what_to_use() -> None:
    answer = ask({**FREE, "diagnoses": ["726.0", "M54.5", "neck", "M54.50", "M99.01", "S13.4XXA"]})

    assert [(f["level"], f["text"]) for f in answer["findings"]] == [
        ("block", "726.0 is ICD-9; adhesive capsulitis is M75.01 right or M75.02 left or M75.00 "
                  "without a side."),
        ("block", "M54.5 became a heading on 2021-10-01; low back pain is M54.50 or M54.51 or "
                  "M54.59."),
        ("warn", "neck does not look like an ICD-10-CM code."),
    ]  # fmt: skip


def test_a_diagnosis_was_good_until_it_ended() -> None:
    answer = ask({**FREE, "date": "2021-09-30", "diagnoses": ["M54.5"]})

    assert answer["findings"] == []
