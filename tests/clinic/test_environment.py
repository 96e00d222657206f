from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ImproperlyConfigured

from clinic import environment


def test_text_comes_from_the_variable_or_the_default(monkeypatch):
    monkeypatch.setenv("HANDLINE_TRY", "set")

    assert environment.text("HANDLINE_TRY") == "set"
    assert environment.text("HANDLINE_OTHER", "default") == "default"


def test_text_comes_from_the_file_when_one_is_named(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("HANDLINE_TRY_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("HANDLINE_TRY", "from the variable")

    assert environment.text("HANDLINE_TRY") == "from the file"


@pytest.mark.parametrize(
    ("raw", "meant"),
    [("1", True), ("true", True), (" YES ", True), ("on", True), ("0", False), ("", False)],
)
def test_flag_is_on_for_words_that_say_so(monkeypatch, raw, meant):
    monkeypatch.setenv("HANDLINE_TRY", raw)

    assert environment.flag("HANDLINE_TRY") is meant


def test_flag_that_is_not_set_is_its_default():
    assert (environment.flag("HANDLINE_NOT"), environment.flag("HANDLINE_NOT", default=True)) == (
        False,
        True,
    )


def test_words_are_split_at_commas(monkeypatch):
    monkeypatch.setenv("HANDLINE_TRY", "a.example, b.example ,")

    assert environment.words("HANDLINE_TRY") == ["a.example", "b.example"]


def test_short_secret_is_refused_even_in_the_demo(monkeypatch, tmp_path):
    monkeypatch.setenv("HANDLINE_TRY", "short")

    with pytest.raises(ImproperlyConfigured, match="at least 32 random characters"):
        environment.secret("HANDLINE_TRY", demo_file=tmp_path / "secret")

    assert list(tmp_path.iterdir()) == []


def test_demo_secret_is_made_once(tmp_path):
    made = environment.secret("HANDLINE_NOT", demo_file=tmp_path / "deep" / "secret")

    assert len(made) >= 32
    assert environment.secret("HANDLINE_NOT", demo_file=tmp_path / "deep" / "secret") == made


def test_starts_at_the_same_moment_agree_on_one_demo_secret(tmp_path):
    starts, rounds = 8, 60
    together = Barrier(starts)

    def start(_number: int) -> list[str]:
        held = []
        for number in range(rounds):
            together.wait(timeout=20)
            held.append(environment.secret("HANDLINE_NOT", demo_file=tmp_path / str(number)))
        return held

    with ThreadPoolExecutor(starts) as pool:
        held = list(pool.map(start, range(starts)))

    stored = [(tmp_path / str(number)).read_text() for number in range(rounds)]
    assert held == [stored] * starts
    assert len(list(tmp_path.iterdir())) == rounds
