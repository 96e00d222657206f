"""wapiti and sqlmap as each role against a practice full of records. T-X04, T-X08.

    python -m tests.release.scanners [--tool wapiti|sqlmap] [--role ROLE ...] [--minutes N]

For programs that are installed apart (pip install wapiti3 sqlmap) and stand in PATH. Each gets a
server and a database of its own and so many minutes; it ends with status 1 for any finding.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.soak import saving

# What the demo's plain HTTP cannot have (cookie flags, HSTS) is held by tests/clinic/test_headers.
# Modules that need a server of wapiti's makers on the internet are left out.
MODULES = "sql,timesql,xss,permanentxss,exec,file,crlf,redirect,methods,backup,htaccess"
PARAMETERS = (
    ("audit", "?sort=-seq&who=1&kind=looks&on=notes.note+1&ip=10.0.0.1&request_id=a"),
    ("patients", "?q=a&page=1"),
    ("notes:day", "?on=2026-03-04"),
    ("notes:schedule", "?on=2026-03-04"),
    ("billing:superbills", "?status=open&q=a&page=1"),
    ("billing:report", "?first=2026-01-01&last=2026-12-31"),
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    base: str
    cookie: str
    folder: Path
    seconds: int


def wapiti(target: Target) -> tuple[str, list[str]]:
    """What was asked, in words, and each finding."""
    report = target.folder / "wapiti.json"
    run(
        target, "wapiti", "--url", f"{target.base}/", "--scope", "domain",
        "--cookie-value", target.cookie, "--tasks", "2",
        "--exclude", f"{target.base}/accounts/logout/",
        "--module", MODULES, "--max-scan-time", str(target.seconds * 3 // 4),
        "--max-attack-time", str(max(20, target.seconds // 12)), "--flush-session",
        "--no-bugreport", "--format", "json", "--output", str(report),
        "--store-session", str(target.folder), "--store-config", str(target.folder),
    )  # fmt: skip
    if not report.exists():
        return "no report", ["wapiti wrote no report"]
    told = json.loads(report.read_text())
    findings = [
        f"{kind}: {one['method']} {one['path']} {one.get('parameter') or ''} {one.get('info', '')}"
        for part in ("vulnerabilities", "anomalies")
        for kind, found in told[part].items()
        for one in found
    ]
    return f"{told['infos'].get('crawled_pages_nbr', '?')} pages crawled", findings


def sqlmap(target: Target) -> tuple[str, list[str]]:
    from django.urls import reverse  # noqa: PLC0415 Django is set up now

    kinds = {"billing:report": ["ageing"]}
    urls = [target.base + reverse(n, args=kinds.get(n, [])) + query for n, query in PARAMETERS]
    listed, results = target.folder / "urls.txt", target.folder / "results.csv"
    listed.write_text("\n".join(urls))
    said = run(
        target, "sqlmap", "-m", str(listed), "--cookie", target.cookie, "--batch", "--level", "2",
        "--risk", "1", "--dbms", "sqlite", "--flush-session",
        "--disable-coloring", "--output-dir", str(target.folder), "--results-file", str(results),
        "--skip-waf", "--param-exclude", "sessionid|csrftoken",
    )  # fmt: skip
    rows = list(csv.DictReader(results.open())) if results.exists() else []
    findings = [str(row) for row in rows if row.get("Parameter")]
    tested = said.count("does not seem to be injectable")
    return f"{len(urls)} addresses, {tested} parameters tested to the end", findings


def run(target: Target, *words: str) -> str:
    """Its output; what it has found by the end of its time counts."""
    log = target.folder / "said.txt"
    with log.open("w") as out:
        command = ["timeout", "--signal=INT", "--kill-after=40", str(target.seconds), *words]
        # Interrupted, wapiti asks what to do: r, report what was found.
        subprocess.run(command, stdout=out, stderr=out, input="r\n" * 9, text=True, check=False)
    return log.read_text(errors="replace")


TOOLS = {"wapiti": wapiti, "sqlmap": sqlmap}


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--tool", choices=TOOLS, action="append")
    asked.add_argument("--role", action="append")
    asked.add_argument("--minutes", type=float, default=6, help="for each tool and role")
    given = asked.parse_args()
    tools = given.tool or [name for name in TOOLS if shutil.which(name)]
    if not tools or any(shutil.which(name) is None for name in tools):
        print("NOT ASKED: install wapiti3 and sqlmap apart and put them in PATH.")
        return 1
    os.environ["HANDLINE_EMAIL_BACKEND"] = "django.core.mail.backends.dummy.EmailBackend"
    saving.prepare()
    from clinic.scope import scope  # noqa: PLC0415 Django is set up now
    from tests.clinic.world import make_world  # noqa: PLC0415 as above
    from tests.conftest import client_of  # noqa: PLC0415 as above

    world, port, found = make_world("Northmark"), saving.free_port(), []
    server = saving.serve(port, workers=2)
    try:
        for role in given.role or ("therapist", "assistant", "office", "admin"):
            for tool in tools:
                with scope(world.practice):
                    cookie = f"sessionid={client_of(world.people[role]).cookies['sessionid'].value}"
                folder = Path(os.environ["HANDLINE_DATA"]) / f"{tool}-{role}"
                folder.mkdir()
                began = time.monotonic()
                target = Target(f"http://127.0.0.1:{port}", cookie, folder, int(60 * given.minutes))
                told, findings = TOOLS[tool](target)
                print(f"{tool} as {role}: {told}, {len(findings)} findings, "
                      f"{time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
                found += findings
                print("\n".join(f"  {one[:200]}" for one in findings[:20]), flush=True)
    finally:
        server.terminate()
        server.wait(30)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
