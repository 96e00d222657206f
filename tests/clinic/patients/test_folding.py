import pytest

from clinic.folding import after, digits_of, fold, is_one_edit, words_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Müller", "muller"), ("Ørsted", "orsted"), ("Straße", "strasse"), ("O'Neil", "o'neil")],
)
def test_names_are_folded(text, folded):
    assert fold(text) == folded


def test_words_of_a_hyphenated_name_are_also_one():
    assert words_of("Anna-Lena", "O'Neil") == {"anna", "lena", "annalena", "oneil"}


def test_digits_lose_the_country_code_and_short_numbers():
    assert digits_of("+1 (518) 555-0100", "12345") == {"5185550100"}


@pytest.mark.parametrize(
    ("prefix", "following"), [("joh", "joi"), ("joz", "jp"), ("9", "a"), ("a9", "aa")]
)
def test_what_follows_a_prefix_is_the_end_of_its_range(prefix, following):
    assert after(prefix) == following


@pytest.mark.parametrize(
    ("word", "other", "near"),
    [
        ("johnson", "jonson", True),  # one less
        ("johnson", "johnsson", True),  # one more
        ("johnson", "jahnson", True),  # another
        ("johnson", "jonhson", True),  # swapped
        ("johnson", "jonsen", False),
        ("johnson", "johnson", True),
        ("abcd", "badc", False),
    ],
)
def test_one_edit_is_forgiven_and_no_more(word, other, near):
    assert is_one_edit(word, other) is near
    assert is_one_edit(other, word) is near
