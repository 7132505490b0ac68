"""What the service worker keeps is what lies in the folder."""

import re

import pytest

from server.faces.phone import files

LOADED_ON_USE = ("vendor/",)
# The page's source of the icon above, which no page asks for.
SOURCES = {"icons/icon-maskable.svg"}
# Asked for by the phone itself when the page is installed, and then in its hands.
INSTALLED = {"apple-touch-icon.png", "icon-192.png", "icon-512.png", "icon-maskable-512.png"}

NOBODY = files.Vendor()


@pytest.fixture
def pwa(root):
    return root / "pwa"


def quoted_files(text: str) -> set[str]:
    return set(re.findall(r'"/pwa/([^"]+\.[a-z]+)"', text))


def test_the_worker_keeps_every_file_that_is_not_loaded_on_use(pwa):
    there = {str(path.relative_to(pwa)) for path in pwa.rglob("*") if path.is_file()}
    expected = {
        name
        for name in there - {"index.html", "sw.js"} - SOURCES - {f"icons/{name}" for name in INSTALLED}
        if not name.startswith(LOADED_ON_USE)
    }
    assert quoted_files((pwa / "sw.js").read_text()) == expected


def test_every_module_of_the_first_scan_is_named_in_the_page(pwa):
    """Then a slow line fetches them together instead of import by import."""
    named = quoted_files((pwa / "index.html").read_text())
    reached, waiting = set(), ["js/main.js"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            imports = re.findall(r'^import .*? from "(.+?)";', (pwa / name).read_text(), re.MULTILINE)
            base = (pwa / name).parent
            waiting += [str((base / path).resolve().relative_to(pwa)) for path in imports]
    assert {name for name in named if name.endswith(".js")} == reached


def test_a_change_of_any_file_makes_a_new_version(pwa, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PWA", tmp_path)
    (tmp_path / "sw.js").write_text('"@version@"')
    (tmp_path / "app.css").write_text("a {}")
    before = files.find("sw.js", NOBODY).content
    (tmp_path / "app.css").write_text("b { }")
    after = files.find("sw.js", NOBODY).content
    assert b"@" not in before
    assert before != after


def test_a_change_of_the_vendors_settings_makes_a_new_version_too():
    assert files.find("sw.js", NOBODY).sum != files.find("sw.js", files.Vendor("Acme")).sum


def test_a_file_outside_of_the_folder_is_not_found(pwa):
    assert files.find("../server/config.py", NOBODY) is None
    assert files.find("js", NOBODY) is None
