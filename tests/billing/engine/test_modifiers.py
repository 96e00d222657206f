"""Modifiers other than 59: each from facts, each with its reason."""

from typing import Any

import pytest

from billing.engine.presets import preset_versions
from tests.billing.engine.asking import ask, rules, shown, texts

ORDER = preset_versions()["medicare"][-1].policy.modifier_order


def medicare(discipline: str | None = "PT", /, *blocks: dict[str, Any], **rest: Any) -> Any:
    clinician = {} if discipline is None else {"clinician": {"discipline": discipline}}
    return ask({"policy": "medicare", **clinician, "blocks": list(blocks), **rest})


def exercise(minutes: int = 15, by: str = "therapist", code: str = "97110") -> dict[str, Any]:
    return {"code": code, "minutes": minutes, "by": by}


@pytest.mark.parametrize(
    ("discipline", "modifier"), [("PT", "GP"), ("OT", "GO"), ("SLP", "GN"), ("DO", "GP")]
)
def test_the_plan_of_care_gives_its_modifier(discipline: str, modifier: str) -> None:
    answer = medicare(discipline, exercise())

    assert shown(answer) == [f"97110-{modifier} x1"]
    assert texts(answer, "modifiers.plan") == [f"97110 under a plan of care of {discipline}."]


def test_a_payer_without_plan_modifiers_gets_none() -> None:
    assert shown(ask({"clinician": {"discipline": "PT"}, "blocks": [exercise()]})) == ["97110 x1"]


def test_without_a_discipline_no_plan_modifier_is_guessed() -> None:
    answer = medicare(None, exercise())

    assert shown(answer) == ["97110 x1"]
    assert texts(answer, "modifiers.discipline-unknown") == [
        "The clinician's discipline is not known, so no line carries GP, GO or GN."
    ]
    assert "modifiers.discipline-unknown" not in rules(medicare("PT", exercise()))
    assert "modifiers.discipline-unknown" not in rules(
        medicare(None, procedures=[{"code": "98940", "regions": ["lumbar"]}])
    )
    assert "modifiers.discipline-unknown" not in rules(ask({"blocks": [exercise()]}))


def test_sometimes_therapy_codes_carry_it_for_therapists_only() -> None:
    rtm = [{"code": "98985"}]

    assert shown(medicare("PT", procedures=rtm)) == ["98985-GP x1"]
    assert shown(medicare("DO", procedures=rtm)) == ["98985 x1"]


@pytest.mark.parametrize("code", ["98940", "98925", "99213", "97810"])
def test_what_is_no_therapy_carries_no_plan_modifier(code: str) -> None:
    answer = medicare("PT", procedures=[{"code": code, "regions": ["lumbar"]}])

    assert shown(answer) == [f"{code} x1"]


ASSISTANT: list[tuple[int, int, list[str]]] = [
    # therapist, assistant, lines of 97110 under the cms rule
    (15, 0, ["97110-GP x1"]),
    (0, 15, ["97110-CQ-GP x1"]),
    (5, 10, ["97110-CQ-GP x1"]),
    (8, 7, ["97110-GP x1"]),
    (7, 8, ["97110-CQ-GP x1"]),
    (15, 15, ["97110-GP x1", "97110-CQ-GP x1"]),
    (20, 13, ["97110-GP x1", "97110-CQ-GP x1"]),
    (23, 7, ["97110-GP x2"]),
    (14, 12, ["97110-GP x1", "97110-CQ-GP x1"]),
    (20, 2, ["97110-GP x1"]),
    (30, 1, ["97110-GP x2"]),
    (0, 33, ["97110-CQ-GP x2"]),
    (22, 16, ["97110-GP x1", "97110-CQ-GP x2"]),
    (38, 15, ["97110-GP x3", "97110-CQ-GP x1"]),
    (14, 29, ["97110-GP x1", "97110-CQ-GP x2"]),
]


@pytest.mark.parametrize(("own", "theirs", "lines"), ASSISTANT)
def test_an_assistants_units_are_told_apart(own: int, theirs: int, lines: list[str]) -> None:
    answer = medicare("PT", exercise(own), exercise(theirs, "assistant"))

    assert shown(answer) == lines
    assert sum(line["minutes"] for line in answer["lines"]) == own + theirs


def test_the_two_lines_share_out_minutes_and_blocks() -> None:
    answer = medicare("PT", exercise(20), exercise(13, "assistant"), exercise(2, "together"))

    assert [(line["minutes"], line["blocks"]) for line in answer["lines"]] == [
        (22, ["b1", "b3"]),
        (13, ["b2"]),
    ]


