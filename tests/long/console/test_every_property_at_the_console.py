"""Every property can be opened."""

from keyferry.server.core import properties
from keyferry.server.faces.console.views import PropertyView
from tests.console.person import at_the_console


async def test_every_property_is_there_and_each_can_be_opened(vendor, administrator):
    async with at_the_console(administrator) as person:
        await person.press("6")
        table = person.app.screen.query_one("#properties-table")
        assert {row.declared.name for row in table.items if isinstance(row, PropertyView)} == set(
            properties.PROPERTIES
        )
        for name in properties.PROPERTIES:
            await person.press("enter")
            assert name in person.sees
            assert "Counts from the next request on." in person.sees
            await person.press("escape", "down")
