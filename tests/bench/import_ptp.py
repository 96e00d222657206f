"""How long the import of a full-size code-pair table takes, and how much memory.

Makes the four zipped parts with 2.5 million invented rows in a temporary folder and imports
them into a database of its own, as text and as workbooks. Compared with reading the same lines and
doing nothing, and in memory with a table of a tenth of the size.

    python tests/bench/import_ptp.py [ROWS]
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.workbooks import Cell, write_workbook

ROOT = Path(__file__).resolve().parents[2]
HEADING = (
    "CPT only copyright 2025 American Medical Association.  All rights reserved.\t\t\t\t\t\t\n"
    "Column1/Column2 Edits\t\t\t\t\t\t\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
    "\t\t\t\t*=no data\t1=allowed\t\n"
    "\t\t\t\t\t9=not applicable\t\n"
)
OURS = ("97110", "97112", "97116", "97124", "97140", "97150", "97530", "97535", "98940", "98941")
PARTS = 4
MOST_SECONDS, MOST_MB = 30, 200
PLAIN = """
import io, sys, zipfile
for path in sys.argv[1:]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            for line in io.BufferedReader(archive.open(name), 1 << 20):
                line.split(b"\\t")
"""


def make_parts(folder: Path, rows: int, version: str) -> list[str]:
    paths = []
    for part in range(1, PARTS + 1):
        path = folder / f"ccipra-{version}-f{part}.zip"
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open(f"ccipra-{version}-f{part}.TXT", "w") as file,
        ):
            for text in lines(part, rows // PARTS):
                file.write(text.encode())
        paths.append(str(path))
    return paths


def make_workbooks(folder: Path, rows: int, version: str) -> list[str]:
    paths = []
    for part in range(1, PARTS + 1):
        path = folder / f"ccipra-{version}-f{part}.xlsx"
        write_workbook(path, cells(part, rows // PARTS))
        paths.append(str(path))
    return paths


def cells(part: int, rows: int) -> Iterator[list[Cell]]:
    """The lines of the text; codes and stars are texts there, days and indicators numbers."""
    for text in lines(part, rows):
        for line in text.splitlines():
            row: list[Cell] = list(line.split("\t"))
            if str(row[3]).isdigit():
                row[3:6] = [int(cell) if str(cell).isdigit() else cell for cell in row[3:6]]
            yield row


def lines(part: int, rows: int) -> Iterator[str]:
    yield HEADING
    for start in range(0, rows, 10_000):
        yield "".join(row(part, number) for number in range(start, min(start + 10_000, rows)))
    if part == PARTS:
        yield "".join(our_rows())


def row(part: int, number: int) -> str:
    """No code of ours on both sides, so that these rows are checked and left out."""
    column1 = f"{part}{number // 999:04}"
    deletion = "*" if number % 3 else "20191231"
    rationale = "An invented rationale of about the usual length"
    return (
        f"{column1}\t{10_000 + number % 999}\t\t20180101\t{deletion}\t{number % 2}\t{rationale}\n"
    )


def our_rows() -> list[str]:
    return [
        f"{one}\t{other}\t\t20180101\t*\t1\tAn invented rationale\n"
        for one in OURS
        for other in OURS
        if one < other
    ]


def run(folder: Path, *command: str) -> str:
    environment = {**os.environ, "HANDLINE_DEMO": "1", "HANDLINE_DATA": str(folder)}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def seconds_of(folder: Path, *command: str) -> float:
    """Of the processor: on a busy machine the clock tells how busy it is."""
    before = cpu_seconds()
    run(folder, *command)
    return cpu_seconds() - before


def cpu_seconds() -> float:
    """Of all children so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_mb() -> float:
    """Of the largest child so far; so the small table goes first."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main(rows: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(folder, "manage.py", "migrate", "--verbosity", "0")
        run(folder, "manage.py", "load_reference")
        small = make_parts(folder, rows // 10, "v321r0")
        run(folder, "manage.py", "import_ptp", "--attest-license", *small)
        small_mb = peak_mb()
        parts = make_parts(folder, rows, "v322r0")
        plain = seconds_of(folder, "-c", PLAIN, *parts)
        ours = seconds_of(folder, "manage.py", "import_ptp", "--attest-license", *parts)
        plain = statistics.median([plain, seconds_of(folder, "-c", PLAIN, *parts)])
        report = run(folder, "manage.py", "import_ptp", "--accept", "2026Q3")
        full_mb = peak_mb()
        books = make_workbooks(folder, rows, "v323r0")
        import_books = ("manage.py", "import_ptp", "--attest-license", *books)
        books_seconds, books_mb = seconds_of(folder, *import_books), peak_mb()
    print(f"{rows:,} rows: {ours:.1f} s CPU, peak {full_mb:.0f} MB; plain reading {plain:.1f} s")
    print(f"{rows:,} rows of workbooks: {books_seconds:.1f} s CPU, peak {books_mb:.0f} MB")
    print(report.strip())
    time_ratio, memory_ratio = ours / plain, full_mb / small_mb
    print(f"ratio import to {MOST_SECONDS} s: {ours / MOST_SECONDS:.2f}  (at most 1)")
    print(f"ratio import to plain reading, time: {time_ratio:.2f}  (at most 8)")
    print(f"ratio import of ten times the rows, memory: {memory_ratio:.2f}  (at most 1.2)")
    print(f"ratio import of workbooks to {MOST_SECONDS} s: {books_seconds / MOST_SECONDS:.2f}"
          "  (at most 1)")  # fmt: skip
    within = ours <= MOST_SECONDS and books_seconds <= MOST_SECONDS and books_mb <= MOST_MB
    return 0 if within and time_ratio <= 8 and memory_ratio <= 1.2 else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_500_000))
