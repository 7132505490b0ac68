"""From 40 by 12 to 132 by 43 characters, the code is whole, or words say what size it needs."""

import pytest

from tests.wizard.conftest import clock, machine, vendor
from tests.wizard.terminal.codes_on_screen import Look
from tests.wizard.terminal.person import Person, tell
from tests.wizard.terminal.test_whole_codes import (
    LONG,
    MIDDLE,
    NAME,
    SHORT,
    look_at_sizes,
    open_code,
    prepared,
)

__all__ = ["clock", "machine", "vendor"]
# One in 23 of 2,976 sizes, spread so that every width and every height is among them; one in seven is
# decoded, and each around the size where a code turns into words.
SIZES = [
    (columns, lines)
    for lines in range(12, 44)
    for columns in range(40, 133)
    if (columns + 5 * lines) % 23 == 0 or (columns, lines) in {(40, 12), (80, 24), (132, 43)}
]
DECODED = 7


def around(room: tuple[int, int]) -> list[tuple[int, int]]:
    columns, lines = room
    return [(columns + across, lines + down) for across in (-1, 0, 1) for down in (-1, 0, 1)]


@pytest.mark.parametrize("kind", ["activation", "deactivation"])
@pytest.mark.parametrize("host", [SHORT, MIDDLE, LONG], ids=["short", "middle", "long"])
@pytest.mark.parametrize("name", [NAME, None], ids=["named", "nameless"])
def test_a_code_is_whole_or_words_name_the_size_it_needs(machine, vendor, kind, host, name):
    shown = prepared(machine, vendor, kind, host, name)

    async def story(person: Person) -> None:
        await open_code(person, kind)
        look = Look(person, shown)
        for place, size in enumerate(SIZES):
            await look.at(size, decode=place % DECODED == 0)
        for size in around(look.room):
            await look.at(size, decode=True)
        look.judge()
        assert look.room in look.whole

    tell(machine, story)


@pytest.mark.parametrize(
    ("kind", "host"),
    [("activation", SHORT), ("activation", LONG), ("deactivation", MIDDLE)],
    ids=["activation, short", "activation, long", "deactivation, middle"],
)
def test_the_code_is_whole_or_words_name_the_size(machine, vendor, kind, host):
    look_at_sizes(machine, vendor, kind, host)
