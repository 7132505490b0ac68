"""What keeps somebody from using a page: what axe finds, and letters so small that a phone zooms."""

from __future__ import annotations

from importlib.resources import files

from playwright.sync_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TARGET = 44
WHOM_TO_ASK = {
    "branding/supportEmail": "lizenzen.und.vertraege@messtechnik-und-automatisierung.example",
    "branding/supportPhone": "+49 (0) 30 1234567-890",
    "branding/supportUrl": "https://messtechnik-und-automatisierung.example/hilfe/lizenzen?sprache=de",
}


def violations(page: Page) -> list[str]:
    """What axe finds, in words made in the page: handing over all that it saw takes longer than looking."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return page.evaluate(
        """async rules => {
            const found = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
            return found.violations.flatMap(
                rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 120)}`));
        }""",
        RULES,
    )


# Of fields that take letters, also in closed dialogs; with text as small as somebody may have set it.
ZOOMED = """() => {
    const { style } = document.documentElement, set = style.fontSize;
    style.fontSize = '12px';
    const others = '[type=checkbox], [type=radio], [type=file], [type=color], [type=hidden], [hidden]';
    const small = [...document.querySelectorAll(`select, textarea, input:not(${others})`)]
        .filter(field => Number.parseFloat(getComputedStyle(field).fontSize) < 16)
        .map(field => `${innerWidth}: ${getComputedStyle(field).fontSize} ${field.outerHTML.slice(0, 100)}`);
    style.fontSize = set;
    return small;
}"""


def zoomed(page: Page) -> list[str]:
    """Fields with letters so small that an iPhone zooms into them, on phones of three widths."""
    before, found = page.viewport_size, []
    for width in (320, 375, 390):
        page.set_viewport_size({"width": width, "height": 640})
        found += page.evaluate(ZOOMED)
    page.set_viewport_size(before)
    return found
