from pathlib import Path

import pytest

from billing.claims.acknowledgements import ClaimAnswer, FileAnswer, read_277ca, read_999
from billing.claims.reading import Unreadable

DATA = Path(__file__).with_name("data") / "ack"


def sample(name: str) -> str:
    return (DATA / f"{name}.x12").read_text(encoding="utf-8")


def test_999_accepts_the_group():
    assert read_999(sample("999_accepted")) == (FileAnswer(17456, "accepted", ()),)


def test_999_rejects_the_group_and_names_the_segment():
    assert read_999(sample("999_rejected")) == (
        FileAnswer(28, "rejected", ("segment 17 (NM), error 1",)),
    )


def test_277ca_accepts_the_claim():
    assert read_277ca(sample("277CA_accepted")) == (
        ClaimAnswer("5781", "accepted", "A2:20", "", "1107000000014420"),
    )


def test_277ca_rejects_the_claim_and_says_whose_fault():
    assert read_277ca(sample("277CA_rejected")) == (
        ClaimAnswer("3920394930203", "rejected", "A7:562:85",
                    "something is invalid: status 562, billing provider", "1107000000001120"),
    )  # fmt: skip


@pytest.mark.parametrize("read", [read_999, read_277ca])
def test_file_of_another_kind_is_refused(read):
    other = sample("277CA_accepted") if read is read_999 else sample("999_accepted")

    with pytest.raises(Unreadable, match="Choose the other kind of file"):
        read(other)
