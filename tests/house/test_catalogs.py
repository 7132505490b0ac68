"""Every sentence is there in every language, with the same values; a further language is just a file."""

import json
import re
import shutil
from pathlib import Path

import polib
import pytest

from demo import catalogs as collecting
from keyferry.server.core import catalogs
from keyferry.server.faces.phone import files
from keyferry.wizard.terminal import words as wizard_words

ROOT = Path(__file__).parents[2]
TRANSLATED = sorted(ROOT.glob("[!.]*/**/*.po"))
ENGLISH = sorted(ROOT.glob("[!.]*/**/en.pot"))
VALUE = re.compile(r"\{[^{}]+\}|%\(\w+\)s")

# Left out on purpose: German needs no name there.
WITHOUT = {
    ("computer_key.subject", "{computer}"),
    ("typing.other_kind", "{wanted}"),
}

POLISH = """
msgid ""
msgstr ""
"Language: pl\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgctxt "welcome.waiting.title"
msgid "1 scan is waiting"
msgid_plural "{count} scans are waiting"
msgstr[0] "1 skan czeka"
msgstr[1] "{count} skany czekają"
msgstr[2] "{count} skanów czeka"

msgctxt "typing.left"
msgid "One more character."
msgid_plural "{count} more characters."
msgstr[0] "Jeszcze jeden znak."
msgstr[1] "Jeszcze {count} znaki."
msgstr[2] "Jeszcze {count} znaków."
"""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def entries(path: Path) -> dict[tuple[str, str, str], polib.POEntry]:
    catalog = polib.pofile(str(path), encoding="utf-8", check_for_duplicates=True)
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural): entry for entry in catalog}


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_there_are_catalogs():
    assert len(ENGLISH) >= 3
    assert len(TRANSLATED) >= 3


@pytest.mark.parametrize("path", TRANSLATED, ids=name)
def test_every_sentence_is_translated_and_none_is_left_over(path):
    translated, english = entries(path), entries(path.with_name("en.pot"))
    assert translated.keys() == english.keys()
    missing = [key for key, one in translated.items() if one.fuzzy or not all(map(str.strip, said(one)))]
    assert missing == []


def values(text: str) -> frozenset[str]:
    return frozenset(VALUE.findall(text))


@pytest.mark.parametrize("path", TRANSLATED, ids=name)
def test_every_sentence_takes_the_same_values_as_in_english(path):
    differing = set()
    for entry in entries(path).values():
        # One form of a plural may name its count in words, and English may leave out others in one of two.
        optional = {"{count}", "{seats}", *(value for name, value in WITHOUT if name == entry.msgctxt)}
        english = [text for text in (entry.msgid, entry.msgid_plural) if text]
        wanted = [values(text) | optional for text in (*english, "".join(english))]
        differing |= {text for text in said(entry) if values(text) | optional not in wanted}
    assert differing == set()


@pytest.mark.parametrize("path", TRANSLATED, ids=name)
def test_no_translation_brings_a_sign_of_html_that_english_lacks(path):
    """Pages take a sentence as it is, also into an attribute."""
    for entry in entries(path).values():
        allowed = set(entry.msgid + entry.msgid_plural)
        assert [text for text in said(entry) if set(text) & set('"<>&') - allowed] == []


@pytest.mark.parametrize("path", ENGLISH, ids=name)
def test_no_english_sentence_stands_twice_or_says_nothing(path):
    assert all(id.strip() for _, id, _ in entries(path))


@pytest.fixture
def polish(tmp_path, monkeypatch):
    """A further language: one file in each folder of catalogs."""
    for module, attribute in ((files, "WORDS"), (wizard_words, "CATALOGS")):
        folder = tmp_path / module.__name__
        shutil.copytree(getattr(module, attribute), folder)
        (folder / "pl.po").write_text(POLISH, encoding="utf-8")
        monkeypatch.setattr(module, attribute, folder)


@pytest.mark.usefixtures("polish")
def test_the_phone_offers_a_language_as_soon_as_its_file_is_there():
    words = json.loads(files.find("words/pl.json", files.Vendor(), "en").content)
    assert words["languages"] == {"en": "English", "ar": "العربية", "de": "Deutsch", "pl": "Polski"}
    forms = words["welcome"]["waiting"]["title"]
    assert [forms[category] for category in ("one", "few", "many")] == [
        "1 skan czeka",
        "{count} skany czekają",
        "{count} skanów czeka",
    ]
    assert forms["other"] in forms.values()
    assert words["welcome"]["scan"] == "Scan the code"
    # Kept on the phone from when somebody chooses it.
    assert b'"/pwa/words/"' in files.find("sw.js", files.Vendor(), "en").content


@pytest.mark.usefixtures("polish")
def test_the_wizard_speaks_a_language_as_soon_as_its_file_is_there():
    words = wizard_words.Words("pl")
    assert words("typing.left", count=1) == "Jeszcze jeden znak."
    assert words("typing.left", count=3) == "Jeszcze 3 znaki."
    assert words("typing.left", count=5) == "Jeszcze 5 znaków."
    assert words("bar.quit") == "Ctrl+Q Quit"


def test_a_sentence_chooses_its_plural_by_the_count(tmp_path):
    seats = 'msgctxt "seats"\nmsgid "1 seat"\nmsgid_plural "{count} seats"\nmsgstr[0] ""\n'
    (tmp_path / "en.pot").write_text(seats)
    words = catalogs.Words(tmp_path, "en")
    assert [words("seats", count=count) for count in (1, 2, 0)] == ["1 seat", "2 seats", "0 seats"]


def test_the_pages_catalog_holds_what_templates_and_code_say():
    """Collecting warns of a sentence that is glued together from pieces; warnings are errors here."""
    committed = polib.pofile(str(collecting.PAGES / "en.pot"), wrapwidth=collecting.WIDTH)
    assert str(committed) == str(collecting.pages()), "run `make words`"
