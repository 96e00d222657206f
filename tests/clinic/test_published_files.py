"""Archives that must not be read."""

import io

import pytest

from clinic import published_files
from clinic.published_files import FileRefused, PublishedFile, contents
from tests.billing.reference.published import zipped


def refused(file: PublishedFile) -> str:
    with pytest.raises(FileRefused) as refusal, contents(file, ".txt"):
        pass
    return str(refusal.value)


def test_archive_with_a_password_is_refused():
    content = bytearray(zipped("a.zip", {"a.txt": b"x"}).stream.getvalue())
    content[content.index(b"PK\x01\x02") + 8] |= 1

    assert refused(PublishedFile("a.zip", io.BytesIO(bytes(content)))) == (
        "a.zip is locked with a password: unpack it first."
    )


def test_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(published_files, "MAX_CONTENT", 1000)

    assert refused(zipped("a.zip", {"a.txt": b"x" * 1001})) == (
        "a.zip unpacks to more than any such table has: it was not read."
    )


def test_digest_is_of_the_whole_file_from_its_start():
    file = PublishedFile("a.txt", io.BytesIO(b"abc"))
    file.stream.read(2)

    assert file.sha256() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
