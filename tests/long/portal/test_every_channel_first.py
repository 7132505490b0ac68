"""One license through all channels, beginning with each of those that the gate does not begin with."""

import pytest

from tests.portal.test_every_channel import room, through_every_channel

__all__ = ["room"]


@pytest.mark.parametrize("first", ["self_help", "portal", "console"])
def test_each_channel_may_be_the_first(room, first):
    through_every_channel(room, first)
