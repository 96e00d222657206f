"""What the strict content policy and the weight budget ask of templates and style sheets."""

import re
from pathlib import Path

import brotli
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [p for p in (ROOT / "templates").rglob("*.html") if "pdf" not in p.parts]
SPRITE = (ROOT / "static/vendor/icons/icons.svg").read_text()
BUDGET_BYTES = 30 * 1024

INLINE = re.compile(
    r"""\sstyle=|\son[a-z]+=|hx-on|hx-vals=['"]js:|<style"""
    r"""|<script(?![^>]*(\ssrc=|\stype="application/json"|\snonce=))"""
)
ICON = re.compile(r'components/icon\.html" with name="([a-z0-9-]+)"')


def _names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_names)
def test_template_holds_nothing_inline(page):
    assert [match.group() for match in INLINE.finditer(page.read_text())] == []


@pytest.mark.parametrize("page", PAGES, ids=_names)
def test_template_names_only_icons_of_the_sprite(page):
    assert [n for n in ICON.findall(page.read_text()) if f'id="{n}"' not in SPRITE] == []


@pytest.mark.parametrize("page", PAGES, ids=_names)
def test_partial_says_what_it_takes(page):
    first = page.read_text().lstrip()

    assert first.startswith(("{#", "{% extends", "{% comment"))


def test_style_sheets_stay_within_their_weight():
    sheets = [ROOT / "static/vendor/bootstrap/bootstrap.min.css", *(ROOT / "static/css").iterdir()]

    assert sum(len(brotli.compress(sheet.read_bytes())) for sheet in sheets) <= BUDGET_BYTES


def test_colors_are_named_once():
    # a literal color outside tokens.css would not follow the dark theme
    app = (ROOT / "static/css/app.css").read_text()

    assert set(re.findall(r"#[0-9a-f]{3,8}\b", app)) <= {"#fff", "#ffd166", "#ab1f2c", "#8c1622"}
