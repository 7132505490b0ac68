"""The wizard on a real file system that is full: what was there stays, and with some room it goes through."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from keyferry.wizard.errors import StorageUnavailable
from keyferry.wizard.results import LicenseState
from tests.wizard.accounts import needs_root
from tests.wizard.parts import Machine

PAGE = 4096


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 32 pages."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={32 * PAGE}", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def room_for(pages: int, disk: Path) -> Iterator[None]:
    """Leave so many pages while the block runs."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        with suppress(OSError):
            while True:
                file.write(bytes(PAGE))
        file.truncate(max(0, file.tell() - pages * PAGE))
    try:
        yield
    finally:
        ballast.unlink()


def tried(operation: Callable[[], object], pages: int, disk: Path) -> str:
    with room_for(pages, disk):
        try:
            operation()
        except StorageUnavailable as error:
            return error.code
    return "done"


@needs_root
def test_each_step_is_done_or_nothing_has_changed(disk: Path, vendor, clock, key):
    codes = set()
    for pages in range(8):
        machine = Machine(vendor, disk / f"state{pages}", disk / f"anchors{pages}", clock)
        code = tried(lambda: machine.control().begin(key), pages, disk)  # noqa: B023 - run at once
        codes.add(code)
        pending = machine.control().pending()
        assert (pending is not None) is (code == "done")
        issued = vendor.computer_key(machine.control().begin(key))
        code = tried(lambda: machine.control().complete(issued), pages, disk)  # noqa: B023 - run at once
        codes.add(code)
        state = machine.control().status().state
        assert (state is LicenseState.ACTIVE) is (code == "done")
        if code != "done":
            machine.control().complete(issued)
        code = tried(lambda: machine.control().deactivate(), pages, disk)  # noqa: B023 - run at once
        codes.add(code)
        is_active = machine.control().status().state is LicenseState.ACTIVE
        assert is_active is (code != "done")
        released = machine.control().deactivate() if is_active else machine.control().show_code()
        assert released.code.text == machine.control().show_code().code.text
        subprocess.run(["rm", "-r", machine.folder, machine.anchors], check=True)
    assert codes >= {"done", "state_not_writable"}
