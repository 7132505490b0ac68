"""Each operation killed before each of its statements and around each commit, where the gate takes a few."""

import pytest

from tests.postgresql_server import postgresql, postgresql_server, program
from tests.server.crashing import STORIES, killed_backend, killed_process, killed_server
from tests.server.on_postgresql import app, settings
from tests.server.test_crashes_on_postgresql import vendor

__all__ = ["app", "postgresql", "postgresql_server", "settings", "vendor"]

pytestmark = pytest.mark.skipif(program("initdb") is None, reason="PostgreSQL is not installed here")
every_story = pytest.mark.parametrize("name", STORIES)
EVERYWHERE = slice(None)


@every_story
def test_a_process_is_killed_at_every_point(vendor, name):
    killed_process(STORIES[name], vendor, EVERYWHERE)


@every_story
def test_a_connection_loses_its_server_process_at_every_point(vendor, name):
    killed_backend(STORIES[name], vendor, EVERYWHERE)


@every_story
def test_the_database_server_is_killed_at_every_point(vendor, name, postgresql_server):
    killed_server(STORIES[name], vendor, EVERYWHERE, postgresql_server)
