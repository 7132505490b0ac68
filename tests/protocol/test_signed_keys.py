"""A signed computer key: four rows of 28 + 2 symbols, each repaired by itself, judged by one signature."""

from itertools import combinations
from random import Random
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_samples import (
    BINDING,
    CLAIMS,
    PROPERTY,
    PUBLIC_KEY,
    SIGNED_KEY,
    bare,
    dashed,
    random_text,
    with_wrong,
)

from keyferry.protocol import repair
from keyferry.protocol.alphabet import SYMBOLS
from keyferry.protocol.errors import ComputerKeyRefused, MalformedCode
from keyferry.protocol.repair import read_signed

KEY = bare(SIGNED_KEY)
ROWS = [range(start, start + 30) for start in range(0, 120, 30)]
CONTENT = tuple(SYMBOLS.index(KEY[place]) for row in ROWS for place in row[:28])


def read(text):
    key = read_signed(text, BINDING, PUBLIC_KEY)
    assert (key.text, key.claims) == (SIGNED_KEY, CLAIMS)
    return key.corrections


def test_a_key_has_24_groups_of_five():
    assert [len(group) for group in SIGNED_KEY.split("-")] == [5] * 24


@pytest.mark.parametrize(
    "text",
    [
        SIGNED_KEY,
        KEY,
        SIGNED_KEY.lower(),
        SIGNED_KEY.replace("-", " — "),
        "\n".join(KEY[row.start : row.stop] for row in ROWS),
        f"\r\n{SIGNED_KEY}\r\n",
        SIGNED_KEY.replace("1", "l").replace("0", "o"),
    ],
)
def test_a_key_typed_right_is_read_whatever_its_case_and_separators(text):
    assert read(text) == ()


def test_one_wrong_character_in_each_row_is_repaired():
    random = Random(1)
    for _ in range(60):
        assert len(read(with_wrong(SIGNED_KEY, [random.choice(row) for row in ROWS], random))) == 4


def test_every_single_wrong_character_is_repaired():
    random = Random(2)
    for place in range(120):
        [fix] = read(with_wrong(SIGNED_KEY, [place], random))
        assert (fix.group, fix.place) == (place // 5 + 1, place % 5 + 1)


PAIRS = list(combinations(ROWS[0], 2))


@pytest.mark.thorough
def test_any_two_wrong_characters_in_one_row_are_among_few_guesses(monkeypatch):
    """Each of the 435 pairs without the signatures, which are what takes time."""
    random, guesses = Random(3), []

    def verify(content, **_):
        guesses.append(content)
        return CLAIMS if content == CONTENT else None

    monkeypatch.setattr(repair, "verify_signed", verify)
    for places in PAIRS:
        guesses.clear()
        assert len(read(with_wrong(SIGNED_KEY, places, random))) == 2
        assert len(guesses) <= 436


@pytest.mark.thorough
@pytest.mark.parametrize("start", range(3))
def test_any_two_wrong_characters_in_one_row_are_repaired(start):
    random = Random(start)
    for places in PAIRS[start::15]:
        assert len(read(with_wrong(SIGNED_KEY, places, random))) == 2


@pytest.mark.thorough
@pytest.mark.parametrize("row", ROWS[1:])
def test_two_wrong_characters_are_repaired_in_any_other_row_too(row):
    random = Random(row.start)
    for _ in range(8):
        assert len(read(with_wrong(SIGNED_KEY, random.sample(row, 2), random))) == 2


@pytest.mark.thorough
def test_two_wrong_characters_in_one_row_and_one_in_each_other_row_are_repaired():
    random = Random(4)
    for doubtful in ROWS:
        places = random.sample(doubtful, 2) + [random.choice(row) for row in ROWS if row is not doubtful]
        assert len(read(with_wrong(SIGNED_KEY, places, random))) == 5


@pytest.mark.thorough
def test_every_transposition_of_neighbors_within_a_group_is_repaired():
    for place in range(0, 119, 11):
        swapped = KEY[:place] + KEY[place + 1] + KEY[place] + KEY[place + 2 :]
        assert len(read(dashed(swapped))) == (0 if swapped == KEY else 2)


@pytest.mark.parametrize("separator", ["-", "\n", ""])
def test_one_missing_character_is_filled_in(separator):
    random = Random(5)
    for place in [0, 29, 30, 119, *random.sample(range(120), 12)]:
        groups = SIGNED_KEY.split("-")
        group, within = divmod(place, 5)
        groups[group] = groups[group][:within] + groups[group][within + 1 :]
        [fix] = read(separator.join(groups))
        assert (fix.typed, fix.read) == ("", KEY[place])
        # Where groups are kept, none is broken in two: that would hide where the character is missing.
        assert fix.group == group + 1 or not separator


@pytest.mark.parametrize("separator", ["-", ""])
def test_one_character_too_many_is_dropped(separator):
    random = Random(6)
    for place in random.sample(range(120), 8):
        groups = SIGNED_KEY.split("-")
        group, within = divmod(place, 5)
        groups[group] = groups[group][:within] + "Z" + groups[group][within:]
        [fix] = read(separator.join(groups))
        assert (fix.typed, fix.read) == ("Z", "")


def test_a_missing_character_and_a_wrong_one_in_another_row_are_repaired():
    random = Random(7)
    for _ in range(8):
        groups = with_wrong(SIGNED_KEY, [random.choice(ROWS[3])], random).split("-")
        groups[2] = groups[2][1:]
        assert len(read("-".join(groups))) == 2


def test_two_wrong_characters_in_one_row_are_repaired_also_where_a_group_has_a_character_too_many():
    groups = with_wrong(SIGNED_KEY, [65, 88], Random(11)).split("-")
    groups[2] = "Z" + groups[2]
    assert len(read("-".join(groups))) == 3


@pytest.mark.thorough
@pytest.mark.parametrize("length", [119, 120, 121])
def test_a_random_text_costs_so_many_signatures_as_take_seconds(length, monkeypatch):
    verify = Mock(return_value=None)
    monkeypatch.setattr(repair, "verify_signed", verify)
    with pytest.raises(MalformedCode):
        read(bare(random_text(length, Random(length))))
    assert 0 < verify.call_count < 2**14


def test_two_unreadable_characters_in_each_row_are_filled_in():
    random = Random(8)
    unreadable = {place for row in ROWS for place in random.sample(row, 2)}
    assert len(read("".join("?" if place in unreadable else KEY[place] for place in range(120)))) == 8


@pytest.mark.parametrize("length", [1, 90, 115, 118, 119, 121, 122, 130])
def test_a_key_of_the_wrong_length_is_answered_with_its_length(length):
    with pytest.raises(MalformedCode, match=rf"120 characters.* {length}\."):
        read(bare(random_text(length, Random(length))))


@pytest.mark.thorough
def test_three_wrong_characters_are_never_called_the_key_of_another_computer():
    """With three, a row mostly looks like a row with a single other character wrong."""
    random = Random(10)
    for _ in range(3):
        with pytest.raises(MalformedCode, match="row by row") as caught:
            read(with_wrong(SIGNED_KEY, random.sample(ROWS[2], 3), random))
        assert caught.value.code == "malformed_computer_key"


@PROPERTY
@given(st.text(max_size=300))
def test_whatever_is_typed_is_refused_or_malformed(text):
    with pytest.raises((MalformedCode, ComputerKeyRefused)):
        read_signed(text, BINDING, PUBLIC_KEY)
