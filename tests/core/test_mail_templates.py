"""What mails say: our words in two languages, and what staff write in their place."""

from __future__ import annotations

from datetime import date

import pytest

from keyferry.server.core import properties
from keyferry.server.core.errors import CoreError
from keyferry.server.core.mail import LANGUAGES, mails, templates
from keyferry.server.core.mail.mails import Attachment, Held
from keyferry.server.core.mail.templates import COMPUTER_KEY, KINDS, LICENSE_KEYS, Template
from keyferry.server.db import transaction
from tests.audit_log import events
from tests.conftest import NOON, STAFF

KEY = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z"


def mail(words: Template, **more):
    values = {
        "product_name": "Demo CAD",
        "computer_name": "LAB-PC-07",
        "computer_key": KEY,
        "expires": date(2027, 12, 31),
        "activation_key": "AKEY",
        "computer_id": "CID",
    }
    return mails.computer_key("ada@example.com", **(values | more), template=words)


def put(name: str, language: str, subject: str, text: str) -> None:
    with transaction() as session:
        templates.put(session, name, language, subject, text, by=STAFF, now=NOON)


def refusal_of(operation, *arguments) -> tuple[str, str]:
    with pytest.raises(CoreError) as raised:
        operation(*arguments)
    return raised.value.code, str(raised.value)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_words_are_good_by_our_own_rules(name, language):
    ours = templates.default(name, language)
    assert templates.checked(name, language, ours.subject, ours.text) == ours


def test_the_german_mail_is_german_throughout():
    said = mail(templates.default(COMPUTER_KEY, "de"), license_file=Attachment("DEMO-PRÜF.lic", "content"))
    assert said.subject == "Ihr Schlüssel für Demo CAD auf LAB-PC-07"
    assert said.text.startswith(
        "Diesen Schlüssel auf LAB-PC-07 eintippen\nDemo CAD · gültig bis 31.12.2027\n"
    )
    assert "  1  12FX2    2  EQ05J" in said.text
    assert "Ohne Tippen: Kopieren Sie die angehängte Datei DEMO-PRÜF.lic" in said.text
    held = [Held("Demo CAD", "1TX21", 1, None), Held("Tool", "1ABCD", 5, None, 3, days=30)]
    said = mails.license_keys("ada@example.com", held=held, template=templates.default(LICENSE_KEYS, "de"))
    assert "\nDemo CAD\n1TX21\n0 von 1 Platz belegt · ohne Enddatum\n" in said.text
    assert "3 von 5 Plätzen belegt · gültig für 30 Tage ab der ersten Aktivierung" in said.text


def test_variables_are_written_as_in_qlm_or_in_plain_words():
    words = Template(
        "en", "{ Product }", "%ComputerKey% %ActivationKey% %ComputerID%\n{computer key} {Activation  Key}"
    )
    said = mail(words)
    assert said.subject == "Demo CAD"
    assert said.text == f"{KEY} AKEY CID\n{KEY} AKEY\n"


def test_a_name_that_looks_like_a_variable_stays_a_name():
    said = mail(
        Template("en", "x", "{product} {computer}"),
        product_name="{computer key}",
        computer_name="%ComputerKey%",
    )
    assert said.text == "{computer key} %ComputerKey%\n"


def test_a_name_that_looks_like_a_sign_stays_a_name():
    said = mail(
        Template("en", "x", "{product}\n\n{computer}"), product_name="# **Bold**", computer_name="**x**"
    )
    assert said.text == "# **Bold**\n\n**x**\n"
    assert [block.kind for block in said.blocks] == ["text", "text"]


def test_a_heading_what_is_below_it_and_bold_words_are_marked_in_the_words():
    said = mail(
        Template("en", "x", "# **New:** {product}\nFor {computer}\n\nUse **{computer key}** or ** not **.")
    )
    assert said.text == f"New: Demo CAD\nFor LAB-PC-07\n\nUse {KEY} or ** not **.\n"
    assert [block.kind for block in said.blocks] == ["heading", "lead", "text"]
    assert [part.look for part in said.blocks[0].parts] == ["strong", "plain", "plain"]


