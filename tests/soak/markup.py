"""Markup in every text of a practice, then every page in Chromium: nothing may run. T-X01.

    python -m tests.soak.markup --payloads 38

For each payload a practice of its own is filled with it: every name, text, label and answer.
Then each address is opened as somebody who may, and dialogs and reports of the page's policy are
counted; both must stay at none.
"""

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.soak.charting_kills import free_port, prepare, serve
from tests.soak.payloads import PAYLOADS

WATCH = """
window.alert = (said) => console.error("EXECUTED " + said);
document.addEventListener("securitypolicyviolation", (event) =>
    console.error("REPORTED " + event.violatedDirective + " " + event.sample));
"""


@dataclass
class Tally:
    pages: int = 0
    executed: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)

    def hear(self, where: str, said: str) -> None:
        if said.startswith("EXECUTED"):
            self.executed.append(f"{where}: {said}")
        elif said.startswith("REPORTED") or "Content Security Policy" in said:
            self.reported.append(f"{where}: {said[:200]}")


def visit(browser, base: str, world, tally: Tally, names=None) -> None:
    """Each address that shows a page, as the first role that may."""
    from django.conf import settings  # noqa: PLC0415 the environment comes first
    from django.urls import reverse  # noqa: PLC0415
    from playwright.sync_api import Error  # noqa: PLC0415

    from tests.clinic.access_matrix import MATRIX  # noqa: PLC0415
    from tests.clinic.world import ARGS, QUERIES  # noqa: PLC0415
    from tests.conftest import client_of  # noqa: PLC0415

    contexts = {}
    for name, row in MATRIX.items():
        if not (row.GET and row.GET.roles) or name == "account_logout":
            continue
        if names and name not in names:
            continue
        role = next(iter(row.GET.roles))
        if role not in contexts:
            context = contexts[role] = browser.new_context(base_url=base)
            cookie = client_of(world.people[role]).cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base}])
            context.add_init_script(WATCH)
        page = contexts[role].new_page()
        page.on("console", lambda said, where=name: tally.hear(where, said.text))
        page.on("dialog", lambda shown, where=name: (tally.executed.append(where), shown.dismiss()))
        args = world.args[row.kind] if row.kind else ARGS.get(name, [])
        try:
            page.goto(reverse(name, args=args) + QUERIES.get(name, ""), wait_until="load",
                      timeout=20_000)  # fmt: skip
            page.wait_for_timeout(60)
        except Error:
            pass  # a download, which opens no page
        tally.pages += 1
        page.close()
    for context in contexts.values():
        context.close()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--payloads", type=int, default=len(PAYLOADS))
    number = asked.parse_args().payloads
    prepare()
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    from tests.browser.conftest import FLAGS, chromium  # noqa: PLC0415
    from tests.clinic.world import make_world  # noqa: PLC0415

    port, tally = free_port(), Tally()
    server = serve(port)
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
            for payload in PAYLOADS[:number]:
                with ThreadPoolExecutor(1) as apart:  # signing runs a loop of its own
                    world = apart.submit(make_world, payload).result()
                visit(browser, f"http://127.0.0.1:{port}", world, tally)
                print(f"{payload}: {len(tally.executed)} executed, {len(tally.reported)} reported",
                      flush=True)  # fmt: skip
            browser.close()
    finally:
        server.kill()
    print(f"{number} payloads on {tally.pages} pages: {len(tally.executed)} executed, "
          f"{len(tally.reported)} reports of the policy.")  # fmt: skip
    print("\n".join((tally.executed + tally.reported)[:40]))
    return int(bool(tally.executed or tally.reported))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    sys.exit(main())
