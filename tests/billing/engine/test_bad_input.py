"""Whatever arrives, the answer is one sentence, and the other lines are still answered."""

import json
from typing import Any

import pytest

from tests.billing.engine.asking import MONDAY, ask, ask_raw, block

GOOD = {"id": "good", "date": MONDAY, "policy": "commercial"}


def refused(**changes: Any) -> str:
    """The sentence for a visit with these keys changed."""
    answer = ask(changes)
    assert set(answer) == {"id", "error"}
    return str(answer["error"])


def in_block(**changes: Any) -> str:
    return refused(blocks=[{"code": "97110", "minutes": 15, **changes}])


def in_procedure(**changes: Any) -> str:
    return refused(procedures=[{"code": "97012", **changes}])


RAW = {
    b"nonsense": "The line is not JSON: Expecting value at column 1.",
    b'{"id": "x"': "The line is not JSON: Expecting ',' delimiter at column 11.",
    b"\xff\xfe{}": "The line is not UTF-8 (byte 1).",
    b"[" * 100_000: "The line is nested too deeply to be a visit.",
    b'{"id": NaN}': "NaN is not a number that JSON knows; leave the key out if it is unknown.",
    b'{"id": 1, "id": 2}': 'The key "id" occurs twice in one object.',
    b'{"id": ' + b"9" * 5000 + b"}": "The line holds a number with too many digits.",
    b'"'
    + b"x" * (10 * 1024 * 1024)
    + b'"': "The line is longer than 4 MB; send one visit per line.",
    b"[1, 2]": "The visit must be an object, not a list.",
    b"null": "The visit must be an object, not null.",
    b"12": "The visit must be an object, not 12.",
    b"{}": "The visit has no date.",
}


@pytest.mark.parametrize("raw", RAW, ids=range(len(RAW)))
def test_a_line_that_is_no_visit_gets_a_sentence_and_the_others_answers(raw: bytes) -> None:
    good = json.dumps(GOOD).encode()

    answers, count = ask_raw(good, raw, good)

    assert answers[1] == {"id": None, "error": RAW[raw]}
    assert [answer["id"] for answer in answers] == ["good", None, "good"]
    assert count == 1


def test_empty_lines_are_no_visits_and_a_byte_order_mark_is_no_mistake() -> None:
    answers, count = ask_raw(b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), b"  ", b"", b"\r")

    assert [answer["id"] for answer in answers] == ["good"]
    assert count == 0


def test_a_last_line_without_a_line_break_that_is_too_long_is_refused() -> None:
    answers, count = ask_raw(b"x" * (9 * 1024 * 1024))

    assert count == len(answers) == 1


def test_the_id_is_echoed_where_it_is_known() -> None:
    answers, _ = ask_raw(b'{"id": 7}', b'{"id": "a", "date": 1}', b'{"id": [1], "date": 1}',
                         b'{"id": true, "date": 1}', b'{"id": ""}', b'{"id": 1e999}')  # fmt: skip

    assert [answer["id"] for answer in answers] == [7, "a", None, None, None, None]


def test_the_same_id_twice_is_answered_twice() -> None:
    answers, count = ask_raw(json.dumps(GOOD).encode(), json.dumps(GOOD).encode())

    assert answers[0] == answers[1]
    assert count == 0


