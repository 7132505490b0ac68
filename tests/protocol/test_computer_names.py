import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_samples import PROPERTY

from keyferry.protocol.characters import NOT_IN_NAMES
from keyferry.protocol.computer_name import (
    clean_computer_name,
    ever_shorter,
    readable_name,
    shortened_for_token,
)
from keyferry.protocol.errors import MalformedCode

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


@pytest.mark.parametrize(
    "name",
    [
        *("LAB-PC-07", "Büro 3", "研究室の計算機", "Ł/ab <b>", "'; drop table"),
        *("👩\u200d💻", "ශ්\u200dරී-PC", "開発\u3000１号機", "🏴\U000e0067\U000e0062\U000e007f", "\U0001fae9"),
    ],
)
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


def test_a_long_name_is_cut_at_a_character():
    assert clean_computer_name("x" * 40) == clean_computer_name("x" * 41) == "x" * 40
    assert clean_computer_name("x" * 39 + "q\u0323") == "x" * 39
    assert clean_computer_name("x" * 38 + "👩\u200d💻") == "x" * 38
    assert clean_computer_name("a" + "\u0301" * 50) is None


@PROPERTY
@given(names)
def test_a_clean_name_is_clean(name):
    read = readable_name(name)
    try:
        cleaned = clean_computer_name(name)
    except MalformedCode:
        assert read is None
        return
    assert clean_computer_name(cleaned) == cleaned == read
    if cleaned is not None:
        assert NOT_IN_NAMES.isdisjoint(cleaned) or "🏴" in cleaned
        assert unicodedata.is_normalized("NFC", cleaned)
        assert 1 <= len(cleaned) <= 40


@PROPERTY
@given(names)
def test_a_name_is_shortened_to_24_bytes_between_characters(name):
    short, cleaned = shortened_for_token(name), readable_name(name) or ""
    assert cleaned.startswith(short)
    assert len(short.encode()) <= 24
    assert shortened_for_token(short) == short
    shorter = list(ever_shorter(name))
    assert (shorter[0], shorter[-1]) == (short, "")
    assert sorted(shorter, key=len, reverse=True) == shorter


def test_a_character_that_does_not_fit_is_left_out_whole():
    assert shortened_for_token("x" * 23 + "ü") == "x" * 23
    assert shortened_for_token("x" * 22 + "ü") == "x" * 22 + "ü"
    assert shortened_for_token("x" * 23 + " y") == "x" * 23
    assert shortened_for_token(None) == ""
