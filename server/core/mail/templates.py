"""What mails to customers say: our own words in each language, or what staff have written in their place.

A text holds variables, `{computer key}` or as in QLM `%ComputerKey%`; what they stand for is put in once, so
that a name which looks like a variable stays a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from keyferry.server.core import audit, properties, versions
from keyferry.server.core.audit import By
from keyferry.server.core.brand import contact
from keyferry.server.core.catalogs import Words
from keyferry.server.core.errors import Malformed, NotFound
from keyferry.server.core.events import Event
from keyferry.server.core.mail import LANGUAGES, WORDS
from keyferry.server.core.models import MailTemplate

COMPUTER_KEY, LICENSE_KEYS, RELEASE_LINK = "computer_key", "license_keys", "release_link"
LICENSES_ISSUED = "licenses_issued"

MAX_SUBJECT, MAX_TEXT = 200, 4000
_VARIABLE = re.compile(r"%(\w+)%|\{([^{}\n]{1,40})\}")
# QLM's names for ours.
QLM = {"ComputerKey": "computer key", "ActivationKey": "activation key", "ComputerID": "computer id"}


@dataclass(frozen=True)
class Kind:
    """A kind of mail: its variables with what each stands for, and those of which it needs one."""

    title: str
    variables: Mapping[str, str]
    needed: tuple[str, ...]


@dataclass(frozen=True)
class Variable:
    """A variable in the words of a mail: our name for it, and how it is written there."""

    name: str
    text: str


@dataclass(frozen=True)
class Template:
    """The words of one mail in one language; `closing` is our line below what staff write."""

    language: str
    subject: str
    text: str
    closing: str = ""

    @property
    def version(self) -> str:
        """The digest of the words, see `core.versions`."""
        return versions.digest(self.subject, self.text)


KINDS: Mapping[str, Kind] = {
    COMPUTER_KEY: Kind(
        "Computer key",
        {
            "computer key": "the computer key in one piece, for copying",
            "computer key in groups": "the computer key in numbered groups, for typing",
            "activation key": "the activation key of the license",
            "computer id": "the computer ID that the key belongs to",
            "product": "the name of the product",
            "computer": "the computer’s name, or “your computer” if it has none",
            "validity": "how long the key is valid, like “valid until Nov 24, 2027”",
            "step by step": "a button that shows the key step by step",
            "license file": "a sentence about the attached license file",
        },
        ("computer key", "computer key in groups"),
    ),
    LICENSE_KEYS: Kind(
        "License keys",
        {
            "licenses": "every license of the customer, with product, seats, expiry and activation key",
            "your licenses": "“Your license”, or “Your 3 licenses”",
            "address": "the email address that the email goes to",
            "self help": "a button that opens Self Help",
        },
        ("licenses",),
    ),
    LICENSES_ISSUED: Kind(
        "Licenses issued",
        {
            "licenses": "every license that was issued, with seats, expiry and activation key",
            "your licenses": "“Your license”, or “Your 3 licenses”",
            "product": "the name of the product",
            "order": "a line with the order, if one was given",
            "self help": "a button that opens Self Help",
        },
        ("licenses",),
    ),
    RELEASE_LINK: Kind(
        "Release link",
        {
            "link": "a button with the link, which works once and for one hour",
            "product": "the name of the product",
            "ending": "the last group of the activation key",
        },
        ("link",),
    ),
}


def chosen(session: Session, name: str) -> Template:
    """Return the words of a mail in the language that the server property names, with whom to ask."""
    return closed(session, current(session, name, str(properties.read(session)["mail/language"])))


def closed(session: Session, words: Template) -> Template:
    """Return words with the line that says whom to ask, where the server properties name anybody."""
    texts = " · ".join(contact.current(session).texts)
    if not texts:
        return words
    return replace(words, closing=Words(WORDS, words.language)("closing.questions", contact=texts))


def current(session: Session, name: str, language: str) -> Template:
    """Return the words that count: what staff wrote, else ours; raises NotFound (unknown_mail)."""
    row = stored(session, name, language)
    if row is not None:
        return Template(language, row.subject, row.text)
    return default(name, language)


def default(name: str, language: str) -> Template:
    """Return our own words; raises NotFound (unknown_mail)."""
    _require_known(name, language)
    words = Words(WORDS, language).raw
    return Template(language, words(f"{name}.subject"), words(f"{name}.text"))


def stored(session: Session, name: str, language: str) -> MailTemplate | None:
    """Return what staff wrote, with when and by whom; raises NotFound (unknown_mail)."""
    _require_known(name, language)
    return session.get(MailTemplate, (name, language))


def put(
    session: Session, name: str, language: str, subject: str, text: str, *, by: By, now: datetime
) -> bool:
    """Set the words of a mail; returns whether they differ from before.

    Raises what `checked` raises.
    """
    fresh = checked(name, language, subject, text)
    if fresh == current(session, name, language):
        return False
    row = MailTemplate(
        name=name,
        language=language,
        subject=fresh.subject,
        text=fresh.text,
        changed_at=now,
        changed_by=by.who,
    )
    session.merge(row)
    _record(session, Event.MAIL_TEMPLATE_SET, name, language, by, now)
    return True


def back_to_default(session: Session, name: str, language: str, *, by: By, now: datetime) -> None:
    """Forget what staff wrote; raises NotFound (unknown_mail)."""
    row = stored(session, name, language)
    if row is not None:
        session.delete(row)
        session.flush()
        _record(session, Event.MAIL_TEMPLATE_RESET, name, language, by, now)


def checked(name: str, language: str, subject: str, text: str) -> Template:
    """Return typed words as a template.

    Raises NotFound (unknown_mail) and Malformed (malformed_subject, malformed_text).
    """
    _require_known(name, language)
    subject, text = " ".join(subject.split()), "\n".join(text.strip().splitlines())
    if not subject or len(subject) > MAX_SUBJECT or not subject.isprintable():
        raise Malformed(
            "Use a subject of one line, up to {most} visible characters.",
            code="malformed_subject",
            most=MAX_SUBJECT,
        )
    if len(text) > MAX_TEXT or not text.replace("\n", "").isprintable():
        raise Malformed(
            "Use a text of up to {most:,} visible characters and line breaks.",
            code="malformed_text",
            most=MAX_TEXT,
        )
    for words, code in ((subject, "malformed_subject"), (text, "malformed_text")):
        _require_variables(KINDS[name], words, code)
    needed = KINDS[name].needed
    if not any(_ours(found) in needed for found in _VARIABLE.finditer(text)):
        either = " or ".join(f"{{{one}}}" for one in needed)
        raise Malformed(
            "This email needs {variables}. Add it to the text.", code="malformed_text", variables=either
        )
    return Template(language, subject, text)


def pieces(words: str) -> Iterator[tuple[str, Variable | None]]:
    """Yield the words before each variable with that variable, and at the end those after the last."""
    end = 0
    for found in _VARIABLE.finditer(words):
        yield words[end : found.start()], Variable(_ours(found), found[0])
        end = found.end()
    yield words[end:], None


def _ours(found: re.Match[str]) -> str:
    """Return our name of a variable, however it is written."""
    if found[1] is not None:
        return QLM.get(found[1], found[0])
    return " ".join(found[2].split()).lower()


def _require_variables(kind: Kind, words: str, code: str) -> None:
    for found in _VARIABLE.finditer(words):
        if _ours(found) not in kind.variables:
            known = ", ".join(f"{{{one}}}" for one in kind.variables)
            raise Malformed(
                "{name} isn’t a variable of this email. Use one of these: {known}.",
                code=code,
                name=found[0],
                known=known,
            )


def _require_known(name: str, language: str) -> None:
    if name not in KINDS or language not in LANGUAGES:
        raise NotFound("This email doesn’t exist. Choose one from the list.", code="unknown_mail")


def _record(session: Session, event: Event, name: str, language: str, by: By, now: datetime) -> None:
    audit.record(session, event=event, by=by, detail={"template": name, "language": language}, now=now)
