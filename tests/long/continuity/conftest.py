"""The same worlds as in the gate."""

from tests.continuity.conftest import world_of

__all__ = ["world_of"]
