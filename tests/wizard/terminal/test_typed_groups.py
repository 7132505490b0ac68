import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyferry.protocol.alphabet import SYMBOLS
from keyferry.wizard.terminal.typed_groups import Noticed, Remark, TypedGroups

KEY = "12345-6789A-BCDEF"
KEYS = st.text(alphabet=SYMBOLS, min_size=30, max_size=30)


def typed(text: str, count: int = 3) -> TypedGroups:
    groups = TypedGroups(count)
    for character in text:
        groups.type(character)
    return groups


def dashed(key: str) -> str:
    return "-".join(key[start : start + 5] for start in range(0, len(key), 5))


@given(KEYS)
def test_typing_with_or_without_dashes_gives_the_same(key):
    assert typed(key, 6).text == typed(dashed(key), 6).text == typed(key.lower(), 6).text == dashed(key)


@given(KEYS, st.integers(0, 30))
def test_backspace_takes_back_what_was_typed_one_by_one(key, count):
    groups = typed(key, 6)
    for _ in range(count):
        groups.backspace()
    assert "".join(groups.groups) == key[: 30 - count]


@given(st.lists(st.sampled_from(["1", "?", "u", "-", "back", "del", "left", "right", "home", "paste"])))
def test_whatever_is_pressed_each_group_has_at_most_five_characters_and_the_cursor_stays_inside(presses):
    groups = TypedGroups(3)
    operations = {
        "back": groups.backspace,
        "del": groups.delete,
        "left": lambda: groups.move(-1),
        "right": lambda: groups.move(1),
        "home": lambda: groups.move_to(0),
        "paste": lambda: groups.paste("AB-CDE"),
    }
    for press in presses:
        operations.get(press, lambda press=press: groups.type(press))()
        assert all(len(group) <= 5 for group in groups.groups)
        assert 0 <= groups.group < 3
        assert 0 <= groups.place <= len(groups.groups[groups.group])


@pytest.mark.parametrize(
    "text",
    [KEY, KEY.lower(), KEY.replace("-", " "), KEY.replace("-", "\n"), f"\t{KEY}\r\n", "12345–6789a—bcdef"],
)
def test_a_whole_pasted_key_replaces_what_was_there(text):
    groups = typed("ZZZZZ-ZZ")
    groups.paste(text)
    assert groups.text == KEY
    assert groups.complete


def test_a_pasted_part_goes_on_where_the_cursor_is():
    groups = typed("12345")
    groups.paste("6789A")
    assert groups.text == "12345-6789A-?????"


def test_look_alikes_are_read_and_said():
    groups = TypedGroups(1)
    assert [groups.type(character) for character in "oIl1"] == [
        Noticed(Remark.LOOK_ALIKE, "o", "0"),
        Noticed(Remark.LOOK_ALIKE, "I", "1"),
        Noticed(Remark.LOOK_ALIKE, "l", "1"),
        None,
    ]
    assert groups.text == "0111"


@pytest.mark.parametrize("character", ["u", "U", "ä", "@", "漢"])
def test_what_no_key_contains_keeps_its_place_as_unreadable(character):
    groups = typed("1")
    assert groups.type(character) == Noticed(Remark.NO_SYMBOL, character, "?")
    assert groups.text == "1?-?????-?????"


def test_a_full_box_is_written_over_and_a_gap_is_filled():
    groups = typed("12345")
    groups.move_to(0, 2)
    groups.type("z")
    assert groups.groups[0] == "12Z45"
    groups.backspace()
    assert groups.groups[0] == "1245"
    groups.type("3")
    assert groups.groups[0] == "12345"


def test_a_dash_leaves_a_short_group_behind():
    assert typed("1234-6789A-BCDEF").groups == ["1234", "6789A", "BCDEF"]
    assert typed("---12345").groups == ["12345", "", ""]


def test_the_arrows_cross_the_boxes():
    groups = typed("123456789A")
    groups.move_to(0, 4)
    groups.move(1)
    assert (groups.group, groups.place) == (1, 0)
    groups.move(-1)
    assert (groups.group, groups.place) == (0, 4)


def test_nothing_is_typed_behind_the_last_group():
    groups = typed(KEY + "ZZ")
    assert groups.text == KEY


def test_its_repr_holds_nothing_of_the_key():
    assert "12345" not in repr(typed(KEY))