def test_why_a_unit_is_the_assistants_is_said() -> None:
    def said(own: int, theirs: int) -> list[str]:
        answer = medicare("PT", exercise(own), exercise(theirs, "assistant"))
        return texts(answer, "modifiers.assistant")

    assert said(0, 30) == ["Two full quarters of the assistant's 30 minutes."]
    assert said(15, 15) == ["One full quarter of the assistant's 15 minutes."]
    assert said(5, 10) == [
        "The last unit rests on 5 minutes of the therapist, fewer than 8, and 10 of the assistant, "
        "more than a tenth."
    ]
    assert said(22, 16) == [
        "One full quarter of the assistant's 16 minutes. The last unit rests on 7 minutes of the "
        "therapist, fewer than 8, and 1 of the assistant, more than a tenth."
    ]
    assert said(14, 12) == [
        "Two units are left for 14 minutes of the therapist and 12 of the assistant: one each."
    ]
    assert said(14, 29) == [
        "One full quarter of the assistant's 29 minutes. Two units are left for 14 minutes of the "
        "therapist and 14 of the assistant: one each."
    ]
    assert said(15, 0) == []


def test_a_pooled_unit_is_the_assistants_when_more_than_a_tenth_of_it_is() -> None:
    pooled = medicare("PT", exercise(33, code="97140"), exercise(6), exercise(1, "assistant"))

    assert shown(pooled) == ["97110-CQ-GP x1", "97140-GP x2"]


def test_two_units_left_with_too_few_minutes_of_the_therapist_are_both_the_assistants() -> None:
    """7 and 14 with a pooled unit: neither of the two has 8 minutes of the therapist."""
    answer = medicare("PT", exercise(7), exercise(14, "assistant"), exercise(2, code="97112"))

    assert shown(answer) == ["97110-CQ-GP x2"]
    assert texts(answer, "modifiers.assistant") == [
        "Two units are left for 7 minutes of the therapist and 14 of the assistant: too few for "
        "the therapist to have one."
    ]


def test_two_units_left_with_eight_minutes_of_the_therapist_are_one_each() -> None:
    answer = medicare("PT", exercise(8), exercise(14, "assistant"), exercise(1, code="97112"))

    assert shown(answer) == ["97110-GP x1", "97110-CQ-GP x1"]
    assert texts(answer, "modifiers.assistant") == [
        "Two units are left for 8 minutes of the therapist and 14 of the assistant: one each."
    ]


def test_a_pooled_unit_on_the_therapists_minutes_alone_is_the_therapists() -> None:
    answer = medicare("PT", exercise(20), exercise(15, "assistant"), exercise(3, code="97112"))

    assert shown(answer) == ["97110-GP x2", "97110-CQ-GP x1"]


def test_together_counts_as_the_therapist() -> None:
    assert shown(medicare("PT", exercise(15, "together"))) == ["97110-GP x1"]


def test_an_assistants_visit_is_the_assistants_unless_a_block_says_otherwise() -> None:
    visit = {
        "policy": "medicare",
        "clinician": {"discipline": "OT", "assistant": True},
        "blocks": [
            {"code": "97530", "minutes": 15},
            {"code": "97110", "minutes": 15, "by": "therapist"},
        ],
        "procedures": [{"code": "97016"}],
    }

    assert shown(ask(visit)) == ["97016-CO-GO x1", "97110-GO x1", "97530-CO-GO x1"]


@pytest.mark.parametrize(
    ("own", "theirs", "line"),
    [
        (27, 3, "97150-GP x1"),
        (26, 3, "97150-CQ-GP x1"),
        (10, 10, "97150-CQ-GP x1"),
        (0, 20, "97150-CQ-GP x1"),
    ],
)
def test_an_untimed_service_is_measured_as_a_whole(own: int, theirs: int, line: str) -> None:
    blocks = [exercise(own, code="97150"), exercise(theirs, "assistant", "97150")]

    answer = medicare("PT", *blocks)

    assert shown(answer) == [line]
    assert texts(answer, "modifiers.assistant") == (
        []
        if "CQ" not in line
        else [f"The assistant gave {theirs} of {own + theirs} minutes, more than a tenth of the "
              "service."]
    )  # fmt: skip


def test_an_untimed_service_without_minutes_is_whoevers_it_is() -> None:
    def group(*by: str) -> Any:
        return medicare("PT", procedures=[{"code": "97150", "by": who} for who in by])

    assert shown(group("assistant")) == ["97150-CQ-GP x1"]
    assert texts(group("assistant"), "modifiers.assistant") == [
        "The assistant gave all of it, more than a tenth of the service."
    ]
    assert shown(group("assistant", "therapist")) == ["97150-GP x1"]


