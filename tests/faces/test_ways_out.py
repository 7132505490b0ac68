"""Each refusal that names a way out, and that way walked to its end with the real wizard.

The table is `CHANNELS` in `ways_out.py`. What only the network or an update can end stands in `ELSEWHERE`.
"""

from __future__ import annotations

import json

import pytest

from keyferry.server.faces.phone import files
from keyferry.wizard.terminal.words import Words
from tests.faces.customers_desk import Desk
from tests.faces.ways_out import CHANNELS, released_by_force, superseded_in_use

LANGUAGES = ("en", "de")
# Ended by the network, by the page loaded anew, by the server's owner, or by an update of the application.
ELSEWHERE = {
    "unknown_product",
    "newer_version",
    "malformed_request",
    "internal_error",
    "server_busy",
    "offline",
    "page_failed",
    "unreadable_answer",
    "unknown",
}
# A wizard signs none of these; typed by hand, each is named beside its field, see test_phone_typed.py.
MISTYPED = {
    "malformed_activation_key",
    "malformed_computer_id",
    "malformed_computer_name",
    "malformed_deactivation_code",
}


@pytest.fixture
def desk(vendor, tmp_path) -> Desk:
    return Desk(vendor, tmp_path)


@pytest.mark.parametrize(
    ("code", "story"),
    [(code, story) for code, stories in CHANNELS.items() for story in stories],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_way_that_a_refusal_names_leads_out(desk, code, story):
    assert story(desk) == code


def test_every_refusal_that_the_phone_has_words_for_has_its_way_walked():
    for language in LANGUAGES:
        answered = json.loads(files.words(language))["problems"].keys()
        assert answered == {*CHANNELS, *ELSEWHERE, *MISTYPED} - {"deactivation_too_early"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["computer_id_superseded", "computer_id_released"])
def test_the_phone_names_the_wizards_step_as_the_wizard_does(language, code):
    wizard, phone = Words(language), json.loads(files.words(language))
    for step in ("scan.trouble", "trouble.rejected", "do.deactivate"):
        assert wizard(step) in phone["problems"][code]["toDo"]


@pytest.mark.parametrize("story", [superseded_in_use, released_by_force])
def test_the_sentences_of_every_other_face_name_the_step_too(desk, monkeypatch, story):
    met: list[str] = []
    code_of = Desk.code_of

    def answered(desk: Desk, answer) -> str:
        met.append(answer.json["detail"])
        return code_of(desk, answer)

    monkeypatch.setattr(Desk, "code_of", answered)
    story(desk)
    # Self Help, portal, console and command line show the core's own sentence.
    assert [("deactivate the computer there and activate it again" in one) for one in met] == [True]
