"""Derive every bill again and compare."""

import json
from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from billing.services.rederive import SAME, rederive_all
from clinic.scope import every_practice


class Command(BaseCommand):
    help = (
        "Derive every frozen bill again from its stored facts, with the tables of its moment. "
        "Writes one JSON object a line: each bill that differs, then the count. "
        "Exit status 1 if any differs."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--verify", action="store_true", help="compare only; nothing is ever written"
        )
        parser.add_argument("--all", action="store_true", help="a line for each bill, same or not")

    def handle(self, *args, verify, **options) -> None:
        if not verify:
            raise CommandError("Say --verify: bills are frozen, this command only compares them.")
        counted: Counter[str] = Counter()
        with every_practice("the proof covers the whole database"):
            for proof in rederive_all():
                counted[proof.verdict] += 1
                if proof.verdict != SAME or options["all"]:
                    self.stdout.write(json.dumps(proof.as_dict()))
        ok = set(counted) <= {SAME}
        summary = {"checked": counted.total(), SAME: counted[SAME]} | dict(sorted(counted.items()))
        self.stdout.write(json.dumps(summary | {"ok": ok}))
        if not ok:
            raise SystemExit(1)
