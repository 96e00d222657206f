"""`verify_records`: prove that the record is as it was written."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from clinic import verifying
from clinic.enums import Outcome
from clinic.models import Practice
from clinic.scope import every_practice, scope
from clinic.services import audit
from clinic.verifying import ERROR, WARNING, Finding, Options

EVERY = 1.0  # seconds between two lines of progress


class Progress:
    """One line on the error output that is written over, once a second; not in a file."""

    def __init__(self, out) -> None:
        self.out, self.said, self.name, self.read = out, 0.0, "", 0

    def begin(self, name: str) -> None:
        self.name, self.read = name, 0

    def tell(self, read: int) -> None:
        self.read = read
        if self.out.isatty() and time.monotonic() - self.said > EVERY:
            self.said = time.monotonic()
            self.out.write(f"\r{self.name}: {read:,} read\033[K")
            self.out.flush()

    def end(self) -> None:
        if self.out.isatty():
            self.out.write("\r\033[K")


def _to_the_end(
    name: str, check: verifying.Check, given: Options, tell: verifying.Tell
) -> Iterator[Finding]:
    """The check's findings; a row too damaged to be read is one, and the other checks go on."""
    try:
        yield from check(given, tell)
    except Exception as trouble:  # damaged rows raise whatever reads them trips over
        text = f"A row cannot be read, the check ended there: {type(trouble).__name__}."
        yield Finding(name, text)


class Command(BaseCommand):
    help = (
        "Check the audit trail with its anchors, guards, references, documents, signatures, notes "
        "and bills. Changes nothing. Exit status 1 if anything is not as it was written."
    )
    # The guards are a check of its own here, with the others behind it.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="a JSON object for each finding, then the summary"
        )
        parser.add_argument(
            "--only", default="", metavar="NAMES", help="some checks, separated by commas"
        )
        parser.add_argument(
            "--since", type=date.fromisoformat, metavar="DAY",
            help="verify the signatures of documents issued from this day on only",
        )  # fmt: skip
        parser.add_argument(
            "--record", action="store_true",
            help="write the result into each practice's audit trail, where its admin sees it",
        )  # fmt: skip
        parser.add_argument(
            "--anchor", action="append", default=[], metavar="LINE",
            help="a line of the anchor file or mail to be compared besides; may be repeated",
        )  # fmt: skip

    def handle(self, *, only: str, anchor: list[str], since: date | None, **options) -> None:
        checks = self._chosen(only)
        progress = Progress(sys.stderr)
        given = Options(tuple(anchor), since)
        counted: Counter[str] = Counter()
        numbers: dict[str, dict[str, float]] = {}
        with every_practice("the proof covers the whole database"):
            for name, check in checks.items():
                start = time.monotonic()
                progress.begin(name)
                for finding in _to_the_end(name, check, given, progress.tell):
                    counted[finding.level] += 1
                    progress.end()
                    self._say(finding, as_json=options["json"])
                seconds = round(time.monotonic() - start, 2)
                numbers[name] = {"read": progress.read, "seconds": seconds}
        progress.end()
        if options["record"]:
            self._record(counted, list(checks))
        self._sum_up(counted, numbers, as_json=options["json"])
        if counted[ERROR]:
            raise SystemExit(1)

    def _chosen(self, only: str) -> dict[str, verifying.Check]:
        known = verifying.registered()
        names = [name.strip() for name in only.split(",") if name.strip()] or list(known)
        if unknown := [name for name in names if name not in known]:
            raise CommandError(f"There is no check {unknown[0]}. Choose from {', '.join(known)}.")
        return {name: known[name] for name in names}

    def _record(self, counted: Counter, names: list[str]) -> None:
        for practice in Practice.objects.order_by("pk"):
            with scope(practice):
                audit.record(
                    "records.verified",
                    actor=None,
                    outcome=Outcome.FAILED if counted[ERROR] else Outcome.DONE,
                    checks=names,
                    errors=counted[ERROR],
                    warnings=counted[WARNING],
                )

    def _say(self, finding: Finding, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(finding.as_dict()))
            return
        place = f"practice {finding.practice}" if finding.practice else ""
        parts = (finding.level, finding.check, ", ".join(filter(None, (place, finding.what))))
        self.stdout.write(": ".join(filter(None, (*parts, finding.text))))

    def _sum_up(self, counted: Counter, numbers: dict, *, as_json: bool) -> None:
        ok = not counted[ERROR]
        if as_json:
            summary = {"ok": ok, "errors": counted[ERROR], "warnings": counted[WARNING]}
            self.stdout.write(json.dumps(summary | {"checks": numbers}))
            return
        for name, found in numbers.items():
            self.stdout.write(f"{name}: {found['read']:,} read in {found['seconds']} s")
        verdict = "Everything is as it was written." if ok else f"{counted[ERROR]} errors."
        warnings = f" {counted[WARNING]} warnings." if counted[WARNING] else ""
        self.stdout.write(verdict + warnings)
