"""The instance that a command works on, and who is at the keyboard."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager

from keyferry.server.base_app import create_base_app
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.models import Role
from keyferry.server.db import db
from keyferry.server.parts import Parts, parts


@contextmanager
def opened() -> Iterator[Parts]:
    """Open the instance that the environment names; raises ConfigError (not_initialized among others)."""
    app = create_base_app()
    with app.app_context():
        try:
            yield parts()
        finally:
            db.engine.dispose()


def operator() -> By:
    """Return who runs this command, by the name of the account."""
    try:
        # Not LOGNAME, which whoever runs the command can set.
        who = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        # A container may run under a number that has no name.
        who = f"uid {os.getuid()}"
    # Who runs this reads the database anyway: no role could forbid anything.
    return By(Channel.COMMAND_LINE, who, role=Role.ADMINISTRATOR)