@pytest.mark.parametrize(
    ("discipline", "code", "line"),
    [
        ("PT", "97161", "97161-GP x1"),
        ("SLP", "92507", "92507-GN x1"),
        ("DO", "97012", "97012-GP x1"),
        ("PT", "98925", "98925 x1"),
    ],
)
def test_evaluations_and_other_disciplines_carry_no_assistant_modifier(
    discipline: str, code: str, line: str
) -> None:
    procedure = {"code": code, "by": "assistant", "regions": ["lumbar"]}

    assert shown(medicare(discipline, procedures=[procedure])) == [line]


def test_a_payer_without_assistant_modifiers_gets_one_line() -> None:
    answer = ask({"policy": "uhc", "clinician": {"discipline": "PT"},
                  "blocks": [exercise(15), exercise(15, "assistant")]})  # fmt: skip

    assert shown(answer) == ["97110-GP x2"]


def test_after_a_cap_the_therapists_units_are_billed_first() -> None:
    def capped(own: int, theirs: int) -> Any:
        cap = {"cap": {"basis": "units", "limit": 2}}
        return medicare("PT", exercise(own), exercise(theirs, "assistant"), policy_overrides=cap)

    assert shown(capped(15, 30)) == ["97110-GP x1", "97110-CQ-GP x1"]
    assert texts(capped(15, 30), "modifiers.assistant") == [
        "One full quarter after the cap are the assistant's."
    ]
    assert shown(capped(45, 15)) == ["97110-GP x2"]
    assert shown(capped(0, 60)) == ["97110-CQ-GP x2"]


def accrued(amount: float | None, discipline: str = "PT", **rest: Any) -> Any:
    key = "ot" if discipline == "OT" else "pt_slp"
    patient = {"accrued": {} if amount is None else {key: amount}, **rest.pop("patient", {})}
    return medicare(discipline, exercise(), patient=patient, **rest)


@pytest.mark.parametrize(
    ("amount", "line"),
    [(2479.99, "97110-GP x1"), (2480, "97110-GP-KX x1"), (2500.5, "97110-GP-KX x1")],
)
def test_kx_stands_on_what_goes_above_the_threshold(amount: float, line: str) -> None:
    answer = accrued(amount)

    assert shown(answer) == [line]


def test_kx_says_the_figures() -> None:
    assert texts(accrued(2500.5), "modifiers.threshold") == [
        "PT and SLP together accrued $2,500.50 of the 2026 threshold $2,480: this line goes above "
        "it."
    ]
    assert texts(accrued(2480, "OT"), "modifiers.threshold") == [
        "OT accrued $2,480 of the 2026 threshold $2,480: this line goes above it."
    ]


def test_each_bucket_counts_for_its_own_disciplines() -> None:
    both = {"patient": {"accrued": {"pt_slp": 9000, "ot": 0}}}

    assert shown(medicare("OT", exercise(), **both)) == ["97110-GO x1"]
    assert shown(medicare("SLP", exercise(), **both)) == ["97110-GN-KX x1"]


def test_a_mandatory_notice_above_the_threshold_is_ga_and_not_kx() -> None:
    answer = accrued(2600, patient={"abn": "mandatory"})

    assert shown(answer) == ["97110-GP-GA x1"]
    assert texts(answer, "modifiers.threshold-notice") == [
        "PT and SLP together accrued $2,600 of the 2026 threshold $2,480, and a mandatory notice "
        "is on file: GA, not KX."
    ]


def test_a_year_that_is_not_loaded_is_named_and_carries_no_kx() -> None:
    answer = accrued(9000, date="2027-01-04")

    assert shown(answer) == ["97110-GP x1"]
    assert texts(answer, "modifiers.threshold-not-loaded") == [
        "The KX threshold of 2027 is not loaded; the newest one loaded is of 2026. No line carries "
        "KX."
    ]


def test_a_year_that_is_not_loaded_is_not_loaded_for_ot_either() -> None:
    answer = accrued(9000, "OT", date="2027-01-04")

    assert shown(answer) == ["97110-GO x1"]
    assert "modifiers.threshold-not-loaded" in rules(answer)


def test_what_is_known_of_the_accrual_is_said() -> None:
    assert texts(accrued(None), "modifiers.accrual-unknown") == [
        "What PT and SLP together accrued in 2026 is not known, so KX was not judged."
    ]
    assert texts(accrued(2330), "modifiers.threshold-near") == [
        "PT and SLP together accrued $2,330.00 of $2,480.00: this visit may go above the threshold."
    ]
    assert texts(accrued(3000), "modifiers.threshold-review") == [
        "PT and SLP together accrued $3,000.00, above the review threshold of $3,000.00."
    ]
    for amount in (0, 2329.99, 2480, 2999.99):
        assert not [r for r in rules(accrued(amount)) if r.startswith("modifiers.")]


