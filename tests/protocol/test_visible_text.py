"""What a terminal may be given of a text that anybody has written."""

import pytest

from keyferry.protocol.visible import is_visible, visible, visible_lines


@pytest.mark.parametrize(
    "text",
    ["LAB-PC-07", "CNC-Fräse", "工作站-03", "مختبر-١", "ノートパソコン（右側の机）", "עמדה", "[red]x[/]", ""],
)
def test_a_name_is_shown_as_it_is(text):
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;eA==\x07x", "�]52;c;eA==�x"),
        ("a\x9b31mb", "a�31mb"),
        ("a\nb\rc\td\0e\x7f", "a�b�c�d�e�"),
        ("\u202egnp.exe\u2066", "�gnp.exe�"),
        ("a\u200b\u200d\ufeff\u00ad", "a���"),
        ("👩\u200d💻", "👩💻"),
        ("ශ්\u200dරී-PC", "ශ්රී-PC"),
        ("開発\u3000１号機", "開発 １号機"),
        ("\ud800", "�"),
        ("\u3164\u115f\u1160\uffa0\u034f", "�����"),
        ("\u2764\ufe0f", "\u2764"),
        ("e" + "\u0301" * 40, "e" + "\u0301" * 4),
        ("\u0338x", "\u25cc\u0338x"),
    ],
)
def test_what_is_not_seen_is_replaced(text, shown):
    assert visible(text) == shown


def test_lines_stay_lines():
    assert visible_lines("a\x1b\nb\r\n") == "a�\nb�\n"


def test_nothing_that_a_terminal_obeys_is_visible():
    obeyed = {*map(chr, range(32)), *map(chr, range(127, 160)), "\u2028", "\u2029", "\ud800", "\U000e0001"}
    assert not any(map(is_visible, obeyed))
    assert set(visible("".join(obeyed))) == {"�"}
