"""`make bench`: run every script of tests/bench, one after another, and gather their ratios.

A script that fails or hangs is reported and the next one runs; the exit status is then 1.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 1200  # seconds
RATIO = re.compile(r"\bratio\b", re.IGNORECASE)


def scripts(wanted: list[str]) -> list[Path]:
    """The scripts with a main, or those among them that were asked for by name."""
    found = sorted((ROOT / "tests" / "bench").glob("*.py"))
    mains = [path for path in found if "__main__" in path.read_text(encoding="utf-8")]
    return [path for path in mains if not wanted or path.stem in wanted]


def run(path: Path) -> tuple[list[str], str]:
    """Its output line by line as it comes; the lines with ratios, and what went wrong."""
    with tempfile.TemporaryDirectory(prefix="handline-bench-") as data:
        env = os.environ | {
            "HANDLINE_DATA": data,
            "HANDLINE_DEMO": "1",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        command = ["timeout", "--kill-after=10", str(LONGEST), sys.executable, str(path)]
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        )
        ratios = []
        for line in process.stdout or ():
            print("  " + line.rstrip(), flush=True)
            if RATIO.search(line):
                ratios.append(line.strip())
        status = process.wait()
    if status == 124:
        return ratios, f"took longer than {LONGEST} s"
    return ratios, f"ended with status {status}" if status else ""


def main() -> int:
    chosen = scripts(sys.argv[1:])
    if not chosen:
        print("There is no such script in tests/bench.")
        return 1
    ratios, failed = [], []
    for path in chosen:
        print(f"\n== {path.stem}", flush=True)
        start = time.monotonic()
        found, trouble = run(path)
        print(f"-- {path.stem}: {time.monotonic() - start:.0f} s", flush=True)
        ratios += [f"{path.stem}: {line}" for line in found]
        failed += [f"{path.stem} {trouble}"] if trouble else []
    print("\nRatios")
    print("\n".join(ratios) or "none printed")
    if failed:
        print("\nFailed: " + "; ".join(failed))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
