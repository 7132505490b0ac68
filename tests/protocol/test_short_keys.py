"""A short computer key is repaired whatever a hand does to it within reach; its tag has the last word."""

from itertools import combinations
from random import Random
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_samples import (
    BINDING,
    CLAIMS,
    KEYS,
    PROPERTY,
    SHORT_KEY,
    bare,
    dashed,
    random_text,
    with_wrong,
)

from keyferry.protocol import repair
from keyferry.protocol.alphabet import SYMBOLS
from keyferry.protocol.claims import Claims
from keyferry.protocol.computer_key import issue_short
from keyferry.protocol.errors import ComputerKeyRefused, MalformedCode
from keyferry.protocol.repair import read_short
from keyferry.protocol.typed import Correction

KEY = bare(SHORT_KEY)
DAYS = st.integers(0, 2**15 - 1)


def read(text):
    key = read_short(text, BINDING, KEYS.short_computer_key)
    assert (key.text, key.claims) == (SHORT_KEY, CLAIMS)
    return key.corrections


def test_thirty_characters_are_typed():
    assert len(KEY) == 30
    assert [len(group) for group in SHORT_KEY.split("-")] == [5] * 6


@pytest.mark.parametrize(
    "text",
    [
        SHORT_KEY,
        SHORT_KEY.lower(),
        KEY,
        f"\n{SHORT_KEY}\r\n",
        SHORT_KEY.replace("-", " "),
        SHORT_KEY.replace("-", "–"),
        SHORT_KEY.replace("-", " — "),
        SHORT_KEY.replace("-", "\u2011"),
        SHORT_KEY.replace("-", "\n"),
        " ".join(KEY),
        KEY[:7] + "-" + KEY[7:],
    ],
)
def test_case_spaces_and_dashes_do_not_matter(text):
    assert read(text) == ()


@pytest.mark.parametrize(("letter", "look_alikes"), [("1", "IiLl"), ("0", "Oo")])
def test_look_alikes_are_read_without_a_correction(letter, look_alikes):
    claims, key = next(
        (claims, key)
        for day in range(40)
        if (claims := Claims(CLAIMS.issued, None, day))
        and letter in (key := issue_short(BINDING, claims, KEYS.short_computer_key))
    )
    for look_alike in look_alikes:
        found = read_short(key.replace(letter, look_alike), BINDING, KEYS.short_computer_key)
        assert (found.text, found.claims, found.corrections) == (key, claims, ())


def test_any_two_wrong_characters_are_repaired():
    random = Random(1)
    pairs = list(combinations(range(30), 2))
    assert len(pairs) == 435
    for places in pairs:
        corrections = read(with_wrong(SHORT_KEY, places, random))
        assert [(fix.group - 1) * 5 + fix.place - 1 for fix in corrections] == list(places)


