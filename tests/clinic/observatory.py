"""The rules of Mozilla's HTTP Observatory that an answer can be judged by, and its points.

After http-observatory's scoring.md of 2024-02-27 (MPL-2.0), in our own words: a hundred to begin
with, points off for what is missing, and on from ninety points for what is done well.
"""

import re
from collections.abc import Mapping

SIX_MONTHS = 15_768_000
BEST = 135


def policy_of(text: str) -> dict[str, set[str]]:
    parts = [part.split() for part in text.split(";") if part.strip()]
    return {name: set(values) for name, *values in parts}


def judge(headers: Mapping[str, str], cookies, page: str) -> dict[str, int]:
    """Points off or on, by rule."""
    csp = policy_of(headers.get("Content-Security-Policy", ""))
    return {
        "csp": _csp(csp),
        "cookies": _cookies(cookies),
        "cross-origin": {"same-origin": 10, "same-site": 10, "": 0}.get(
            headers.get("Cross-Origin-Resource-Policy", ""), 0
        ),
        "sharing": -50 if headers.get("Access-Control-Allow-Origin") == "*" else 0,
        "transport": _transport(headers.get("Strict-Transport-Security", "")),
        "referrer": _referrer(headers.get("Referrer-Policy", "")),
        "scripts": _scripts(page),
        "sniffing": 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5,
        "framing": _framing(csp, headers.get("X-Frame-Options", "")),
    }


def score(points: Mapping[str, int]) -> int:
    penalties = 100 + sum(min(0, value) for value in points.values())
    bonus = sum(max(0, value) for value in points.values())
    return penalties + bonus if penalties >= 90 else max(0, penalties)


def _csp(csp: dict[str, set[str]]) -> int:
    if not csp:
        return -25
    scripts = csp.get("script-src", csp.get("default-src", {"*"}))
    everything = scripts | csp.get("object-src", csp.get("default-src", {"*"}))
    if everything & {"'unsafe-inline'", "data:", "*", "https:", "http:"}:
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if "'unsafe-inline'" in csp.get("style-src", set()):
        return 0
    return 10 if csp.get("default-src") == {"'none'"} else 5


def _cookies(cookies) -> int:
    points = 5
    for name, morsel in cookies.items():
        if not morsel["secure"]:
            return -40 if "sid" in name else -20
        if not morsel["httponly"]:
            return -30 if "sid" in name else -20
        if not morsel["samesite"]:
            points = 0
    return points


def _transport(text: str) -> int:
    age = re.search(r"max-age=(\d+)", text)
    if not age:
        return -20
    return 0 if int(age[1]) >= SIX_MONTHS else -10


def _referrer(text: str) -> int:
    private = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    if text in private:
        return 5
    return -5 if text else 0


def _scripts(page: str) -> int:
    return -50 if re.search(r"<script[^>]+src=[\"'](http:)?//", page) else 0


def _framing(csp: dict[str, set[str]], header: str) -> int:
    if csp.get("frame-ancestors", {"*"}) <= {"'none'", "'self'"}:
        return 5
    return 0 if header in ("DENY", "SAMEORIGIN") else -20
