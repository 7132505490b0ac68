import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from demo.errors import DemoFailed

LOOPBACK = "127.0.0.1"
START_SECONDS = 120
# gunicorn gives its workers half a minute; whoever is killed before leaves them, with the database open.
STOP_SECONDS = 45
SCRIPTS = Path(sys.executable).parent


def free_port(host: str = LOOPBACK) -> int:
    """Return a port that nothing on `host` listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    environment: Mapping[str, str], *, host: str, port: int, log: Path, options: Sequence[str] = ()
) -> Iterator[None]:
    """Run the real `keyferry serve` as a child process while the block runs; what it says goes to `log`."""
    command = [str(SCRIPTS / "keyferry"), "serve", "--bind", f"{host}:{port}", *options]
    with running(command, environment, host=host, port=port, log=log):
        yield


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], *, host: str, port: int, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server as a child process while the block runs; what it says goes to `log`."""
    with log.open("ab") as output:
        # A session of its own: Ctrl-C in the terminal reaches only us, and we end the server in good order.
        server = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        await_listening(server, host, port, log)
        yield server
    finally:
        stop(server)


def await_listening(server: subprocess.Popen[bytes], host: str, port: int, log: Path) -> None:
    """Wait until a server takes connections; raises DemoFailed with its last words where it does not."""
    deadline = time.monotonic() + START_SECONDS
    while not _listens(host, port):
        try:
            # Waiting for its end is the pause between two tries: a server that died is noticed at once.
            server.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            if time.monotonic() < deadline:
                continue
        last_words = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise DemoFailed(f"The server did not start listening on port {port}:\n{last_words}")


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def stop(server: subprocess.Popen[bytes]) -> None:
    """End a server in good order, or by force where it takes too long."""
    server.terminate()
    try:
        server.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
