"""A product whose name takes more than a line: further lines stand below its words, and nothing is hidden."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.wizard.terminal.person import Person, tell

NAME = "Halden Konstruktionsumgebung für Feinmechanik, Edition Pro 2027"
MARKS = "○√●!►"


def hangs(person: Person) -> int:
    """Return how many lines go on from one with a mark; each must begin below the words."""
    lines, count = person.lines[1:-1], 0
    for line, after in pairwise(lines):
        edge = len(line) - len(line.lstrip())
        if line[edge : edge + 2] in {f"{mark} " for mark in MARKS} and after.strip():
            assert not after[: edge + 2].strip(), (line, after)
            count += 1
    return count


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
def test_a_long_name_goes_on_below_its_beginning(machine, vendor, key, language, size):
    vendor.product_name = NAME
    assert len(NAME) == 63

    async def story(person: Person) -> None:
        assert hangs(person), person.lines
        await person.request(key)
        await person.press("enter", "enter")
        await person.paste(vendor.computer_key(machine.control().pending()))
        assert person.step == "Done"
        assert hangs(person)
        assert NAME in person.sees
        await person.choose("home")
        # The title, and what the first choice does.
        assert hangs(person) == 2
        await person.give_up()
        # Beside the code, the bar has more of the name than the title.
        assert "Halden Konstruktionsumg…" in person.sees
        assert person.screen.query_one("#aside").max_scroll_y == 0
        assert NAME[:40] in person.lines[0]

    tell(machine, story, size=size, language=language)
