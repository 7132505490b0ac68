"""Names that claim to be wide, at the console."""

from sqlalchemy import update

from demo.terminal_picture import cells_of
from keyferry.server.core.models import (
    Activation,
)
from keyferry.server.db import transaction
from tests.console.person import at_the_console
from tests.faces.conftest import instance, keyferry
from tests.hostile import BLANK, FROM_RIGHT, MARKS, MARKUP

__all__ = ["instance", "keyferry"]


async def test_a_name_stays_in_its_column_however_wide_it_claims_to_be(vendor, manager):
    key = vendor.issue(seats=9)
    names = (
        BLANK,
        MARKS,
        FROM_RIGHT,
        MARKUP,
        "\u202eturned",
        "one\n● forced  two",
        "\u2764\ufe0f" * 20,
        "PC",
    )
    for number, name in enumerate(names):
        vendor.activate(vendor.machine(key, f"PC-{number}"))
        with transaction() as session:
            session.execute(update(Activation).where(Activation.id == number + 1).values(computer_name=name))
    async with at_the_console(manager, size=(100, 48)) as person:
        await person.press("tab")
        lines = [[cell.character for cell in line] for line in cells_of(person.app)]
        rows = [line for line in lines if "●" in line and "since" in "".join(line)]
        assert len(rows) == len(names)
        # The marks stand below each other, and so do the days.
        assert {row.index("●") for row in rows} == {2}
        assert len({"".join(one or "." for one in row).rindex("since") for row in rows}) == 1
        assert {len(row) for row in rows} == {100}
        assert "� ● forced" not in person.sees
