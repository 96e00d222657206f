"""Whether the time of a refused sign-in tells who has an account. T-A03.

    python -m tests.soak.sign_in_times [TRIES]

Wrong passwords for people who are known and for made-up addresses, in turn, each from a place of
its own. Processor time, so that whoever shares the machine does not count.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

if "HANDLINE_DATA" not in os.environ:
    os.environ["HANDLINE_DATA"] = tempfile.mkdtemp(prefix="handline-soak-")
os.environ.setdefault("HANDLINE_DEMO", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django

django.setup()

from django.test import Client  # noqa: E402 Django is set up first
from django.urls import reverse  # noqa: E402 as above

from clinic.scope import scope  # noqa: E402 as above
from tests.factories import make_practice, make_user  # noqa: E402 as above

MOST = 0.10  # by which the medians may differ


def refuse(email: str, place: int) -> tuple[float, str]:
    """Seconds of processor time of one refused sign-in, and what the page said."""
    client = Client(headers={"host": "localhost"}, REMOTE_ADDR=f"10.{place // 250}.0.{place % 250}")
    client.get(reverse("account_login"))
    start = time.process_time()
    answer = client.post(reverse("account_login"), {"login": email, "password": "not that one"})
    took = time.process_time() - start
    said = answer.content.decode().partition('class="invalid')[2] or answer.content.decode()
    return took, said.replace(email, "EMAIL")[:200]


def main() -> int:
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    subprocess.run([sys.executable, "manage.py", "dbsetup", "--verbosity", "0"], check=True)
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0"],
                   check=True)  # fmt: skip
    with scope(make_practice()):
        known = [make_user("office").email for _ in range(tries)]
    refuse("warm@handline.example", 1)
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    said = set()
    for number, email in enumerate(known):
        for kind, address in (("known", email), ("unknown", f"nobody{number}@handline.example")):
            took, words = refuse(address, 2 + 2 * number + (kind == "known"))
            times[kind].append(took)
            said.add(words)
    medians = {kind: statistics.median(each) for kind, each in times.items()}
    apart = abs(medians["known"] - medians["unknown"]) / max(medians.values())
    print(
        f"{tries} tries each: known {1000 * medians['known']:.1f} ms, unknown "
        f"{1000 * medians['unknown']:.1f} ms, {100 * apart:.1f} % apart; texts: {len(said)}"
    )
    return int(apart > MOST or len(said) != 1)


if __name__ == "__main__":
    sys.exit(main())
