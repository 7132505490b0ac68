"""What is pasted at the console with the line breaks of each system arrives whole."""

import pytest

from tests.console.person import at_the_console
from tests.console.test_pasting import keep_their_tails

__all__ = ["at_the_console"]


@pytest.mark.parametrize("mark", ["\n", "\r\n", "\r"])
async def test_a_key_a_link_and_codes_keep_their_tails(vendor, manager, mark):
    await keep_their_tails(vendor, manager, mark)