def test_blocks_may_stand_in_the_middle_of_a_paragraph():
    said = mail(Template("en", "x", "Here:\n{computer key in groups}\nBye"))
    assert [block.kind for block in said.blocks] == ["text", "key", "text"]
    assert said.text.startswith("Here:\n\n  1  12FX2")
    assert said.text.endswith("  6  KYN5Z\n\nBye\n")


def test_an_empty_value_leaves_no_hole():
    said = mail(Template("en", "x", "One.\n\n{license file}\n\nTwo."))
    assert said.text == "One.\n\nTwo.\n"


@pytest.mark.parametrize(
    ("subject", "text", "code", "sentence"),
    [
        ("", "{computer key}", "malformed_subject", "one line"),
        ("x" * 201, "{computer key}", "malformed_subject", "one line"),
        ("a\0b", "{computer key}", "malformed_subject", "one line"),
        ("{key}", "{computer key}", "malformed_subject", "{key} isn’t a variable of this email."),
        ("x", "{computer key} %CustomerName%", "malformed_text", "%CustomerName% isn’t a variable"),
        ("x", "{licenses} {computer key}", "malformed_text", "{licenses} isn’t a variable of this email."),
        ("x", "nothing", "malformed_text", "This email needs {computer key} or {computer key in groups}"),
        ("x", "{computer key}" + "x" * 4000, "malformed_text", "up to 4,000"),
        ("x", "{computer key}\x07", "malformed_text", "visible characters"),
    ],
)
def test_words_that_cannot_be_meant_are_refused(app, subject, text, code, sentence):
    said = refusal_of(put, COMPUTER_KEY, "en", subject, text)
    assert said[0] == code
    assert sentence in said[1]


@pytest.mark.parametrize(("name", "language"), [("nothing", "en"), (COMPUTER_KEY, "fr")])
def test_a_mail_that_there_is_not_is_refused(app, name, language):
    assert refusal_of(put, name, language, "x", "{computer key}")[0] == "unknown_mail"


def test_what_staff_write_counts_until_it_is_set_back_and_the_audit_has_it(app):
    put(COMPUTER_KEY, "de", "Schlüssel", "Bitte: %ComputerKey%\r\nGruß")
    put(COMPUTER_KEY, "de", "Schlüssel", "Bitte: %ComputerKey%\r\nGruß")
    with transaction() as session:
        assert templates.current(session, COMPUTER_KEY, "de").text == "Bitte: %ComputerKey%\nGruß"
        assert templates.stored(session, COMPUTER_KEY, "de").changed_by == "ada"
        assert templates.chosen(session, COMPUTER_KEY).language == "en"
        properties.put(session, "mail/language", "DE", by=STAFF, now=NOON)
        assert templates.chosen(session, COMPUTER_KEY).subject == "Schlüssel"
        templates.back_to_default(session, COMPUTER_KEY, "de", by=STAFF, now=NOON)
        templates.back_to_default(session, COMPUTER_KEY, "de", by=STAFF, now=NOON)
        assert templates.chosen(session, COMPUTER_KEY) == templates.default(COMPUTER_KEY, "de")
    found = [(event.event, event.detail) for event in events() if event.event.startswith("mail_template")]
    detail = {"template": "computer_key", "language": "de"}
    assert found == [("mail_template_set", detail), ("mail_template_reset", detail)]


def test_a_language_that_there_is_not_is_refused(app):
    with transaction() as session:
        code, sentence = refusal_of(
            lambda: properties.put(session, "mail/language", "fr", by=STAFF, now=NOON)
        )
    assert (code, sentence) == ("malformed_property", "mail/language accepts one of these: en, de.")


def test_whom_to_ask_is_the_last_line_and_no_variable_in_it_is_filled():
    words = Template(
        "en", "Key", "Your key: {computer key}\n\n{license file}", "Questions? {product}@example.com"
    )
    assert mail(words).text == f"Your key: {KEY}\n\nQuestions? {{product}}@example.com\n"