VISITS: list[tuple[dict[str, Any], str]] = [
    ({"dat": MONDAY}, 'The visit has an unknown key "dat"; known: id, date, policy, '
     "policy_overrides, clinician, diagnoses, patient, blocks, procedures."),
    ({"id": {}}, "id must be a text that is not empty, not an object."),
    ({"id": 10**40}, "id must be a text that is not empty, not a number of more than 30 digits."),
    ({"date": "2026-02-30"}, 'date is "2026-02-30"; write a date as YYYY-MM-DD.'),
    ({"date": "20260302"}, 'date is "20260302"; write a date as YYYY-MM-DD.'),
    ({"date": 5}, "date is 5; write a date as YYYY-MM-DD."),
    ({"date": "1999-01-01"}, "commercial has no version for 1999-01-01; the oldest one starts on "
     "2000-04-01."),
    ({"policy": "mediacre"}, 'There is no policy "mediacre"; use medicare, medicaid, tricare, uhc, '
     "aetna, commercial, commercial-legacy-edits, workers-comp or self-pay."),
    ({"policy": 3}, "policy must be a preset's key or an object with all policy fields."),
    ({"policy_overrides": []}, "policy_overrides must be an object, not a list."),
    ({"policy_overrides": {"unit_rule": "amaa"}},
     'policy_overrides.unit_rule is "amaa"; write cms, ama or full15.'),
    ({"policy_overrides": {"unitrule": "ama"}},
     'policy_overrides has an unknown key "unitrule"; known: unit_rule, tie_break, edits, '
     "overlays, distinct_modifier, modifier_line, cap, daily_limits, plan_modifier, "
     "assistant_modifier, threshold_modifier, chiropractic, cmt_with_97140, never_paid_together, "
     "code_allow_list, traction_visit_limit, modifier_order, documentation."),
    ({"clinician": "PT"}, 'clinician must be an object, not "PT".'),
    ({"clinician": {"disciplin": "PT"}},
     'clinician has an unknown key "disciplin"; known: discipline, assistant.'),
    ({"clinician": {"discipline": "pt"}},
     'clinician.discipline is "pt"; write PT, OT, SLP, DC, DO or MT.'),
    ({"clinician": {"assistant": "yes"}},
     'clinician.assistant must be true or false, not "yes".'),
    ({"patient": []}, "patient must be an object, not a list."),
    ({"patient": {"age": 5}}, 'patient has an unknown key "age"; known: accrued, '
     "active_treatment, abn."),
    ({"patient": {"accrued": 5}}, "patient.accrued must be an object, not 5."),
    ({"patient": {"accrued": {"slp": 5}}},
     'patient.accrued has an unknown key "slp"; known: pt_slp, ot.'),
    ({"patient": {"accrued": {"ot": -1}}},
     "patient.accrued.ot is -1; write a number from 0 to 10000000."),
    ({"patient": {"accrued": {"ot": True}}}, "patient.accrued.ot must be a number, not true."),
    ({"patient": {"active_treatment": 1}},
     "patient.active_treatment must be true or false, not 1."),
    ({"patient": {"abn": "signed"}},
     'patient.abn is "signed"; write none, mandatory or voluntary.'),
    ({"diagnoses": "M54.2"}, 'diagnoses must be a list, not "M54.2".'),
    ({"diagnoses": [3]}, "diagnoses[0] must be a text that is not empty, not 3."),
    ({"diagnoses": ["M54.2", "M54.2"]}, "diagnoses names M54.2 twice; list each diagnosis once."),
    ({"diagnoses": ["M54.2"] * 51}, "diagnoses holds 51 entries; at most 50 are read."),
    ({"diagnoses": ["x" * 31]}, "diagnoses[0] is 31 characters long; at most 30 are read."),
    ({"blocks": {}}, "blocks must be a list, not an object."),
    ({"blocks": [5]}, "blocks[0] must be an object, not 5."),
    ({"procedures": 1.5}, "procedures must be a list, not 1.5."),
    ({"procedures": [None]}, "procedures[0] must be an object, not null."),
    ({"blocks": [{"code": "97110", "minutes": 1}] * 2001},
     "blocks holds 2001 entries; at most 2000 are read."),
    ({"diagnoses": ["M54.2"], "blocks": [{"code": "97110", "minutes": 9, "diagnoses": ["M25.5"]}]},
     "b1 points at M25.5, which is not among the visit's diagnoses; add it there."),
    ({"diagnoses": [], "procedures": [{"code": "97012", "diagnoses": ["M25.5"]}]},
     "97012 points at M25.5, which is not among the visit's diagnoses; add it there."),
    ({"blocks": [{"id": "a", "code": "97110", "minutes": 9}] * 2},
     "Two entries have the id a; give each one its own."),
    ({"blocks": [block("97110", "09:00", "09:10"),
                 block("97112", f"{MONDAY}T09:10:00-05:00", f"{MONDAY}T09:20:00-05:00")]},
     "The visit mixes clock times with full times; write all the same way."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "sentence"), VISITS, ids=lambda value: str(value)[:40])
