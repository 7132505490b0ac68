"""Every property can be opened."""

from textual.widgets import DataTable

from keyferry.server.core import properties
from tests.console.person import at_the_console


async def test_every_property_is_there_and_each_can_be_opened(vendor, administrator):
    async with at_the_console(administrator) as person:
        await person.press("f8")
        table = person.app.screen.query_one("#properties-table", DataTable)
        assert table.row_count == len(properties.PROPERTIES)
        for name in properties.PROPERTIES:
            await person.press("enter")
            assert name in person.sees
            assert "Counts from the next request on." in person.sees
            await person.press("escape", "down")
