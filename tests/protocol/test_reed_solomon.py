"""The decoder against reedsolo, a general implementation that shares nothing with it."""

from functools import cache
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_samples import PROPERTY
from reedsolo import ReedSolomonError, RSCodec

from keyferry.protocol.reed_solomon import check_symbols, codewords_near, nearest_codeword

FIELD = {"nsize": 31, "fcr": 0, "prim": 0b100101, "c_exp": 5}

symbols = st.integers(0, 31)


@cache
def oracle(check: int) -> RSCodec:
    return RSCodec(check, **FIELD)


def encoded(message, check=5):
    return (*message, *check_symbols(message, check))


@st.composite
def damaged(draw, check=5):
    """A codeword, and the same with as many places wrong and unreadable as can surely be repaired."""
    message = draw(st.lists(symbols, min_size=1, max_size=31 - check))
    codeword = encoded(message, check)
    unreadable = draw(st.integers(0, min(check, len(codeword))))
    wrong = draw(st.integers(0, (check - unreadable) // 2))
    places = draw(st.permutations(range(len(codeword))))
    word: list[int | None] = list(codeword)
    for place in places[:unreadable]:
        word[place] = None
    for place in places[unreadable : unreadable + wrong]:
        word[place] ^= draw(st.integers(1, 31))
    return codeword, word


@PROPERTY
@given(st.lists(symbols, min_size=1, max_size=26))
def test_five_check_symbols_are_those_of_the_oracle(message):
    assert bytes(encoded(message)) == oracle(5).encode(bytes(message))


@PROPERTY
@given(st.lists(symbols, min_size=1, max_size=29))
def test_two_check_symbols_are_those_of_the_oracle(message):
    assert bytes(encoded(message, 2)) == oracle(2).encode(bytes(message))


@PROPERTY
@given(damaged())
def test_what_can_be_repaired_is_repaired(case):
    codeword, word = case
    assert nearest_codeword(word, check=5) == codeword


@PROPERTY
@given(damaged(check=2))
def test_what_can_be_repaired_with_two_check_symbols_is_repaired(case):
    codeword, word = case
    assert nearest_codeword(word, check=2) == codeword


def decoded_by_the_oracle(word):
    gaps = [place for place, symbol in enumerate(word) if symbol is None]
    try:
        _, whole, _ = oracle(5).decode(bytes(symbol or 0 for symbol in word), erase_pos=gaps)
    except ReedSolomonError:
        return None
    # It also gives what is no codeword, or one that is further away than it may reach.
    changed = sum(old not in (None, new) for old, new in zip(word, whole, strict=True))
    known = bytes(whole) == oracle(5).encode(bytes(whole)[:-5])
    return tuple(whole) if known and 2 * changed + len(gaps) <= 5 else None


@PROPERTY
@given(st.lists(st.one_of(symbols, symbols, symbols, st.none()), min_size=8, max_size=31))
def test_any_word_is_decoded_as_the_oracle_decodes_it(word):
    assert nearest_codeword(word, check=5) == decoded_by_the_oracle(word)


@pytest.mark.parametrize("errors", [0, 1, 2])
def test_a_short_word_has_the_neighbors_that_trying_everything_finds(errors):
    random = Random(errors)
    for _ in range(3):
        word = [random.randrange(32) for _ in range(4)]
        tried = {
            tuple(candidate)
            for places in combinations(range(4), errors)
            for candidate in replacements(word, places)
            if candidate[2:] == check_symbols(candidate[:2], 2)
        }
        found = list(codewords_near(word, check=2, errors=errors))
        assert set(found) == tried
        assert len(found) == len(tried)


def replacements(word, places):
    if not places:
        yield tuple(word)
        return
    for symbol in set(range(32)) - {word[places[0]]}:
        yield from replacements([*word[: places[0]], symbol, *word[places[0] + 1 :]], places[1:])


@pytest.mark.thorough
@PROPERTY
@given(st.lists(symbols, min_size=25, max_size=25), st.integers(0, 4), st.randoms(use_true_random=False))
def test_a_codeword_is_among_the_neighbors_of_every_word_within_reach(message, errors, random):
    codeword = encoded(message)
    word = list(codeword)
    for place in random.sample(range(30), errors):
        word[place] ^= random.randrange(1, 32)
    near = list(codewords_near(word, check=5, errors=errors))
    assert codeword in near
    assert all(encoded(other[:25]) == other for other in near)
    assert {sum(a != b for a, b in zip(other, word, strict=True)) for other in near} == {errors}


def test_more_unreadable_places_than_check_symbols_give_nothing():
    word = [None] * 6 + [0] * 24
    assert list(codewords_near(word, check=5, errors=0)) == []
    assert nearest_codeword(word, check=5) is None


def test_two_codewords_differ_in_at_least_six_places():
    """The difference of two codewords is one, so it suffices that none but zero has five symbols or less."""
    zero = (0,) * 30
    near_zero = [
        codeword for errors in range(1, 5) for codeword in codewords_near(zero, check=5, errors=errors)
    ]
    assert near_zero == []