def test_a_visit_that_cannot_be_read_gets_its_sentence(
    changes: dict[str, Any], sentence: str
) -> None:
    answer = ask(changes)

    assert set(answer) == {"id", "error"}
    assert answer["error"] == sentence


BLOCKS: list[tuple[dict[str, Any], str]] = [
    ({"minute": 5}, 'blocks[0] has an unknown key "minute"; known: id, code, technique, regions, '
     "side, start, end, minutes, by, diagnoses, response, telehealth."),
    ({"id": 5}, "blocks[0].id must be a text that is not empty, not 5."),
    ({"id": "x" * 65}, "blocks[0].id is 65 characters long; at most 64 are read."),
    ({"code": "99999"}, 'Block b1\'s code is "99999", which is not in the code list.'),
    ({"code": "97104"}, 'Block b1\'s code is "97104", which is not in the code list; did you mean '
     "97014 or 97140?"),
    ({"code": "91740"}, 'Block b1\'s code is "91740", which is not in the code list; did you mean '
     "97140?"),
    ({"code": 97140}, "Block b1's code must be a text that is not empty, not 97140."),
    ({"code": None}, "Block b1 has neither code nor technique; one of them is enough."),
    ({"technique": "joint_mobilisation"}, 'Block b1\'s technique is "joint_mobilisation", which is '
     "no technique; did you mean joint_mobilization?"),
    ({"technique": 5}, "Block b1's technique must be a text that is not empty, not 5."),
    ({"regions": "knee"}, 'Block b1\'s regions must be a list, not "knee".'),
    ({"regions": ["kne"]}, 'Block b1\'s regions is "kne", which is no body region; did you mean '
     "knee?"),
    ({"regions": ["zzzz"]}, 'Block b1\'s regions is "zzzz", which is no body region.'),
    ({"side": "up"}, 'Block b1\'s side is "up"; write left, right or both.'),
    ({"by": "PTA"}, 'Block b1\'s by is "PTA"; write therapist, assistant or together.'),
    ({"diagnoses": 5}, "Block b1's diagnoses must be a list, not 5."),
    ({"response": 5}, "Block b1's response must be a text."),
    ({"response": "x" * 20_001}, "Block b1's response is 20001 characters long; at most 20000 are "
     "read."),
    ({"telehealth": "no"}, 'Block b1\'s telehealth must be true or false, not "no".'),
    ({"minutes": "15"}, 'Block b1\'s minutes must be a number, not "15".'),
    ({"minutes": True}, "Block b1's minutes must be a number, not true."),
    ({"minutes": -1}, "Block b1's minutes is -1; write a number from 0 to 1440."),
    ({"minutes": 1441}, "Block b1's minutes is 1441; write a number from 0 to 1440."),
    ({"minutes": 10**50}, "Block b1's minutes is a number of more than 30 digits; write a number "
     "from 0 to 1440."),
    ({"minutes": 1e308 * 10}, "Infinity is not a number that JSON knows; leave the key out if it "
     "is unknown."),
    ({"minutes": None}, "Block b1 has no length; give start and end, or minutes."),
    ({"minutes": None, "start": "09:00"}, "Block b1 has no length; give start and end, or "
     "minutes."),
    ({"minutes": None, "end": "09:00"}, "Block b1 has an end without a start; give start and end, "
     "or minutes."),
    ({"start": "9:00"}, 'Block b1\'s start is "9:00"; write a time such as "09:15".'),
    ({"start": "09:60"}, 'Block b1\'s start is "09:60"; write a time such as "09:15".'),
    ({"start": "09:00:60"}, 'Block b1\'s start is "09:00:60"; write a time such as "09:15".'),
    ({"start": "24:01"}, 'Block b1\'s start is "24:01"; write a time such as "09:15".'),
    ({"start": 900}, 'Block b1\'s start is 900; write a time such as "09:15".'),
    ({"start": "tomorrow at nine"}, 'Block b1\'s start is "tomorrow at nine"; write "09:15" or '
     '"2026-03-02T09:15:00-05:00".'),
    ({"start": "2026-03-02T09:00"}, "Block b1's start has no offset from UTC; write it as in "
     '"2026-03-02T09:15:00-05:00".'),
    ({"start": "2026-03-04T09:00Z"}, "Block b1's start is on 2026-03-04, but the visit is on "
     "2026-03-02."),
    ({"minutes": None, "start": "09:15", "end": "09:00"}, "Block b1 ends at 09:00, before it "
     "starts at 09:15; past midnight, write full times with date and offset."),
    ({"minutes": None, "start": "2026-03-02T09:15-05:00", "end": "2026-03-02T09:15-04:00"},
     "Block b1 ends at 09:15, before it starts at 09:15."),
    ({"minutes": None, "start": "09:15", "end": "2026-03-02T09:15-04:00"},
     "Block b1 mixes a clock time with a full time; write both the same way."),
    ({"minutes": None, "start": "2026-03-01T09:15-05:00", "end": "2026-03-02T09:16-05:00"},
     "Block b1 is longer than 24 hours."),
    ({"start": "09:00", "end": "09:20"}, "Block b1 lasts 20 minutes by its times but 15 by its "
     "minutes; leave one of them out."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "sentence"), BLOCKS, ids=lambda value: str(value)[:40])
