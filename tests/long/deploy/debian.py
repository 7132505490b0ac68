"""A fresh Debian 12 with systemd, in a container, and the commands of `deploy/README.md`."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DEPLOYED = Path(__file__).parents[3] / "deploy"
TOOLS = ("debootstrap", "systemd-nspawn", "slirp4netns", "unshare", "nsenter")
MIRROR = "http://deb.debian.org/debian"
SOURCES = f"deb {MIRROR} bookworm main\ndeb {MIRROR}-security bookworm-security main\n"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
NAME_SERVER = "10.0.2.3"
START_SECONDS, STOP_SECONDS = 120, 60
COMMAND_SECONDS = 1800
STARTED = "running|degraded"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = ["env", "-i", "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", f"PATH={PATH}"]
_SECTION = r"^##+ {}\n(.*?)(?=^##+ |\Z)"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)


def commands(section: str) -> list[str]:
    """Return the blocks of commands under a heading."""
    text = (DEPLOYED / "README.md").read_text()
    found = re.search(_SECTION.format(re.escape(section)), text, re.M | re.S)
    assert found is not None, section
    return _BLOCK.findall(found[1])


def bootstrap(root: Path) -> None:
    """Make what Debian's installer leaves, as far as the commands need it."""
    options = ["--variant=minbase", "--include=systemd,systemd-sysv,dbus,ca-certificates"]
    made = ["debootstrap", *options, "bookworm", str(root), MIRROR]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    (root / "etc" / "apt" / "sources.list").write_text(SOURCES)
    (root / "etc" / "resolv.conf").unlink(missing_ok=True)
    (root / "etc" / "resolv.conf").write_text(f"nameserver {NAME_SERVER}\n")
    # PostgreSQL listens at this name, and doesn't start if nobody knows it.
    (root / "etc" / "hosts").write_text("127.0.0.1 localhost\n")
    # Each package would be written through to the disk, as if the machine could lose its power.
    (root / "etc" / "dpkg" / "dpkg.cfg.d" / "quick").write_text("force-unsafe-io\n")
    # Where this machine trusts an authority of its own, pip in there has to, too.
    shutil.copy(CERTIFICATES, root / "etc" / "certificates-outside.crt")
    (root / "etc" / "pip.conf").write_text("[global]\ncert = /etc/certificates-outside.crt\n")


class Debian:
    """A running container."""

    def __init__(self, container: subprocess.Popen[bytes], root: Path) -> None:
        self._container, self.root = container, root
        self._first = self._await_first()

    def kill(self) -> None:
        """Kill all that runs in it."""
        self._container.kill()
        with suppress(ProcessLookupError):
            # It may have ended with what had started it.
            os.kill(int(self._first), signal.SIGKILL)
        self._container.wait()

    def has(self, address: str) -> bool:
        """Whether an interface has an address now."""
        shown = subprocess.check_output(
            ["nsenter", "-t", self._first, "-n", "ip", "-o", "address"], text=True
        )
        return f" {address}/" in shown

    def run(self, commands: str) -> str:
        """Have root's shell run commands; returns what they say, and fails as soon as one of them does."""
        done = subprocess.run(
            ["nsenter", "-t", self._first, "-a", *ENVIRONMENT, "bash", "-ec", commands],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        assert done.returncode == 0, done.stdout[-5000:]
        return done.stdout

    def _await_first(self) -> str:
        """Wait until systemd has started all that there is; returns its number as seen from outside."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            for child in _children(self._container.pid):
                with suppress(OSError):
                    if re.search(r"^NSpid:.*\t1$", Path(f"/proc/{child}/status").read_text(), re.M):
                        self._first = child
                        self.run(
                            "until systemctl is-system-running --wait | grep -q running; do sleep 1; done"
                        )
                        return child
            with suppress(subprocess.TimeoutExpired):
                self._container.wait(timeout=0.2)
                raise ChildProcessError("the container ended")
            assert time.monotonic() < deadline


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


# systemd-nspawn wants a /run that it may clean up. It boots once its network is there.
_ALONE = (
    "mount -t tmpfs tmpfs /run && mkdir /run/systemd && ip link set lo up && echo alone && read plugged "
    '&& exec systemd-nspawn "$0" "$@" </dev/null >&2'
)
_OPTIONS = ("--boot", "--register=no", "--keep-unit", "--resolv-conf=off", "--quiet")


@contextmanager
def running(root: Path, log: Path, plug: Callable[[int], None] | None = None) -> Iterator[Debian]:
    """Boot a container that reaches the world, and that nobody reaches but where it is plugged in."""
    # Its network is one of its own, so it may change that.
    options = [*_OPTIONS, "--capability=CAP_NET_ADMIN", f"--directory={root}"]
    with log.open("ab") as output:
        container = subprocess.Popen(
            ["unshare", "--net", "--mount", "sh", "-c", _ALONE, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
        )
        assert container.stdin is not None
        assert container.stdout is not None
        assert container.stdout.readline() == b"alone\n"
        network = subprocess.Popen(
            ["slirp4netns", "--configure", "--disable-host-loopback", str(container.pid), "tap0"],
            stdout=output,
            stderr=output,
        )
    try:
        if plug is not None:
            plug(container.pid)
        with container.stdin as ready:
            ready.write(b"plugged\n")
        yield Debian(container, root)
    finally:
        container.stdout.close()
        container.send_signal(signal.SIGTERM)
        try:
            container.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            container.kill()
            container.wait()
        network.terminate()
        network.wait()


@contextmanager
def copied(fresh: Path, folder: Path) -> Iterator[Path]:
    """Copy a fresh Debian, with the repository that is cloned there."""
    folder.mkdir()
    root = folder / "root"
    subprocess.run(["cp", "-a", "--reflink=auto", fresh, root], check=True)
    subprocess.run(
        ["git", "clone", "-q", "--bare", DEPLOYED.parent, root / "srv" / "keyferry.git"], check=True
    )
    try:
        yield root
    finally:
        # Of so many files, several times as quick as Python.
        subprocess.run(["rm", "-rf", "--one-file-system", root], check=True)
