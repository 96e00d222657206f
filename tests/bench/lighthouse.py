"""What Lighthouse says of the charting page, on the installation's own static files.

    python tests/bench/lighthouse.py

Wants Node and its package lighthouse, through npx; the browser is Debian's. Where there is no
Node the figures are not measured, and it says so. Each figure is printed as a ratio of the goal
to it, so that at most 1 is good.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.soak import charting_kills as harness

PACKAGE = "lighthouse@12.8.2"
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100}
PATIENCE = 300  # seconds


def command() -> list[str] | None:
    if own := os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse"):
        return [own]
    npx = shutil.which("npx")
    return [npx, "--yes", PACKAGE] if npx else None


def ask(lighthouse: list[str], url: str, cookie: str, chromium: str) -> dict[str, Any]:
    """The whole report of one visit, on a desktop's screen and line."""
    with tempfile.TemporaryDirectory() as folder:
        report, headers = Path(folder) / "report.json", Path(folder) / "headers.json"
        headers.write_text(json.dumps({"Cookie": f"sessionid={cookie}"}))
        done = subprocess.run(
            [*lighthouse, url, "--quiet", "--preset=desktop", "--output=json",
             f"--output-path={report}", f"--extra-headers={headers}",
             f"--only-categories={','.join(GOALS)}",
             "--chrome-flags=--headless --no-sandbox --disable-gpu"],
            env=os.environ | {"CHROME_PATH": chromium}, timeout=PATIENCE, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        if not report.exists():
            raise SystemExit(f"Lighthouse gave no report: {done.stderr[-800:]}")
        return json.loads(report.read_text())


def main() -> int:
    lighthouse = command()
    if lighthouse is None:
        print("Lighthouse: not measured, because there is no Node here (apt-get install npm).")
        return 0
    harness.prepare()
    from tests.browser.charts import make_chart  # noqa: PLC0415 Django is set up now
    from tests.browser.conftest import chromium  # noqa: PLC0415
    from tests.conftest import client_of  # noqa: PLC0415

    chart = make_chart()
    for minute in range(0, 40, 5):
        chart.add(f"11:{minute:02}", f"11:{minute + 5:02}")
    cookie = client_of(chart.user).cookies["sessionid"].value
    port = harness.free_port()
    server = harness.serve(port)
    try:
        report = ask(lighthouse, f"http://127.0.0.1:{port}{chart.path}", cookie, chromium() or "")
    finally:
        server.terminate()
    return print_report(report)


def print_report(report: dict[str, Any]) -> int:
    good = True
    for name, goal in GOALS.items():
        score = round(100 * report["categories"][name]["score"])
        good &= score >= goal
        print(
            f"ratio lighthouse {name}: {goal / max(score, 1):.2f}  (at most 1; {score} of {goal})"
        )
    audits = report["audits"]
    for name in ("largest-contentful-paint", "cumulative-layout-shift", "total-blocking-time"):
        print(f"{audits[name]['title']}: {audits[name]['displayValue']}")
    for audit in audits.values():
        if audit.get("score") == 0 and audit["scoreDisplayMode"] == "binary":
            print(f"to mend: {audit['title']}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
