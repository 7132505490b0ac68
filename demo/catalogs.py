"""Collect what the web pages say into their catalog, and bring the translations of every face up to date.

Phone, wizard and mail keep their English in `en.pot`, by hand. The English of the pages stands in templates
and code: it is collected here, as Babel finds it, with what registries say.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import extract_from_dir

import keyferry.protocol.errors
import keyferry.server.core.errors
from keyferry.protocol.codes import Kind
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.mail.templates import KINDS
from keyferry.server.core.models import Role
from keyferry.server.core.properties import PROPERTIES
from keyferry.server.core.staff.roles import Permission
from keyferry.server.words.codes import CODES
from keyferry.server.words.spelling import WORDS
from keyferry.server.words.wording import STATES

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "server" / "templates" / "words"
FACES = (
    PAGES,
    ROOT / "server" / "core" / "mail" / "words",
    ROOT / "pwa" / "words",
    ROOT / "wizard_stub" / "words",
)
WIDTH = 100
_HEAD = {
    "Language": "en",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
# What stands first in a call of one of these is a sentence; an error is one, too.
_ERRORS = (keyferry.protocol.errors, keyferry.server.core.errors)
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "said": None,
    "Sentence": None,
    "template": None,
    **{name: None for module in _ERRORS for name, kind in vars(module).items() if isinstance(kind, type)},
}
_METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
_OPTIONS = {"templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}}


def pages() -> polib.POFile:
    """Return the catalog of everything that the web pages say, in the order of its sources."""
    catalog = polib.POFile(wrapwidth=WIDTH)
    catalog.header = "The web pages, in English. Made by `make words` from templates, code and registries."
    catalog.metadata = dict(_HEAD)
    plurals: dict[str, str] = {}
    for one, many in (*_extracted(), *((text, "") for text in _registered())):
        # What is said alone here and counted there is one sentence with a plural.
        plurals[one] = plurals.get(one) or many
    for one, many in plurals.items():
        plural = {"msgid_plural": many, "msgstr_plural": {0: "", 1: ""}} if many else {}
        catalog.append(polib.POEntry(msgid=one, **plural))
    return catalog


def _extracted() -> Iterator[tuple[str, str]]:
    for folder in ("server", "protocol"):
        found = extract_from_dir(ROOT / folder, _METHODS, _OPTIONS, _KEYWORDS)
        for _, _, message, _, _ in sorted(
            found, key=lambda one: (not one[0].endswith(".html"), one[0], one[1])
        ):
            yield (message[0], message[1]) if isinstance(message, tuple) else (message, "")


def _registered() -> Iterator[str]:
    """Yield what registries say, which stands in no call."""
    yield from (one.words for one in (*Channel, *Event))
    yield from (code.reason for code in CODES.values() if code.reason)
    yield from STATES.values()
    yield from WORDS.values()
    for declared in PROPERTIES.values():
        yield from (declared.sentence, declared.type)
    for kind in KINDS.values():
        yield from (kind.title, *kind.variables.values())
    yield from (*Role, *Permission, *(kind.words for kind in Kind))


def main() -> None:
    """Write the pages' catalog, and merge each face's English into its translations."""
    pages().save(str(PAGES / "en.pot"))
    for folder in FACES:
        english = polib.pofile(str(folder / "en.pot"), wrapwidth=WIDTH)
        for path in sorted(folder.glob("*.po")):
            translated = polib.pofile(str(path), wrapwidth=WIDTH)
            translated.merge(english)
            # What is not said any more is in the history, where it does not look like work.
            for entry in translated.obsolete_entries():
                translated.remove(entry)
            translated.save()


if __name__ == "__main__":
    main()
