"""The command as it is typed."""

import io
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest
from django.core.management import CommandError, call_command

from billing.engine.__main__ import main
from billing.engine.catalog import ALL_RULES, RULE_IDS
from tests.billing.engine.asking import MONDAY

GOOD = json.dumps({"id": "a", "date": MONDAY, "policy": "self-pay",
                   "blocks": [{"code": "97110", "minutes": 15}]})  # fmt: skip
ANSWER = json.dumps({
    "id": "a", "policy": "self-pay@2000-04-01", "engine": "1.2", "timed_minutes": 15,
    "treatment_minutes": 15,
    "lines": [{
        "code": "97110", "units": 1, "modifiers": [], "minutes": 15, "blocks": ["b1"],
        "diagnoses": [],
        "reasons": [{
            "rule": "units.ama-midpoint",
            "source": "CPT: a unit of time is attained when the midpoint is passed; WebPT on the "
                      "rule of eights",
            "text": "15 minutes make 1 unit: the midpoint of unit 1 is passed at 8, the next one's "
                    "only at 23.",
        }],
    }],
    "unbilled": [], "alternatives": [], "findings": [],
})  # fmt: skip


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    path = tmp_path / "visits.jsonl"
    path.write_text(f"{GOOD}\n")
    return path


@pytest.fixture
def spoiled(tmp_path: Path) -> Path:
    path = tmp_path / "spoiled.jsonl"
    path.write_text(f"{GOOD}\nnonsense\n{{}}\n{GOOD}\n")
    return path


def test_a_file_is_answered_line_by_line_in_the_documented_form(visits: Path) -> None:
    out = io.StringIO()

    call_command("derive", str(visits), stdout=out)

    assert out.getvalue() == f"{ANSWER}\n"


def test_bad_lines_are_counted_and_the_others_answered(spoiled: Path) -> None:
    out = io.StringIO()

    with pytest.raises(CommandError) as refused:
        call_command("derive", str(spoiled), stdout=out)

    assert str(refused.value) == "2 lines could not be answered; see each error."
    assert [json.loads(line)["id"] for line in out.getvalue().splitlines()] == [
        "a", None, None, "a",
    ]  # fmt: skip


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.jsonl"

    with pytest.raises(CommandError) as refused:
        call_command("derive", str(missing))

    assert str(refused.value) == f"{missing} cannot be read: No such file or directory."


class Input:
    """Standard input, as far as the command looks at it."""

    def __init__(self, text: str) -> None:
        self.buffer = io.BytesIO(text.encode())


def test_standard_input_is_read_without_a_file_or_with_a_dash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for arguments in ([], ["-"]):
        monkeypatch.setattr(sys, "stdin", Input(GOOD))
        out = io.StringIO()

        call_command("derive", *arguments, stdout=out)

        assert out.getvalue() == f"{ANSWER}\n"


@pytest.mark.slow
def test_the_commands_exit_status_says_whether_all_was_answered(
    visits: Path, spoiled: Path
) -> None:
    def run(path: Path) -> tuple[int, int, str]:
        done = subprocess.run([sys.executable, "manage.py", "derive", str(path)],
                              capture_output=True, text=True)  # fmt: skip
        return done.returncode, len(done.stdout.splitlines()), done.stderr

    assert run(visits) == (0, 1, "")
    assert run(spoiled) == (
        1, 4, "CommandError: 2 lines could not be answered; see each error.\n",
    )  # fmt: skip


def test_the_engine_runs_without_the_web(
    visits: Path, spoiled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(visits)]) == 0
    assert capsys.readouterr().out == f"{ANSWER}\n"
    assert main([str(spoiled)]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert main([str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err.endswith("none cannot be read: No such file or directory.\n")
    assert main(["a", "b"]) == 2
    assert capsys.readouterr().err == "Give one file, or none to read standard input.\n"


def test_the_engine_reads_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Input(GOOD + "\nx\n"))
    assert main([]) == 1
    assert capsys.readouterr().out.startswith(ANSWER)

    monkeypatch.setattr(sys, "stdin", Input(GOOD))
    assert main(["-"]) == 0


def test_a_reader_that_leaves_early_gets_no_traceback(
    visits: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def pipe_without_reader() -> IO[str]:
        read, write = os.pipe()
        os.close(read)
        return os.fdopen(write, "w")

    with pipe_without_reader() as gone, monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", gone)
        assert main([str(visits)]) == 1
    with pipe_without_reader() as gone:
        assert call_command("derive", str(visits), stdout=gone) is None
    assert capsys.readouterr().err == ""


def test_every_rule_is_in_the_catalog_once_with_all_it_says() -> None:
    assert len(RULE_IDS) == len(ALL_RULES)
    assert [rule.id for rule in ALL_RULES] == sorted(RULE_IDS)
    for rule in ALL_RULES:
        assert rule.decides
        assert rule.source
        assert rule.checked_on.isoformat() == "2026-11-22"


def test_both_modules_run_by_name(
    visits: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("billing.engine.__main__", "billing.engine.catalog"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "argv", ["derive", str(visits)])

    with pytest.raises(SystemExit) as left:
        runpy.run_module("billing.engine", run_name="__main__")

    assert left.value.code == 0
    assert capsys.readouterr().out == f"{ANSWER}\n"
    runpy.run_module("billing.engine.catalog", run_name="__main__")
    assert len(capsys.readouterr().out.splitlines()) == len(ALL_RULES)


@pytest.mark.slow
def test_the_catalog_prints_itself() -> None:
    done = subprocess.run([sys.executable, "-m", "billing.engine.catalog"],
                          capture_output=True, text=True, check=True)  # fmt: skip

    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == [rule.id for rule in ALL_RULES]
    assert {len(line) for line in lines} == {4}


def test_each_answer_is_written_before_the_next_line_is_read() -> None:
    """A stream can be followed: nothing waits for the end of the input."""
    from billing.engine.stream import answer_lines  # noqa: PLC0415 beside its only use

    sink = io.StringIO()
    seen: list[int] = []

    class Source(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            seen.append(len(sink.getvalue().splitlines()))
            return super().readline(size)

    answer_lines(Source(f"{GOOD}\n{GOOD}\n".encode()), sink)

    assert seen == [0, 1, 2]
