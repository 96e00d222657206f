"""A thousand mutants of good files for each parser: refused with a sentence, or read. T-X07."""

import random

import pytest

from tests.soak.parser_list import all_parsers
from tests.soak.parsers import mutated

EACH = 150  # a million by `make soak`


@pytest.mark.slow
@pytest.mark.parametrize("parser", all_parsers(), ids=lambda parser: parser.name)
def test_T_X07_parser_refuses_or_reads_whatever_comes(parser):
    chance = random.Random(7)

    for _ in range(EACH):
        parser.feed(mutated(chance.choice(parser.good), chance))

    assert parser.tried == EACH
    assert parser.crashes == []
