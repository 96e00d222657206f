import re

import pytest

from tests.architecture.tree import name_of, templates

TEMPLATES = templates()
ON_SCREEN = [path for path in TEMPLATES if "templates/pdf/" not in name_of(path)]
OPENINGS = ("{#", "{% comment", "{% extends")
FORBIDDEN = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "an inline script": re.compile(
        r"<script(?![^>]*\b(?:src|nonce)=)(?![^>]*type=\"application/json\")", re.IGNORECASE
    ),
    "an address elsewhere": re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_says_what_it_takes_or_what_it_extends(path):
    first_line = path.read_text(encoding="utf-8").lstrip("\ufeff").split("\n", 1)[0]

    assert first_line.startswith(OPENINGS)


@pytest.mark.parametrize("path", ON_SCREEN, ids=name_of)
def test_template_keeps_to_the_content_security_policy(path):
    text = path.read_text(encoding="utf-8")

    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


def test_only_our_own_drawings_are_put_in_unescaped():
    unescaped = {
        found
        for path in TEMPLATES
        for found in re.findall(
            r"[\w.]+\s*\|\s*safe(?:seq)?\b|\{% autoescape off", path.read_text(encoding="utf-8")
        )
    }

    assert unescaped <= {"strip|safe", "figure.drawing|safe", "code.qr|safe"}
