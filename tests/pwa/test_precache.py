"""What the service worker keeps is what lies in the folder."""

import re

import pytest

from keyferry.server.faces.phone import files

LOADED_ON_USE = ("vendor/zxing-wasm/", "vendor/README.md")
# Part of the page itself, see test_one_piece.py.
IN_THE_PAGE = {"app.css", "house.css", "index.html", "vendor/lucide/phone.svg"}
# What other files are made from, which no page asks for.
SOURCES = {"icons/icon-maskable.svg", "words/ar.po", "words/de.po", "words/en.pot"}
# For pages of the server only.
ELSEWHERE = {"vendor/lucide/icons.svg"}
# Asked for by the phone itself when the page is installed, and then in its hands.
INSTALLED = {"apple-touch-icon.png", "icon-192.png", "icon-512.png", "icon-maskable-512.png"}

NOBODY = files.Vendor()


@pytest.fixture
def pwa(root):
    return root / "pwa"


def quoted_files(text: str) -> set[str]:
    return set(re.findall(r'/pwa/([^" ]+\.[a-z0-9]+)[" ]', text))


def test_the_worker_keeps_every_file_that_is_not_loaded_on_use(pwa):
    there = {str(path.relative_to(pwa)) for path in pwa.rglob("*") if path.is_file()}
    expected = {
        name
        for name in there
        - {"sw.js"}
        - IN_THE_PAGE
        - SOURCES
        - ELSEWHERE
        - {f"icons/{name}" for name in INSTALLED}
        if not name.startswith(("js/", *LOADED_ON_USE)) and not name.endswith("/LICENSE")
    }
    assert quoted_files(files.find("sw.js", NOBODY, "en").content.decode()) == expected


def test_the_sources_of_the_words_are_not_served():
    assert files.find("words/de.json", NOBODY, "en") is not None
    for name in ("words/de.po", "words/en.pot", "words/xx.json", "words/en.json.json"):
        assert files.find(name, NOBODY, "en") is None


def test_a_change_of_any_file_makes_a_new_version(pwa, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PWA", tmp_path)
    (tmp_path / "sw.js").write_text('"@version@"')
    (tmp_path / "app.css").write_text("a {}")
    before = files.find("sw.js", NOBODY, "en").content
    (tmp_path / "app.css").write_text("b { }")
    after = files.find("sw.js", NOBODY, "en").content
    assert b"@" not in before
    assert before != after


def test_a_change_of_the_vendors_settings_makes_a_new_version_too():
    assert files.find("sw.js", NOBODY, "en").sum != files.find("sw.js", files.Vendor("Acme"), "en").sum


def test_a_file_outside_of_the_folder_is_not_found(pwa):
    assert files.find("../server/config.py", NOBODY, "en") is None
    assert files.find("js", NOBODY, "en") is None
