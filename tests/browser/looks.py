"""What a page is to everybody: axe's findings and its width, in each theme at each width."""

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WIDTHS = (1440, 820, 320)
THEMES = ("light", "dark")
_RUN = """(only) => axe.run(document, {
  resultTypes: ["violations"], ...(only ? { runOnly: { type: "rule", values: only } } : {}),
}).then((found) => found.violations)"""
# The rules that look at colors. All others look at the document and at what of it shows where:
# while that is the same to the letter and the pixel, they find the same in the other theme.
COLORED = ["color-contrast", "link-in-text-block"]
_STANDS = """() => {
  const { body, head } = document, parts = [body.outerHTML];
  for (const e of head.children) if (e.name !== "theme-color") parts.push(e.outerHTML);
  for (const e of body.querySelectorAll("*")) {
    const { x, y, width, height } = e.getBoundingClientRect(), style = getComputedStyle(e);
    parts.push([x, y, width, height, style.display, style.visibility, style.opacity].join());
  }
  return parts;
}"""
# Two frames and what they set off: whatever follows the width or the theme is drawn by then.
_DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"  # noqa: E501
# As somebody who chose a theme sees it, whatever the device asks for.
_CHOOSE = """(theme) => {
  document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new Event("handline:theme"));
}"""


def drawn(page: Page) -> None:
    page.evaluate(_DRAWN)


def violations(page: Page, only: list[str] | None = None) -> list[str]:
    """axe's findings as one line each; none is what is wanted."""
    if page.evaluate("!window.axe"):
        page.evaluate(AXE)
    return [
        f"{row['id']}: {node['target']} {node['html'][:120]}"
        for row in page.evaluate(_RUN, only)
        for node in row["nodes"]
    ]


def faults(page: Page) -> list[str]:
    """Of the page as it stands, in both themes, at three widths: no load between them."""
    height = (page.viewport_size or {"height": 900})["height"]
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        stood = None
        for theme in THEMES:
            page.evaluate(_CHOOSE, theme)
            drawn(page)
            stands = page.evaluate(_STANDS)
            where = f"{theme}, {width} px"
            only = COLORED if stands == stood else None
            found += [f"{where}: {line}" for line in violations(page, only)]
            stood = stands
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{where}: {wide} px wide")
    return found
