"""A language is added by one file: every page then speaks it, where its readers ask for it.

The language here is English in brackets, so what misses its catalog shows.
"""

from __future__ import annotations

import re
import shutil
from html import unescape

import polib
import pytest

from keyferry.server.web import languages
from tests.faces.portal_visitor import Visitor, staff

PAGES = languages.PAGES
CUSTOMERS = ("", "activate", "deactivate", "license", "keys", "nowhere")
TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
SAID = re.compile(r"⟦[^⟦⟧]*⟧")


def sentences() -> list[str]:
    """What the catalog holds, as far as it cannot be a name or a value by chance."""
    texts = [entry.msgid for entry in polib.pofile(str(PAGES / "en.pot"), encoding="utf-8")]
    return [
        text
        for text in texts
        if text.strip().count(" ") > 1 and "{" not in text and "%" not in text and "<" not in text
    ]


@pytest.fixture
def bracketed(tmp_path, monkeypatch):
    shutil.copy(PAGES / "en.pot", tmp_path)
    catalog = polib.pofile(str(PAGES / "en.pot"), encoding="utf-8")
    for entry in catalog:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: f"⟦{entry.msgid}⟧", 1: f"⟦{entry.msgid_plural}⟧"}
        else:
            entry.msgstr = f"⟦{entry.msgid}⟧"
    catalog.metadata["Language"] = "eo"
    catalog.save(str(tmp_path / "eo.po"))
    monkeypatch.setattr(languages, "PAGES", tmp_path)


def english_left(page: str) -> list[str]:
    text = unescape(TAG.sub(" \0 ", page))
    while SAID.search(text):
        text = SAID.sub("", text)
    left = " ".join(text.split())
    return [sentence for sentence in SENTENCES if re.search(rf"(?<!\w){re.escape(sentence)}(?!\w)", left)]


SENTENCES = sentences()


@pytest.mark.thorough
@pytest.mark.usefixtures("bracketed")
def test_every_page_of_self_help_speaks_it(app, vendor):
    client = app.test_client()
    visitor = Visitor(client)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "eo"
    for path in CUSTOMERS:
        assert (path, english_left(visitor.get(f"/self-help/{path}").text)) == (path, [])
    refused = visitor.post("/self-help/license", activation_key="nothing")
    assert refused.status_code == 400
    assert english_left(refused.text) == []


@pytest.mark.thorough
@pytest.mark.usefixtures("bracketed")
def test_who_does_not_ask_for_it_gets_english(vendor):
    answer = staff(vendor).get("/portal/")
    assert '<html lang="en">' in answer.text
    assert "⟦" not in answer.text
