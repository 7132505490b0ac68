import os
import select
import signal
import time
from pathlib import Path

PATIENCE_SECONDS = 5.0


def processes_with(variable: str, value: str) -> list[int]:
    """Return the ids of all our processes that have this variable in their environment."""
    wanted = f"{variable}={value}".encode()
    return [int(process.name) for process in Path("/proc").glob("[0-9]*") if wanted in _environment(process)]


def end_processes_with(variable: str, value: str) -> None:
    """Wait for these processes to end by themselves, and end those by their ids that do not."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    for number in processes_with(variable, value):
        _end(number, deadline)


def _environment(process: Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []  # it has ended meanwhile, or is somebody else's


def _end(number: int, deadline: float) -> None:
    try:
        handle = os.pidfd_open(number)
    except ProcessLookupError:
        return
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            poll.poll(PATIENCE_SECONDS * 1000)
    except ProcessLookupError:
        return
    finally:
        os.close(handle)
