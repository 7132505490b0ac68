from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_samples import PROPERTY

from keyferry.protocol.alphabet import (
    SYMBOLS,
    grouped,
    to_int,
    to_symbols,
    top_bits,
    typed_groups,
    value_of,
    write,
)
from keyferry.protocol.errors import MalformedCode


def test_there_are_32_symbols_and_none_of_them_looks_like_another():
    assert len(set(SYMBOLS)) == 32
    assert not set("ILOU") & set(SYMBOLS)


def test_every_other_character_is_unreadable():
    known = set(SYMBOLS) | set(SYMBOLS.lower()) | set("IiLlOo")
    others = {chr(point) for point in range(0x3000)} - known
    assert {value_of(character) for character in others} == {None}


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x07", "\x7f", "\x9b", "\ud800"])
def test_what_no_keyboard_can_type_is_refused(character):
    with pytest.raises(MalformedCode, match="can’t be typed"):
        typed_groups(f"ABCDE{character}")


@pytest.mark.parametrize("character", ["\u200b", "\u202e", "\ufeff", "\u00ad", "\u2060", "\ufe0f"])
def test_what_shows_nothing_is_passed_over(character):
    assert typed_groups(f"AB{character}CDE") == ("ABCDE",)


def test_a_megabyte_is_refused_before_it_is_looked_at():
    with pytest.raises(MalformedCode, match="too long"):
        typed_groups("A" * 1_000_000)


@PROPERTY
@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, 32**n - 1))))
def test_a_number_survives_being_written_as_symbols(number):
    count, value = number
    symbols = to_symbols(value, count)
    assert len(symbols) == count
    assert to_int(symbols) == value


@pytest.mark.parametrize("value", [-1, 32**4])
def test_a_number_that_does_not_fit_is_never_cut(value):
    with pytest.raises(ValueError, match="4 symbols"):
        to_symbols(value, 4)


@PROPERTY
@given(st.lists(st.integers(0, 31), min_size=1, max_size=120))
def test_written_symbols_are_read_back_from_groups_of_five(symbols):
    groups = typed_groups(grouped(symbols))
    assert {len(group) for group in groups[:-1]} <= {5}
    assert [value_of(character) for character in "".join(groups)] == symbols


def test_the_highest_bits_come_first():
    assert write(to_symbols(0b10000_00001, 2)) == "G1"
    assert to_int((16, 1)) == 0b10000_00001


@PROPERTY
@given(
    st.binary(min_size=1, max_size=40).flatmap(lambda d: st.tuples(st.just(d), st.integers(1, 8 * len(d))))
)
def test_truncation_keeps_the_first_bits_of_a_digest(case):
    digest, bits = case
    written = "".join(f"{byte:08b}" for byte in digest)
    assert top_bits(digest, bits) == int(written[:bits], 2)


def test_random_characters_never_raise_anything_but_malformed_code():
    random = Random(1)
    for _ in range(2000):
        text = "".join(
            chr(random.choice([random.randrange(128), random.randrange(0x11000)])) for _ in range(12)
        )
        with suppress(MalformedCode):
            assert " " not in "".join(typed_groups(text))
