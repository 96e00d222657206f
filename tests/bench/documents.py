"""What our paper costs, against WeasyPrint used plainly for the same content.

Two references: *naive* is how WeasyPrint is usually called (style in the page, fonts read each
time, automatic tables, styles on the cells, no conformance); *leanest* is our own markup
without tags, PDF/A, attachments and finisher. Ours does all of that as well.

Typst and ReportLab set the same strings and drawings beside them.

    python tests/bench/documents.py [ROUNDS]
"""

import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


from clinic.documents import authority
from clinic.documents.job import Job
from clinic.documents.pages import note as note_page
from clinic.documents.pages import superbill as superbill_page
from clinic.documents.press import press
from clinic.documents.print_copy import Original, merge_for_print
from clinic.documents.render import note_job, superbill_job
from clinic.documents.sign import Intent, load_signer, sign_pdf
from clinic.documents.worker import Press
from tests.bench.documents_peers import by_reportlab, by_typst
from tests.bench.documents_plain import leanest, naive
from tests.clinic.documents import samples

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 9
LIMITS = {"note": 0.70, "superbill": 0.72}
SIGN_MS = 45
MOST_MB, MOST_GROWTH = 100, 2


def note(number: int) -> Job:
    draft = replace(samples.DRAFT, number=f"SN-{240000 + number}")
    return note_job(samples.signed(draft))


def superbill(number: int) -> Job:
    return superbill_job(samples.superbill(3, number=f"SB-{100000 + number}"))


def seconds(act: Callable[[], bytes]) -> float:
    start = time.process_time()
    assert act().startswith(b"%PDF-")
    return time.process_time() - start


def compare(kind: str, job_of: Callable[[int], Job], values: dict) -> bool:
    """Alternating, with other data in each round: ratios of one round share its noise."""
    rounds = []
    for number in range(ROUNDS + 1):
        job = job_of(number)
        ways = [partial(way, job) for way in (press, naive, leanest)]
        ways += [partial(way, values) for way in (by_typst, by_reportlab)]
        rounds.append([seconds(way) for way in ways])
    rounds = rounds[1:]  # the first one warms up
    ours, plain, bare, *_ = (statistics.median(column) for column in zip(*rounds, strict=True))
    to_naive = statistics.median(row[0] / row[1] for row in rounds)
    to_leanest = statistics.median(row[0] / row[2] for row in rounds)
    print(f"{kind}: ours {ours * 1000:.0f} ms, naive {plain * 1000:.0f} ms, ", end="")
    print(f"leanest {bare * 1000:.0f} ms of CPU")
    print(f"ratio {kind}, archival and tagged, to naive WeasyPrint: {to_naive:.2f}", end="")
    print(f"  (at most {LIMITS[kind]:.2f})")
    print(f"ratio {kind}, archival and tagged, to our markup as a plain PDF: {to_leanest:.2f}")
    for place, peer in ((3, "Typst, tagged and archival"), (4, "ReportLab, neither")):
        beside = statistics.median(row[place] / row[1] for row in rounds)
        print(f"ratio {kind} by {peer}, to naive WeasyPrint: {beside:.2f}")
    return to_naive <= LIMITS[kind]


def signing() -> bytes:
    now, secret = datetime.now(UTC), "a passphrase for the bench only"
    root = authority.create_root(practice="Bench", passphrase=secret, now=now)
    leaf = authority.issue_leaf(
        practice="Bench",
        name="Bench",
        issuer=authority.unlock(root, secret),
        passphrase=secret,
        now=now,
    )
    signer = load_signer(leaf, secret, [root.certificate])
    pdf = press(note(0))
    times = [
        seconds(lambda: sign_pdf(pdf, signer=signer, intent=Intent("bench"))) for _ in range(20)
    ]
    print(f"signing: {statistics.median(times) * 1000:.0f} ms of CPU (goal {SIGN_MS})")
    return sign_pdf(pdf, signer=signer, intent=Intent("bench"))


def printing(signed: bytes) -> None:
    originals = [Original(f"SN-{number}-v1.pdf", signed) for number in range(100)]
    taken = seconds(lambda: merge_for_print(originals))
    print(f"print copy of 100 signed notes: {taken:.2f} s of CPU (goal 1)")


def memory(kind: str, job_of: Callable[[int], Job], counts: tuple[int, ...]) -> bool:
    """The worker's memory after so many documents, and its peak. It must stay flat."""
    worker, sizes, made = Press(documents=10_000), [], 0
    for count in counts:
        while made < count:
            made += 1
            worker.set(job_of(made))
        sizes.append(_of_child(worker, "VmRSS"))
    peak = _of_child(worker, "VmHWM")
    worker.close()
    growth = (sizes[-1] - sizes[0]) / (counts[-1] - counts[0]) * 100
    told = ", ".join(f"{size:.1f} MB after {n}" for size, n in zip(sizes, counts, strict=True))
    print(f"worker's memory, {kind}: {told}; peak {peak:.1f} MB (at most {MOST_MB}), ", end="")
    print(f"growth {growth:.2f} MB for each 100 (at most {MOST_GROWTH})")
    return peak <= MOST_MB and growth <= MOST_GROWTH


def _of_child(worker: Press, what: str) -> float:
    status = Path(f"/proc/{worker._child.pid}/status").read_text()
    return int(re.search(rf"{what}:\s+(\d+)", status)[1]) / 1024


def main() -> int:
    held = [
        compare("note", note, note_page._values(samples.signed(), "letter")),
        compare("superbill", superbill, superbill_page.values(samples.superbill(3))),
    ]
    printing(signing())
    held += [
        memory("notes", note, (20, 100)),
        memory("superbills", superbill, (100, 500)),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
