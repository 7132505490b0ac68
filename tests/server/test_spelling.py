"""A key is read out with the same words wherever it is shown."""

import json

from keyferry.protocol.alphabet import SYMBOLS
from keyferry.server.faces.phone import files
from keyferry.server.words.spelling import WORDS, spelled


def test_the_pages_say_the_words_of_the_phone():
    assert json.loads(files.words("en"))["spelling"] == WORDS


def test_every_symbol_of_a_key_has_a_word_of_its_own():
    assert set(WORDS) == set(SYMBOLS)
    assert len(set(WORDS.values())) == len(SYMBOLS)


def test_a_key_is_spelled_group_by_group():
    assert spelled("A0-XZ") == ["Alfa zero", "X-ray Zulu"]
