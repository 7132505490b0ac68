"""A world for each history: a server with an empty database and one product, and a disk for each computer."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from keyferry.server.config import Settings
from keyferry.server.core.licensing import products
from keyferry.server.db import db, transaction
from keyferry.wizard import this_machine
from tests.conftest import NOON, STAFF, Clock, SharedApp, Vendor
from tests.memory import in_memory

from .worlds import World


@pytest.fixture(scope="session")
def world_of(
    shared_app: SharedApp, migrated_database: Path, master_key: str
) -> Callable[..., AbstractContextManager[World]]:
    """Make a new world, which is gone afterwards; what it is like is said as for `World.begun`."""

    @contextmanager
    def new(**like: Any) -> Iterator[World]:
        # Nothing here is about disks that fail, and each history writes hundreds of times.
        folder = Path(tempfile.mkdtemp(dir=in_memory()))
        home, clock = folder / "server", Clock(NOON)
        home.mkdir()
        (home / "master.key").write_text(master_key)
        shutil.copy(migrated_database, home / "keyferry.db")
        shared_app.belongs_to(Settings(home=home), clock)
        with shared_app.app.app_context(), pytest.MonkeyPatch.context() as patched:
            # How much of a name fits into a QR code is found by making the code, and matters to nobody here.
            patched.setattr(this_machine, "comfortable", lambda urls: urls)
            keyring = shared_app.parts.keyring
            with transaction() as session:
                products.add_product(
                    session,
                    code="demo-cad",
                    name="Demo CAD",
                    key_style="short",
                    features=[],
                    machine_source="host",
                    keyring=keyring,
                    by=STAFF,
                    now=clock.now,
                )
            try:
                yield World.begun(
                    Vendor(shared_app.app, keyring, clock, "demo-cad"), folder / "disks", **like
                )
            finally:
                db.engine.dispose()
                shutil.rmtree(folder)

    return new
