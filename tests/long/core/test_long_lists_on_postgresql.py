"""Walking along an index is the database's own work: the same tests once more, on PostgreSQL."""

from __future__ import annotations

from tests.core.test_long_lists import *  # noqa: F403
from tests.server.on_postgresql import app, settings

__all__ = ["app", "settings"]