def test_other_payers_and_other_codes_have_no_threshold() -> None:
    other = ask({"policy": "uhc", "clinician": {"discipline": "PT"}, "blocks": [exercise()],
                 "patient": {"accrued": {"pt_slp": 9000}}})  # fmt: skip
    visit = medicare("PT", procedures=[{"code": "99213"}],
                     patient={"accrued": {"pt_slp": 9000}})  # fmt: skip

    assert shown(other) == ["97110-GP x1"]
    assert shown(visit) == ["99213 x1"]
    assert not [rule for rule in rules(visit) if rule.startswith("modifiers.")]


def chiropractor(active: bool | None, abn: str | None, *codes: str, **rest: Any) -> Any:
    patient = {"active_treatment": active, "abn": abn}
    procedures = [{"code": code, "regions": ["lumbar"]} for code in codes]
    return medicare("DC", procedures=procedures, patient=patient, **rest)


@pytest.mark.parametrize(
    ("active", "abn", "line"),
    [
        (True, None, "98940-AT x1"),
        (True, "mandatory", "98940-AT x1"),
        (False, "mandatory", "98940-GA x1"),
        (False, "none", "98940-GZ x1"),
        (False, "voluntary", "98940-GZ x1"),
        (False, None, "98940 x1"),
        (None, "mandatory", "98940 x1"),
    ],
)
def test_a_spinal_adjustment_under_medicare_is_active_or_maintenance(
    active: bool | None, abn: str | None, line: str
) -> None:
    assert shown(chiropractor(active, abn, "98940")) == [line]


def test_the_reasons_of_a_chiropractors_modifiers() -> None:
    assert texts(chiropractor(True, None, "98940"), "modifiers.chiropractic-active") == [
        "The adjustment is active treatment, not maintenance."
    ]
    kept = "modifiers.chiropractic-maintenance"
    assert texts(chiropractor(False, "mandatory", "98940"), kept) == [
        "Maintenance with a signed notice of likely denial."
    ]
    assert texts(chiropractor(False, "none", "98940"), kept) == [
        "Maintenance without a signed notice of likely denial."
    ]
    assert texts(chiropractor(None, None, "98943"), "modifiers.chiropractic-excluded") == [
        "Medicare excludes 98943 when a chiropractor gives it."
    ]


def test_what_must_be_said_of_an_adjustment_is_asked() -> None:
    rule = "modifiers.chiropractic-unknown"

    assert texts(chiropractor(None, None, "98941"), rule) == [
        "Say whether 98941 is active treatment or maintenance; without AT, GA or GZ Medicare "
        "denies it."
    ]
    assert texts(chiropractor(False, None, "98940"), rule) == [
        "98940 is maintenance: say whether a notice was signed (GA) or not (GZ)."
    ]
    for answer in (chiropractor(True, None, "98940"), chiropractor(False, "none", "98940"),
                   chiropractor(None, None, "98943")):  # fmt: skip
        assert texts(answer, rule) == []


def test_everything_else_of_a_chiropractor_is_excluded() -> None:
    rest = {"blocks": [exercise()]}

    plain = ask({"policy": "medicare", "clinician": {"discipline": "DC"}, **rest})
    noticed = ask({"policy": "medicare", "clinician": {"discipline": "DC"}, **rest,
                   "patient": {"abn": "voluntary", "accrued": {"pt_slp": 9000}}})  # fmt: skip

    assert shown(plain) == ["97110-GP-GY x1"]
    assert shown(noticed) == ["97110-GP-GX-GY x1"]
    assert not [rule for rule in rules(plain) if rule.startswith("modifiers.")]
    assert texts(noticed, "modifiers.chiropractic-excluded")[1] == "A voluntary notice is on file."


def test_an_excluded_code_is_billed_for_its_denial_though_its_daily_limit_is_0() -> None:
    assert shown(chiropractor(True, None, "98940", "98943")) == ["98940-AT x1", "98943-GY x1"]


def test_other_disciplines_and_payers_have_no_chiropractic_modifiers() -> None:
    adjustment = [{"code": "98940", "regions": ["lumbar"]}]

    other = ask({"policy": "uhc", "clinician": {"discipline": "DC"}, "procedures": adjustment})
    assert shown(other) == ["98940 x1"]
    assert shown(medicare("DO", procedures=adjustment)) == ["98940 x1"]
    assert texts(medicare("DO", procedures=adjustment), "modifiers.chiropractic-unknown") == []
    assert texts(other, "modifiers.chiropractic-unknown") == []
