"""A long address of the server is shown whole, and takes the place of nothing that is typed or chosen."""

from __future__ import annotations

import pytest

from tests.wizard.terminal.person import SMALL, Person, tell

# Dashes enough for the groups of a long key, and too long for the room beside their names.
LONG = "activation.of-the-department-of-mechanical-engineering.uni.example"
LONGER = f"licenses-and-{LONG}.org:18443"


@pytest.mark.parametrize("host", [LONG, LONGER])
def test_the_first_screen_says_the_whole_address_in_lines_below_each_other(machine, vendor, host, language):
    vendor.server_url = f"https://{host}"
    words = {"en": ("Phones go to", "Without a phone"), "de": ("Telefon öffnet", "Ohne Telefon")}[language]

    async def story(person: Person) -> None:
        lines = [line.rstrip() for line in person.lines]
        first, second = (next(n for n, line in enumerate(lines) if word in line) for word in words)
        column = lines[first].index(host[:10])
        assert "".join(line[column:].strip(" ▁▂▃▄▅▆▇█") for line in lines[first:second]) == host
        assert all(not line[:column].strip() for line in lines[first + 1 : second])
        assert person.screen.query_one("#activate").region.bottom <= SMALL[1]

    tell(machine, story, size=SMALL, language=language)


@pytest.mark.parametrize("size", [SMALL, (90, 30), (132, 43)])
def test_beside_a_larger_code_no_key_breaks(machine, vendor, begun, size, language):
    vendor.server_url = f"https://{LONG}"

    async def story(person: Person) -> None:
        await person.choose("go_on")
        person.screen.query_one("#aside").scroll_end(animate=False)
        await person.settled()
        for code in (begun.activation_key.text, begun.computer_id.text):
            place = next(n for n, line in enumerate(person.lines) if code in line)
            # The letter that copies it stands in the line above, whether or not there is room for its word.
            above = person.lines[place - 1][person.lines[place].index(code) :]
            assert {"c", "i"} & set(above.split())

    tell(machine, story, size=size, language=language)
