"""The charting screen: saving an edit, answering a tap, standing still, and what it weighs.

Limits are those of the product; each is printed as a ratio of the measured figure to it. Times
are of this machine. The tap is measured at a quarter of the processor's speed.
"""

import json
import statistics
import sys
import time
import uuid
from http.client import HTTPConnection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.soak import charting_kills as harness

EDITS = 120
TAPS = 60
USUAL_MS, LATE_MS, INP_MS, SHIFT, COLD_KB, WARM_KB = 50, 150, 200, 0.05, 130, 15
OBSERVE = """
  window.taps = []; window.shift = 0;
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) if (e.interactionId) window.taps.push([e.interactionId, e.duration]);
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) if (!e.hadRecentInput) window.shift += e.value;
  }).observe({ type: "layout-shift", buffered: true });
"""  # noqa: E501 a script


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def ratio(what: str, number: float, limit: float, unit: str) -> bool:
    print(f"ratio {what}: {number / limit:.2f}  (at most 1; {number:.1f} of {limit} {unit})")
    return number <= limit


class Caller:
    """Plain HTTP with one session, on one connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self.http = HTTPConnection("127.0.0.1", port)
        self.cookie = f"sessionid={cookie}"
        self.csrf = ""

    def ask(self, method: str, path: str, body=None, **headers: str):
        cookies = self.cookie + (f"; csrftoken={self.csrf_cookie}" if self.csrf else "")
        sent = {"Cookie": cookies, **headers}
        self.http.request(method, path, body=json.dumps(body) if body else None, headers=sent)
        answer = self.http.getresponse()
        return answer, answer.read()

    def sign_on(self) -> None:
        answer, body = self.ask("GET", "/notes/device-key/")
        self.csrf_cookie = answer.headers["Set-Cookie"].split("csrftoken=")[1].split(";")[0]
        self.csrf = json.loads(body)["csrf"]


def time_edits(chart, caller: Caller) -> tuple[list[float], list[float]]:
    """Milliseconds of an edit with the charges after it; and of an address that does nothing."""
    block, version, edits, nothing = str(uuid.uuid4()), chart.fresh().version, [], []
    start = int(chart.visit.starts_at.timestamp())
    ops, charges = f"{chart.path}ops/", f"/billing/visits/{chart.visit.public_id}/charges/"
    for number in range(EDITS):
        fields = {
            "technique": "therapeutic_exercise",
            "start": start,
            "end": start + 60 * (5 + number % 40),
        }
        edit = {"op": "put", "id": block, "base": number, "fields": fields}
        before = time.perf_counter()
        answer, body = caller.ask(
            "POST", ops, edit,
            **{"X-CSRFToken": caller.csrf, "Idempotency-Key": str(uuid.uuid4()),
               "If-Match": f'"{version}"', "Content-Type": "application/json"},
        )  # fmt: skip
        assert answer.status == 200, body
        panel, _ = caller.ask("GET", charges, **{"HX-Request": "true"})
        edits.append(1000 * (time.perf_counter() - before))
        assert panel.status == 200
        version = json.loads(body)["state"]["version"]
        before = time.perf_counter()
        caller.ask("GET", "/healthz")
        nothing.append(1000 * (time.perf_counter() - before))
    return edits, nothing


def weigh(page, path: str) -> float:
    """Kilobytes that came over the line for this page."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Network.enable")
    bytes_seen = []
    cdp.on("Network.loadingFinished", lambda e: bytes_seen.append(e["encodedDataLength"]))
    page.goto(path)
    page.wait_for_selector("#charting[data-ready]")
    page.wait_for_timeout(1500)
    cdp.detach()
    return sum(bytes_seen) / 1024


def tap_around(page) -> None:
    """What a hand does: tiles, selecting, steppers, arrow keys, a drag."""
    page.wait_for_timeout(500)
    blocks = page.locator("handline-timeline .tl2-block")
    for number in range(TAPS // 6):
        page.locator("#block-rows .t-name").nth(number % 8).click()
        page.get_by_role("button", name="End: one minute later").nth(number % 8).click()
        blocks.nth(number % 8).focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowLeft")
        page.locator("#favourites .fav").nth(number % 4).click()
        # The app bar stays above what is scrolled: a drag must not begin on one of its links.
        blocks.nth(number % 8).evaluate("block => block.scrollIntoView({block: 'center'})")
        box = blocks.nth(number % 8).bounding_box()
        page.mouse.move(box["x"] + 12, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + 40, box["y"] + 20, steps=5)
        page.mouse.up()
    page.wait_for_timeout(1000)


def measure_page(chart, base: str, cookie) -> tuple[float, float, float, list[float]]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    from tests.browser.conftest import FLAGS, chromium  # noqa: PLC0415

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base}])
        context.add_init_script(OBSERVE)
        page = context.new_page()
        cold = weigh(page, base + chart.path)
        warm = weigh(page, base + chart.path)
        shift = page.evaluate("window.shift")
        cdp = context.new_cdp_session(page)
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        tap_around(page)
        longest: dict[int, float] = {}
        for interaction, duration in page.evaluate("window.taps"):
            longest[interaction] = max(duration, longest.get(interaction, 0))
        browser.close()
    return cold, warm, shift, list(longest.values())


def main() -> int:
    harness.prepare()
    from tests.browser.charts import make_chart  # noqa: PLC0415
    from tests.conftest import client_of  # noqa: PLC0415

    chart = make_chart()
    for number in range(8):
        minute = 5 * number
        chart.add(
            f"11:{minute:02}", f"11:{minute + 5:02}", technique="therapeutic_exercise", regions=[]
        )
    cookie = client_of(chart.user).cookies["sessionid"]
    port = harness.free_port()
    server = harness.serve(port)
    try:
        caller = Caller(port, cookie.value)
        caller.sign_on()
        edits, nothing = time_edits(chart, caller)
        cold, warm, shift, taps = measure_page(chart, f"http://127.0.0.1:{port}", cookie)
    finally:
        server.terminate()
    p50, p95 = statistics.median(edits), percentile(edits, 0.95)
    empty = statistics.median(nothing)
    print(f"edit with charges: p50 {p50:.1f} ms, p95 {p95:.1f} ms; nothing: {empty:.1f} ms")
    print(f"{len(taps)} interactions at 4x slow-down: p50 {statistics.median(taps):.0f} ms")
    good = [
        ratio("charting edit p50 with charges", p50, USUAL_MS, "ms"),
        ratio("charting edit p95 with charges", p95, LATE_MS, "ms"),
        ratio("charting interaction p98 at 4x", percentile(taps, 0.98), INP_MS, "ms"),
        ratio("charting layout shift", shift * 100, SHIFT * 100, "hundredths"),
        ratio("charting page cold", cold, COLD_KB, "KB"),
        ratio("charting page warm", warm, WARM_KB, "KB"),
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    raise SystemExit(main())
