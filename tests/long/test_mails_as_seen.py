"""The mail with a computer key as it is seen: in Chromium, light and dark, in a mail program, and as text."""

from __future__ import annotations

import mailbox
import re
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from keyferry.server.core.brand import branding
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.mail import mails, outbox
from keyferry.server.core.mail.mails import Attachment
from keyferry.server.db import transaction
from keyferry.server.parts import parts
from tests.access import AXE
from tests.conftest import STAFF
from tests.long.translating import codes_translated
from tests.mail_server import mail_server, page_of, send_mail
from tests.terminals import Terminal

NAME = "Ada & Söhne Software"
KEY = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z"
GROUPS = KEY.split("-")
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[()][0-9A-B]|[=>])")
# What stands in each cell: where, and how large its letters are.
CELLS = """() => [...document.querySelectorAll('.cell > [translate=no]')].map(one => {
    const { left, top, right } = one.parentElement.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(one);
    const lines = new Set([...range.getClientRects()].map(box => Math.round(box.bottom))).size;
    const size = parseFloat(getComputedStyle(one).fontSize);
    return { text: one.textContent, left, top, right, lines, size };
})"""
LARGEST = """() => Math.max(...[...document.querySelectorAll('body *')]
    .filter(one => one.checkVisibility())
    .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(one => parseFloat(getComputedStyle(one).fontSize)))"""
# The lines that each word of the vendor's name takes.
LINES_OF_WORDS = """() => {
    const [text] = document.querySelector('.head td:last-child').childNodes, range = document.createRange();
    return [...text.data.matchAll(/\\S+/g)].map(({ 0: word, index }) => {
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
    });
}"""
TOO_WIDE = "() => document.documentElement.scrollWidth - innerWidth"
CONTRAST = """async () => {
    const values = ['color-contrast', 'link-name', 'image-alt', 'html-has-lang', 'document-title'];
    const { violations } = await axe.run(document, { runOnly: { type: 'rule', values } });
    return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 100)}`));
}"""


def logo() -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (120, 40), "#1a56c4").save(drawn, "PNG")
    return drawn.getvalue()


@pytest.fixture
def arrived(app, clock) -> EmailMessage:
    """The mail, as a real server was given it by the worker."""
    mail = mails.computer_key(
        "ada@example.com",
        product_name="Demo CAD",
        computer_name="LAB-PC-07",
        computer_key=KEY,
        expires=date(2027, 12, 31),
        license_file=Attachment("LAB-PC-07.lic", "content"),
        steps=f"https://lic.example.com/self-help/step-by-step#{KEY}",
    )
    with transaction() as session:
        branding.put_logo(session, logo(), by=STAFF, now=clock.now)
        branding.put_all(session, {"name": NAME}, Brand(), by=STAFF, now=clock.now)
        outbox.post(session, mail, keyring=parts().keyring, by=STAFF, now=clock.now)
    with mail_server() as box:
        assert send_mail(box, clock).sent == 1
    [message] = box.mails
    return message


@pytest.fixture(params=["light", "dark"])
def opened(browser: Browser, arrived, request) -> Iterator[Page]:
    """The mail in a browser, which shows the logo that came along and asks nobody for anything."""
    asked: list[str] = []
    page = browser.new_page(color_scheme=request.param)
    page.on("request", lambda one: asked.append(one.url) if not one.url.startswith("data:") else None)
    picture = f"data:image/png;base64,{b64encode(logo()).decode()}"
    page.set_content(page_of(arrived).replace("cid:logo", picture))
    yield page
    page.context.close()
    assert asked == []


@pytest.mark.parametrize(("width", "in_a_row"), [(700, 3), (600, 3), (390, 2), (320, 2), (160, 1)])
def test_a_browser_shows_the_key_largest_in_light_and_dark(
    opened: Page, root: Path, width: int, in_a_row: int
):
    opened.set_viewport_size({"width": width, "height": 900})
    cells = opened.evaluate(CELLS)
    assert [cell["text"] for cell in cells] == GROUPS
    assert {cell["lines"] for cell in cells} == {1}
    rows = [cells[start : start + in_a_row] for start in range(0, len(cells), in_a_row)]
    assert all(len({round(cell["top"]) for cell in row}) == 1 for row in rows)
    assert len({round(row[0]["top"]) for row in rows}) == len(rows)
    assert {cell["size"] for cell in cells} == {opened.evaluate(LARGEST)}
    assert opened.evaluate(TOO_WIDE) <= 0
    # 160 pixels are 320 at a zoom of 2.
    assert set(opened.evaluate(LINES_OF_WORDS)) == {1}
    folder = root / "build" / "mails"
    folder.mkdir(parents=True, exist_ok=True)
    scheme = "dark" if opened.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    opened.screenshot(path=folder / f"computer-key-{width}-{scheme}.png", full_page=True)


def test_everybody_can_read_it_and_no_translator_touches_the_key(opened: Page):
    opened.evaluate(AXE)
    assert opened.evaluate(CONTRAST) == []
    assert codes_translated(opened, KEY) == []


def test_a_mail_program_in_a_terminal_shows_the_plain_twin(arrived, tmp_path):
    with closing(mailbox.mbox(tmp_path / "mbox")) as box:
        box.add(mailbox.mboxMessage(arrived))
    settings = f"set charset=utf-8\nset folder={tmp_path}\nset wait_key=no\n"
    (tmp_path / "muttrc").write_text(settings)
    command = ("mutt", "-n", "-F", str(tmp_path / "muttrc"), "-R", "-f", str(tmp_path / "mbox"))
    with Terminal(*command, HOME=str(tmp_path), LC_ALL="C.UTF-8", TERM="vt100") as terminal:
        terminal.wait_for("Your key for Demo CAD")
        terminal.settle()
        terminal.press("\r")
        terminal.wait_for("Type this key on LAB-PC-07")
        terminal.settle()
        pages = [terminal.shown]
        terminal.press(" ")
        terminal.wait_for("Ada & Söhne")
        terminal.settle()
        pages.append(terminal.shown)
        terminal.press("q")
        terminal.press("q")
    said = ESCAPES.sub(" ", " ".join(pages))
    assert re.search(
        r"\s+".join(f"{number} +{group}" for number, group in enumerate(GROUPS, start=1)), said
    ), said
    assert KEY in said, "whole, to be copied"
    assert "LAB-PC-07.lic" in said
    assert "=?" not in said
    assert "=20" not in said


def test_a_browser_of_text_shows_the_groups_in_order(arrived):
    shown = subprocess.run(
        ["w3m", "-dump", "-T", "text/html", "-I", "utf-8", "-O", "utf-8", "-cols", "80"],
        input=page_of(arrived).encode(),
        capture_output=True,
        check=True,
        timeout=30,
    ).stdout.decode()
    assert re.findall("|".join(GROUPS), shown)[: len(GROUPS)] == GROUPS
    assert shown.index("Type this key on LAB-PC-07") < shown.index(GROUPS[0])
    assert max(map(len, shown.splitlines())) <= 80
