"""What a page shows with a refusal is the same in every language, as soon as a catalog for it is there."""

from __future__ import annotations

import pytest

from keyferry.server.core.licensing import licenses
from keyferry.server.web import languages
from tests.faces.test_self_help_activate import codes, mistyped
from tests.faces.visitor import Visitor

GERMAN = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "This license is on hold. Ask the vendor why."
msgstr "Diese Lizenz ruht. Fragen Sie den Hersteller nach dem Grund."

msgid "This computer ID is mistyped. Did you mean {suggestion}?"
msgstr "Die Computer-ID ist vertippt. Ist {suggestion} gemeint?"

msgid "administrator"
msgstr "Verwalter der Anlage"
"""


@pytest.fixture
def german(app, tmp_path, monkeypatch):
    (tmp_path / "de.po").write_text(GERMAN, encoding="utf-8")
    monkeypatch.setattr(languages, "PAGES", tmp_path)
    return Visitor(app, language="de")


def test_a_refusal_that_sends_to_the_vendor_names_it(german, vendor, switch):
    switch("branding/supportEmail", "help@example.com")
    key = vendor.issue()
    vendor.change(key, licenses.suspend)
    shown = german.fill_in("activate", **codes(vendor.machine(key)))
    assert "Diese Lizenz ruht. Fragen Sie den Hersteller nach dem Grund." in shown.words
    assert "mailto:help@example.com" in shown.read.links


def test_a_reading_stands_out_in_the_sentence_and_one_press_takes_it(german, vendor):
    right = codes(vendor.machine(vendor.issue()))
    shown = german.fill_in("activate", **right | {"computer_id": mistyped(right["computer_id"])})
    assert f"Die Computer-ID ist vertippt. Ist {right['computer_id']} gemeint?" in shown.words
    assert '<span class="k" translate="no">' in shown.answer.text.partition('class="fix"')[2]
    assert german.take(shown).status == 200


@pytest.mark.usefixtures("german")
def test_a_capital_at_the_beginning_leaves_the_others_alone(app):
    with app.test_request_context(headers={"Accept-Language": "de"}):
        template = app.jinja_env.from_string(
            "{{ said('administrator') | capitalize }}, {{ 'viewer' | capitalize }}"
        )
        assert template.render() == "Verwalter der Anlage, Viewer"
