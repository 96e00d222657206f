"""A ZIP that is written while it is read: of a large record little is kept in memory."""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator

EPOCH = (1980, 1, 1, 0, 0, 0)


class _Pipe:
    """Takes what zipfile writes until somebody reads it. Has no way back: zipfile then streams."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        data = b"".join(self.parts)
        self.parts.clear()
        return data


Entry = tuple[str, Iterable[bytes]]


def stream(entries: Iterable[Entry], sums: dict[str, str]) -> Iterator[bytes]:
    """The archive's bytes; ``sums`` is filled with the SHA-256 of each file as it passes.

    Every file carries the same date, so that the same record gives the same archive.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, chunks in entries:
            info = zipfile.ZipInfo(name, date_time=EPOCH)
            # A signed PDF is compressed inside; packing it again only costs time.
            info.compress_type = zipfile.ZIP_STORED if name.endswith(".pdf") else 8
            digest = hashlib.sha256()
            with archive.open(info, "w", force_zip64=True) as file:
                for chunk in chunks:
                    digest.update(chunk)
                    file.write(chunk)
                    if pipe.parts:
                        yield pipe.take()
            sums[name] = digest.hexdigest()
            yield pipe.take()
    yield pipe.take()
