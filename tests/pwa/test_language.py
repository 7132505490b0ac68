"""The page speaks the browser's language, or the one that was chosen, and remembers the choice."""

import json
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from keyferry.server.web.languages import chosen
from tests.browsing import activate, await_worker, key_on, sees


@pytest.mark.parametrize(
    ("locale", "title"),
    [("de-AT", "Computer ohne Netz"), ("en-US", "Activate a computer"), ("fr-FR", "Activate a computer")],
)
def test_the_page_speaks_the_browsers_language_or_english_and_asks_for_no_words(house, phone, locale, title):
    page, language = phone(locale=locale), "de" if locale == "de-AT" else "en"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{house.origin}/a")
    expect(page.locator("h1")).to_contain_text(title)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("#language")).to_have_value(language)
    assert [url for url in asked if "/words/" in url] == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("de-AT,en;q=0.9", "de"),
        ("en;q=0.7, DE-ch;q=0.8", "de"),
        ("fr-FR, fr;q=0.9, de;q=0.2", "de"),
        ("de;q=0, en;q=0.1", "en"),
        ("de;q=0", "en"),
        ("fr, *;q=0.5", "en"),
        ("*", "en"),
        ("x;q=nonsense,,", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_server_answers_in_the_language_that_is_asked_for(house, header, language):
    for address in ("/A", "/pwa/manifest.webmanifest"):
        asked = Request(house.origin + address, headers={} if header is None else {"Accept-Language": header})
        with urlopen(asked) as answer:
            assert answer.headers["Content-Language"] == language
            assert "Accept-Language" in answer.headers["Vary"]
            text = answer.read().decode()
        if address == "/A":
            assert f'<html lang="{language}" dir="ltr">' in text
            title = {"en": "Activate a computer that’s offline", "de": "Computer ohne Netz aktivieren"}
            assert f"<title>{title[language]}</title>" in text
            assert {"en": "This page needs", "de": "Diese Seite benötigt"}[language] in text
        else:
            manifest = json.loads(text)
            assert (manifest["lang"], manifest["dir"]) == (language, "ltr")


def test_a_language_that_is_wanted_less_waits_for_one_that_is_wanted_more():
    assert chosen([("pt-BR", 1), ("de-AT", 0.9), ("en", 0.8)], ["en", "de"]) == "de"
    assert chosen([], ["en", "de"]) == "en"


def test_the_choice_wins_over_the_copy_that_opens_without_network(house, phone):
    page = phone()
    page.goto(f"{house.origin}/a")
    await_worker(page)
    page.locator("#language").select_option("de")
    expect(page.locator("h1")).to_contain_text("Computer ohne Netz")
    page.context.set_offline(True)
    page.goto("about:blank")
    page.goto(f"{house.origin}/a")
    expect(page.locator("h1")).to_contain_text("Computer ohne Netz")
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_a_language_whose_words_cannot_be_fetched_does_not_keep_the_page_from_starting(house, phone):
    page = phone()
    page.add_init_script("localStorage.setItem('keyferry.language', 'de')")
    page.route("**/words/de.json", lambda route: route.abort())
    page.goto(f"{house.origin}/a")
    sees(page, "welcome")
    expect(page.locator("h1")).to_contain_text("Activate a computer")


def test_the_switch_goes_back_when_the_words_cannot_be_fetched(house, phone):
    page = phone(service_workers="block")
    page.route("**/words/de.json", lambda route: route.abort())
    page.goto(f"{house.origin}/a")
    sees(page, "welcome")
    page.locator("#language").select_option("de")
    expect(page.locator("#language")).to_have_value("en")
    expect(page.locator("h1")).to_contain_text("Activate a computer")
    assert page.evaluate("localStorage.getItem('keyferry.language')") is None


def test_another_language_can_be_chosen_in_the_middle_of_anything_and_is_remembered(house, phone):
    page = phone()
    key = activate(page, house.scan(house.short.machine(house.short.issue())))
    page.locator("#help").click()
    page.locator("#help-language").select_option("de")
    expect(page.locator("h1")).to_contain_text("Diesen Schlüssel")
    assert key_on(page) == key, "a change of language loses nothing"
    page.locator("#finish").click()
    page.reload()
    sees(page, "welcome")
    expect(page.locator("h1")).to_contain_text("Computer ohne Netz")


def test_keys_run_from_left_to_right_where_words_run_from_right_to_left(house, phone):
    page = phone()
    activate(page, house.scan(house.short.machine(house.short.issue())))
    page.evaluate("document.documentElement.dir = 'rtl'")
    boxes = [page.locator("#computer-key .groups > li").nth(place).bounding_box() for place in (0, 1)]
    assert boxes[0]["x"] < boxes[1]["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
