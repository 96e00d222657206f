"""Outcome questionnaires against their published rules and examples."""

import pytest

from notes.scores import SCALES, ScoreError, meaning, score_tenths

NDI, ODI, LEFS, QDASH = "NDI", "ODI", "LEFS", "QDASH"


@pytest.mark.parametrize(
    ("instrument", "answers", "tenths", "source"),
    [
        # Fairbank: 16 points of 50 are 32 %; with one section left out, 16 of 45 are 35.5 %.
        (ODI, [2, 2, 2, 2, 2, 2, 1, 1, 1, 1], 320, "Fairbank 1980, printed example"),
        (ODI, [2, 2, 2, 2, 2, 2, 2, 1, 1, None], 356, "Fairbank 1980, one section left out"),
        # Vernon: points of 50, doubled to percent.
        (NDI, [1] * 10, 200, "Vernon and Mior 1991: 10 of 50"),
        (NDI, [5] * 10, 1000, "Vernon and Mior 1991: 50 of 50"),
        (NDI, [3, 2, 1, None, None, 2, 2, 2, 2, 2], 400, "16 of the 40 possible in eight items"),
        # Binkley: the sum of twenty items, 0 to 80.
        (LEFS, [4] * 20, 800, "Binkley 1999: full function"),
        (LEFS, [0] * 20, 0, "Binkley 1999: none"),
        (LEFS, [2] * 10 + [3] * 10, 500, "the sum"),
        # Institute for Work & Health: ((sum / n) - 1) x 25.
        (QDASH, [1] * 11, 0, "no difficulty anywhere"),
        (QDASH, [3] * 11, 500, "the middle answer everywhere"),
        (QDASH, [5] * 11, 1000, "unable everywhere"),
        (QDASH, [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, None], 250, "ten of eleven answered"),
        (QDASH, [1, 2, 3, 2, 1, 4, 2, 3, 2, 2, 3], 318, "sum 25 of 11: 1.2727 x 25"),
    ],
)  # fmt: skip
def test_score_follows_the_published_rule(instrument, answers, tenths, source):
    assert score_tenths(instrument, answers) == tenths, source


@pytest.mark.parametrize(
    ("instrument", "answers", "sentence"),
    [
        (ODI, [1] * 8 + [None] * 2,
         "2 items of Oswestry Disability Index are not answered; at most 1 may be left out."),
        (NDI, [1] * 7 + [None] * 3,
         "3 items of Neck Disability Index are not answered; at most 2 may be left out."),
        (LEFS, [1] * 19 + [None],
         "1 items of Lower Extremity Functional Scale are not answered; none may be left out."),
        (QDASH, [1] * 9 + [None] * 2,
         "2 items of QuickDASH are not answered; at most 1 may be left out."),
        (ODI, [6] + [1] * 9, "Item 1: choose a figure from 0 to 5."),
        (QDASH, [1] * 10 + [0], "Item 11: choose a figure from 1 to 5."),
        (LEFS, [1] * 19, "Lower Extremity Functional Scale has 20 items; 19 were given."),
    ],
)  # fmt: skip
def test_score_that_the_rule_does_not_give_is_refused(instrument, answers, sentence):
    with pytest.raises(ScoreError) as refusal:
        score_tenths(instrument, answers)

    assert str(refusal.value) == sentence


@pytest.mark.parametrize("scale", SCALES.values(), ids=lambda scale: scale.key)
def test_best_and_worst_answers_give_best_and_worst_score(scale):
    low, high = (score_tenths(scale.key, [n] * scale.items) for n in (scale.low, scale.high))

    assert {low, high} == {scale.best * 10, scale.worst * 10}


@pytest.mark.parametrize(
    ("instrument", "tenths", "word"),
    [(NDI, 80, "no disability"), (NDI, 100, "mild"), (NDI, 300, "moderate"), (NDI, 700, "complete"),
     (ODI, 200, "minimal disability"), (ODI, 320, "moderate"), (LEFS, 500, "")],
)  # fmt: skip
def test_bands_are_those_that_were_published(instrument, tenths, word):
    assert meaning(instrument, tenths) == word
