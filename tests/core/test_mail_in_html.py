"""Mails in HTML: the same words as in plain text, the vendor's dress, and nothing from elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from io import BytesIO

import pytest
from PIL import Image

from keyferry.server.core.brand.colors import palette
from keyferry.server.core.mail import LANGUAGES, hypertext, mails, templates
from keyferry.server.core.mail.hypertext import Letterhead
from keyferry.server.core.mail.mails import Attachment, Held, Mail

KEY = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z"
CLOSING = "Questions? help@example.com · +1 555 0142"
VENDOR = Letterhead("Ada & Söhne")


def words(name: str, language: str) -> templates.Template:
    return replace(templates.default(name, language), closing=CLOSING)


def key_mail(language: str = "en", key: str = KEY, **more) -> Mail:
    given = {
        "product_name": "Demo CAD",
        "computer_name": "LAB-PC-07",
        "expires": date(2027, 12, 31),
        "license_file": Attachment("LAB-PC-07.lic", "content"),
        "steps": f"https://lic.example.com/self-help/step-by-step#{key}",
    }
    template = words("computer_key", language)
    return mails.computer_key("ada@example.com", computer_key=key, template=template, **(given | more))


def every_mail(language: str) -> list[Mail]:
    held = [Held("Demo CAD", KEY, 1, None), Held("Tool", KEY, 5, date(2027, 1, 2), 3)]
    address = "https://lic.example.com/self-help/"
    link = f"{address}release-link/{'0' * 32}"
    return [
        key_mail(language),
        mails.license_keys(
            "ada@example.com", held=held, self_help=address, template=words("license_keys", language)
        ),
        mails.release_link(
            "ada@example.com", "Demo CAD", "KYN5Z", link, template=words("release_link", language)
        ),
    ]


def seen(page: str) -> list[str]:
    """Return the words that a person sees, and the addresses behind buttons, in some order."""
    body = page.partition("<body")[2].partition("</div>")[2]
    addresses = re.findall(r'href="([^"]*)"', body)
    text = re.sub(r"<(?!/?(?:span|b|bdi)\b)[^>]*>", " ", body)
    return sorted(unescape(re.sub(r"<[^>]*>", "", text)).split() + [unescape(one) for one in addresses])


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_views_of_a_mail_say_the_same(language):
    for mail in every_mail(language):
        said = mail.text
        for button in (block for block in mail.blocks if block.kind == "button"):
            # In plain text, a colon leads from what a button says to its address.
            said = said.replace(f"{button.parts[0].text}:", button.parts[0].text)
        assert sorted(said.split()) == seen(hypertext.page(mail, Letterhead())), mail.template
        assert f'lang="{language}"' in hypertext.page(mail, VENDOR)


@pytest.mark.parametrize("groups", [6, 24])
def test_the_key_is_there_in_numbered_groups_in_order(groups):
    key = "-".join([KEY] * (groups // 6))
    page = hypertext.page(key_mail(key=key), VENDOR)
    shown = re.findall(r'<div class="ink" translate="no"[^>]*>(.*?)</div>', page)
    assert "-".join(re.sub("<[^>]*>", "", group) for group in shown) == key
    numbers = re.findall(r'<div class="ink-2"[^>]*>(\d+)</div>', page)
    assert numbers == [str(number) for number in range(1, groups + 1)]


def test_names_are_text_and_the_list_of_mails_shows_what_comes_after_the_heading():
    mail = key_mail(product_name="<img src=x>", computer_name='"><script>')
    page = hypertext.page(mail, Letterhead("<b>Vendor</b>"))
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;b&gt;Vendor&lt;/b&gt;" in page
    assert 'overflow:hidden">&lt;img src=x&gt; · valid until Dec 31, 2027</div>' in page


def test_nothing_is_loaded_from_elsewhere_and_the_logo_has_its_size():
    picture = BytesIO()
    Image.new("RGBA", (480, 96)).save(picture, "PNG")
    page = hypertext.page(key_mail(), replace(VENDOR, logo=picture.getvalue()))
    assert re.findall(r'<img src="([^"]*)" alt="" width="(\d+)" height="(\d+)"', page) == [
        ("cid:logo", "140", "28")
    ]
    assert re.findall(r"url\(|@import|<link|<script|src=\"http", page) == []


def test_the_button_has_the_vendors_color_as_far_as_it_can_be_read():
    themes = palette("#ffcc00")
    page = hypertext.page(key_mail(), replace(VENDOR, color="#ffcc00"))
    assert f'bgcolor="{themes.light.accent}"' in page
    assert f".btn {{ background: {themes.dark.accent} !important; }}" in page
    assert "#1a56c4" not in page
    assert "#a8186b" in page
    near = hypertext.page(key_mail(), replace(VENDOR, color="#b0206f"))
    assert "#a8186b" not in near, "digits that look like a button help nobody"
