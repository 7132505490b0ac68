import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_samples import PROPERTY

from keyferry.protocol.computer_name import clean_computer_name, shortened_for_token
from keyferry.protocol.errors import MalformedCode

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


@pytest.mark.parametrize("name", ["LAB-PC-07", "Büro 3", "研究室の計算機", "Ł/ab <b>", "'; drop table"])
def test_an_ordinary_name_stays_as_it_is(name):
    assert clean_computer_name(name) == name


@pytest.mark.parametrize("nothing", [None, "", "   ", "\t\n"])
def test_no_name_is_none(nothing):
    assert clean_computer_name(nothing) is None


def test_a_name_is_trimmed_and_composed():
    assert clean_computer_name("  Bu\u0308ro ") == "Büro"


@pytest.mark.parametrize(
    "name",
    ["a\x00b", "a\x1b[31mb", "a\nb", "a\u202eb", "a\u200bb", "a\ud800b", "a\u2028b", "a\u00adb", "\x7f"],
)
def test_invisible_characters_are_refused(name):
    with pytest.raises(MalformedCode) as caught:
        clean_computer_name(name)
    assert caught.value.code == "malformed_computer_name"
    assert name not in str(caught.value)


def test_a_name_has_at_most_40_characters():
    assert clean_computer_name("x" * 40) == "x" * 40
    with pytest.raises(MalformedCode, match="up to 40"):
        clean_computer_name("x" * 41)


@PROPERTY
@given(names)
def test_a_clean_name_is_clean(name):
    try:
        cleaned = clean_computer_name(name)
    except MalformedCode:
        return
    assert clean_computer_name(cleaned) == cleaned
    if cleaned is not None:
        assert cleaned.isprintable()
        assert unicodedata.is_normalized("NFC", cleaned)


@PROPERTY
@given(names.filter(str.isprintable).filter(lambda name: len(unicodedata.normalize("NFC", name)) <= 40))
def test_a_name_is_shortened_to_24_bytes_between_characters(name):
    short = shortened_for_token(name)
    cleaned = clean_computer_name(name) or ""
    assert cleaned.startswith(short)
    assert len(short.encode()) <= 24
    assert shortened_for_token(short) == short
    rest = cleaned[len(short) :].lstrip()
    longer = cleaned[: len(cleaned) - len(rest) + 1]
    assert not rest or len(longer.encode()) > 24


def test_a_character_that_does_not_fit_is_left_out_whole():
    assert shortened_for_token("x" * 23 + "ü") == "x" * 23
    assert shortened_for_token("x" * 22 + "ü") == "x" * 22 + "ü"
    assert shortened_for_token("x" * 23 + " y") == "x" * 23
    assert shortened_for_token(None) == ""
