"""A key is read aloud."""

import json

import pytest
from playwright.sync_api import expect

from keyferry.server.faces.phone import files
from tests.pwa.test_key import activated

__all__ = ["activated"]


@pytest.mark.parametrize(
    ("locale", "language", "alfa", "again"),
    [
        ("en-GB", "en-US", "Alfa", "Read it aloud again"),
        ("de-DE", "de-DE", "Anton", "Noch einmal vorlesen"),
    ],
)
def test_a_key_is_read_aloud_in_the_alphabet_of_the_language(activated, locale, language, alfa, again):
    words = json.loads(files.words(locale[:2]))["spelling"]
    assert words["A"] == alfa
    page, key = activated(locale=locale)
    page.locator("#ways").click()
    page.locator("#read-aloud").click()
    expect(page.locator("#read-aloud")).to_have_text(again)
    spoken = page.evaluate("window.spoken")
    assert [said[0] for said in spoken] == [language] * 6
    for (_, text), group in zip(spoken, key.split("-"), strict=True):
        assert text.partition(": ")[2] == ", ".join(words[symbol] for symbol in group) + "."


def test_reading_can_be_stopped_and_begun_again(activated):
    page, _ = activated()
    page.evaluate("window.silent = true")
    page.locator("#ways").click()
    page.locator("#read-aloud").click()
    expect(page.locator("#read-aloud .is-read")).to_contain_text("Group 1")
    page.locator("#read-aloud").click()
    expect(page.locator("#read-aloud .is-read")).to_have_count(0)
    page.evaluate("window.silent = false")
    page.locator("#read-aloud").click()
    expect(page.locator("#read-aloud")).to_contain_text("Read it aloud again")
    assert len(page.evaluate("window.spoken")) == 7