def test_a_block_that_cannot_be_read_gets_its_sentence(
    changes: dict[str, Any], sentence: str
) -> None:
    assert in_block(**changes) == sentence


PROCEDURES: list[tuple[dict[str, Any], str]] = [
    ({"technique": "rest"}, 'procedures[0] has an unknown key "technique"; known: id, code, '
     "regions, side, start, end, minutes, by, diagnoses, telehealth."),
    ({"code": None}, "procedures[0] has no code."),
    ({"code": 5}, "procedures[0].code must be a text that is not empty, not 5."),
    ({"code": "97O12"}, 'procedures[0].code is "97O12", which is not in the code list; did you '
     "mean 97012?"),
    ({"id": ""}, "Procedure 97012's id must be a text that is not empty, not \"\"."),
    ({"start": "25:00"}, 'Procedure 97012\'s start is "25:00"; write a time such as "09:15".'),
    ({"end": "10:00"}, "Procedure 97012 has an end without a start; give start and end, or "
     "minutes."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "sentence"), PROCEDURES, ids=lambda value: str(value)[:40])
def test_a_procedure_that_cannot_be_read_gets_its_sentence(
    changes: dict[str, Any], sentence: str
) -> None:
    assert in_procedure(**changes) == sentence


def test_a_number_that_overflows_is_refused() -> None:
    visit = (
        b'{"date": "2026-03-02", "policy": "self-pay", '
        b'"blocks": [{"code": "97110", "minutes": 1e999}]}'
    )

    answers, _ = ask_raw(visit)

    assert answers == [{"id": None, "error": "Block b1's minutes must be a finite number."}]


def test_five_hundred_blocks_are_answered() -> None:
    blocks = [{"id": f"x{n}", "code": "97110", "minutes": 2} for n in range(500)]

    answer = ask({"blocks": blocks})

    assert answer["timed_minutes"] == 1000
    assert [line["units"] for line in answer["lines"]] == [67]


def test_a_long_value_is_quoted_short() -> None:
    assert refused(date="x" * 500) == f'date is "{"x" * 37}…"; write a date as YYYY-MM-DD.'


def test_lone_surrogates_come_back_as_they_came() -> None:
    answers, _ = ask_raw(b'{"id": "\\ud800", "date": 1}')

    assert answers[0]["id"] == "\ud800"


@pytest.mark.parametrize("accrued", [0, False, [], "", "2500"])
def test_accrual_that_is_no_object_is_refused(accrued: Any) -> None:
    assert ask({"patient": {"accrued": accrued}})["error"].startswith(
        "patient.accrued must be an object, not "
    )


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({"blocks": [{"code": "97110", "minutes": 9, "practitioner": "Ann"}]},
         'blocks[0] has an unknown key "practitioner"'),
        ({"procedures": [{"code": "97012", "reduced": True}]},
         'procedures[0] has an unknown key "reduced"'),
    ],
)  # fmt: skip
def test_facts_that_only_the_application_states_have_no_key(
    part: dict[str, Any], sentence: str
) -> None:
    assert ask(part)["error"].startswith(sentence)
