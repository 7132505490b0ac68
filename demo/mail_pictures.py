"""Makes the pictures of the mail that customers get: `python -m demo.mail_pictures [FOLDER]`.

Chromium stands in for a mail program; keys are made up and open nothing.
"""

from __future__ import annotations

import sys
from base64 import b64encode
from dataclasses import replace
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser

from demo.album import Album
from demo.browser import chromium
from demo.halden import LONG_NAME, NAME, logo
from demo.pictures import PICTURES, emptied
from keyferry.server.core.catalogs import Words
from keyferry.server.core.mail import WORDS, hypertext, mails, templates
from keyferry.server.core.mail.hypertext import Letterhead
from keyferry.server.core.mail.mails import Attachment, Held, Mail
from keyferry.server.core.mail.templates import Template

_TO = "purchasing@northfork.example"
_KEY = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z"
_ORIGIN = "https://license.halden.example"
_END = date(2027, 3, 31)


def closed(name: str, language: str) -> Template:
    """Return the words of a mail, with the line that says whom to ask."""
    asked = Words(WORDS, language)("closing.questions", contact="licenses@halden.example · +1 555 0142")
    return replace(templates.default(name, language), closing=asked)


def computer_key(language: str = "en", computer: str = "LAB-PC-07") -> Mail:
    """Return the mail with a computer key."""
    return mails.computer_key(
        _TO,
        product_name="Halden CAD",
        computer_name=computer,
        computer_key=_KEY,
        expires=_END,
        license_file=Attachment("LAB-PC-07.lic", "content"),
        activation_key="1ZZJ5-GNRK0-WDD97-V2FSH-WE5ZT",
        computer_id="193M7-DPV6S-KYK1T-235V5-Z02HS",
        steps=f"{_ORIGIN}/self-help/step-by-step#{_KEY}",
        template=closed(templates.COMPUTER_KEY, language),
    )


def license_keys() -> Mail:
    """Return the mail with the licenses that somebody holds."""
    held = [
        Held("Halden CAD", "1ZZJ5-GNRK0-WDD97-V2FSH-WE5ZT", 5, _END, seats_used=3),
        Held("Halden Bench Test", "17G4B-5QE1M-1K6ZR-TT8WX-01N7C", 25, None, seats_used=2),
        Held("Halden CAD Viewer", "1B0MX-62C8W-W9J2Q-5RKD3-7FH1V", 1, None, days=365),
    ]
    template = closed(templates.LICENSE_KEYS, "en")
    return mails.license_keys(_TO, held=held, self_help=f"{_ORIGIN}/self-help", template=template)


def take_all(browser: Browser, folder: Path) -> None:
    """Take the mails, in English and German, and one with long names."""
    taken = (
        ("key", computer_key(), NAME),
        ("key-german", computer_key("de"), NAME),
        ("key-long", computer_key(computer="messplatz-1234.pruefstand-03.halle-nord.example"), LONG_NAME),
        ("licenses", license_keys(), NAME),
    )
    picture = f"data:image/png;base64,{b64encode(logo()).decode()}"
    page = browser.new_page()
    for name, mail, vendor in taken:
        shown = hypertext.page(mail, Letterhead(vendor, "", logo()))
        page.set_content(shown.replace(f"cid:{hypertext.LOGO}", picture))
        Album(folder, page, "mail").take(name)


def main(folder: Path = PICTURES) -> None:
    """Take every picture of a mail, in place of those that were there."""
    emptied(folder, "mail-*.png")
    with chromium() as browser:
        take_all(browser, folder)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