def test_each_single_character_may_be_any_other():
    for place, right in enumerate(KEY):
        for wrong in set(SYMBOLS) - {right}:
            typed = KEY[:place] + wrong + KEY[place + 1 :]
            assert read(typed) == (Correction(place // 5 + 1, place % 5 + 1, wrong, right),)


@pytest.mark.thorough
@pytest.mark.parametrize(("wrong", "times"), [(3, 400), (4, 40)])
def test_three_and_four_wrong_characters_are_repaired(wrong, times):
    random = Random(wrong)
    for _ in range(times):
        assert len(read(with_wrong(SHORT_KEY, random.sample(range(30), wrong), random))) == wrong


@pytest.mark.parametrize("places", [(0, 1, 2, 3), (26, 27, 28, 29), (0, 9, 18, 29), (4, 5, 14, 15)])
def test_four_wrong_characters_are_repaired_wherever_they_are(places):
    assert len(read(with_wrong(SHORT_KEY, places, Random(5)))) == 4


def test_five_wrong_characters_are_malformed():
    with pytest.raises(MalformedCode, match="too many wrong characters") as caught:
        read(with_wrong(SHORT_KEY, (1, 7, 13, 19, 25), Random(6)))
    assert caught.value.code == "malformed_computer_key"


def test_every_transposition_of_neighbors_is_repaired():
    for place in range(29):
        typed = KEY[:place] + KEY[place + 1] + KEY[place] + KEY[place + 2 :]
        assert len(read(dashed(typed))) == (0 if typed == KEY else 2)


def test_two_transpositions_are_repaired():
    typed = list(KEY)
    for place in (6, 21):
        assert typed[place] != typed[place + 1]
        typed[place : place + 2] = reversed(typed[place : place + 2])
    assert len(read("".join(typed))) == 4


@pytest.mark.parametrize("group", range(6))
def test_an_unreadable_group_is_filled_in(group):
    groups = SHORT_KEY.split("-")
    for unreadable in ("?????", "UUUUU", "#~!§%"):
        typed = "-".join([*groups[:group], unreadable, *groups[group + 1 :]])
        assert [(fix.group, fix.typed) for fix in read(typed)] == [(group + 1, typed) for typed in unreadable]


@pytest.mark.parametrize("group", range(6))
@pytest.mark.parametrize("separator", ["-", ""])
def test_a_group_left_out_is_filled_in(group, separator):
    groups = SHORT_KEY.split("-")
    corrections = read(separator.join([*groups[:group], *groups[group + 1 :]]))
    assert [(fix.group, fix.typed, fix.read) for fix in corrections] == [
        (group + 1, "", letter) for letter in groups[group]
    ]


def test_three_unreadable_characters_and_a_wrong_one_are_repaired():
    random = Random(7)
    for _ in range(100):
        *unreadable, wrong = random.sample(range(30), 4)
        typed = bare(with_wrong(SHORT_KEY, [wrong], random))
        typed = "".join("?" if place in unreadable else letter for place, letter in enumerate(typed))
        assert len(read(typed)) == 4


def shifted(group: str, damage: str, random: Random) -> str:
    """Take a character of a group away, or put one in."""
    place = random.randrange(5)
    return group[:place] + (random.choice(SYMBOLS) + group[place:] if damage == "+" else group[place + 1 :])


@pytest.mark.thorough
@pytest.mark.parametrize("separator", ["-", " ", ""])
@pytest.mark.parametrize("damage", ["-", "+", "--", "++", "+-"])
def test_characters_missing_or_too_many_in_one_or_two_groups_and_a_wrong_one_elsewhere(damage, separator):
    random = Random(f"{damage}{separator}")
    for _ in range(12 if damage != "+-" else 5):
        touched = random.sample(range(6), len(damage))
        elsewhere = random.choice([place for place in range(30) if place // 5 not in touched])
        groups = with_wrong(SHORT_KEY, [elsewhere], random).split("-")
        for group, what in zip(touched, damage, strict=True):
            groups[group] = shifted(groups[group], what, random)
        assert len(read(separator.join(groups))) >= 1


@pytest.mark.parametrize("group", range(6))
def test_a_missing_character_is_named_by_its_place(group):
    groups = SHORT_KEY.split("-")
    missing = groups[group][0]
    groups[group] = groups[group][1:]
    [fix] = read("-".join(groups))
    assert (fix.group, fix.typed, fix.read) == (group + 1, "", missing)


@pytest.mark.parametrize("group", range(6))
@pytest.mark.parametrize("place", [0, 5])
@pytest.mark.parametrize("separator", ["-", ""])
def test_a_character_too_many_is_named_within_its_group(group, place, separator):
    groups = SHORT_KEY.split("-")
    surplus = next(letter for letter in "XYZ" if letter not in groups[group][-1] + groups[(group + 1) % 6][0])
    groups[group] = groups[group][:place] + surplus + groups[group][place:]
    [fix] = read(separator.join(groups))
    assert (fix.typed, fix.read) == (surplus, "")
    if separator or group == 5:
        assert (fix.group, fix.place) == (group + 1, place + 1)
    else:
        assert (fix.group - 1) * 5 + fix.place - 1 == group * 5 + place


@PROPERTY
@given(st.text(max_size=45))
def test_whatever_is_typed_is_refused_or_malformed(text):
    with pytest.raises((MalformedCode, ComputerKeyRefused)):
        read_short(text, BINDING, KEYS.short_computer_key)


@PROPERTY
@given(issued=DAYS, expires=DAYS, features=st.integers(0, 1023))
def test_every_claim_survives_being_typed(issued, expires, features):
    claims = Claims.from_symbols(
        tuple((expires << 25 | issued << 10 | features) >> 5 * n & 31 for n in range(7, -1, -1))
    )
    key = issue_short(BINDING, claims, KEYS.short_computer_key)
    assert read_short(key, BINDING, KEYS.short_computer_key).claims == claims


def test_a_random_text_costs_some_thousand_guesses_at_most(monkeypatch):
    """Each guess is a chance for a forger: 2^11 of them leave 69 of the tag's 80 bits."""
    random, guesses = Random(10), []
    for length in (28, 29, 30, 31, 32):
        verify = Mock(return_value=None)
        monkeypatch.setattr(repair, "verify_short", verify)
        with pytest.raises(MalformedCode):
            read(bare(random_text(length, random)))
        guesses.append(verify.call_count)
    assert 0 < max(guesses) < 2**11
