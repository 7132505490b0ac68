"""What customers read in German: words, days and numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from keyferry.protocol.sentences import Sentence
from keyferry.server.web import languages
from tests.faces.test_self_help_activate import codes
from tests.faces.visitor import Visitor

GERMAN = {"Accept-Language": "de-AT, de;q=0.9, en;q=0.5"}


@pytest.fixture
def german(app):
    return Visitor(app, language="de")


def test_the_front_page_speaks_german(app):
    answer = app.test_client().get("/", headers=GERMAN)
    assert answer.headers["Content-Language"] == "de"
    assert "Computer ohne Netz aktivieren" in answer.text
    assert "Scan the code" not in answer.text


def test_a_key_and_its_printed_sheet_have_german_days(german, vendor):
    license = vendor.issue(expires=date(2099, 11, 3))
    shown = german.fill_in("activate", **codes(vendor.machine(license)))
    assert "gültig bis 03.11.2099" in shown.words
    assert "Gültig bis 03.11.2099. Gilt nur auf diesem Computer." in shown.words
    assert "Haken Sie jede Gruppe ab, sobald sie eingetippt ist." in shown.words
    # Every key begins with its version.
    assert "eins · " in shown.words
    assert "one · " not in shown.words


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["Nov 3, 2027", "Nov 3", "November 3, 2027", "Wednesday", "12,345", "up to 10,000"]),
        ("de", ["03.11.2027", "3. Nov.", "3. November 2027", "Mittwoch", "12.345", "up to 10.000"]),
    ],
)
def test_days_and_numbers_are_written_as_in_the_language_of_the_page(app, language, written):
    then = datetime(2027, 11, 3, 23, 59, tzinfo=UTC)
    with app.test_request_context(headers={"Accept-Language": language}):
        forms = [languages.day(then, form) for form in ("medium", "MMMd", "long", "EEEE")]
        sentence = languages.said(Sentence("up to {most:,}", most=10_000))
        assert [*forms, languages.number(12_345), sentence] == written
