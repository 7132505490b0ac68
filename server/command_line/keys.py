"""`keyferry keys …`: the master keys, under which the secrets in the database are sealed."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

import click

from keyferry.server.command_line.answers import Answer, AnsweringGroup
from keyferry.server.command_line.failures import CommandFailed
from keyferry.server.command_line.instance import opened, operator
from keyferry.server.config import Settings
from keyferry.server.core.secrets import Keyring, new_master_key
from keyferry.server.new_file import file_in_place
from keyferry.server.services import master_keys
from keyferry.server.services.master_keys import Resealed


@click.group("keys", cls=AnsweringGroup)
def keys_group() -> None:
    """Master keys: replace the key that seals the secrets."""


@keys_group.command(
    epilog="""\b
Examples:
  keyferry keys add
  keyferry keys add 2027-03
"""
)
@click.argument("key_id", metavar="[ID]", required=False)
def add(key_id: str | None) -> Answer:
    """Add a new master key on top of the master key file. It seals from then on.

    ID is its name: up to 32 letters, digits, dots, dashes, and underscores. The keys below keep opening what
    they sealed. Next, copy the file to every server, restart servers and workers, and run
    `keyferry keys reseal`.
    """
    with opened() as parts:
        path = _file(parts.settings)
        line = new_master_key(key_id or secrets.token_hex(4))
        text = f"{line}\n{path.read_text(encoding='ascii')}"
        keyring = Keyring.from_text(text)
    _replace(path, text)
    said = (
        f"Added the master key “{keyring.current}” on top of {path}. Keep a copy of the file.\n"
        "Next, copy the file to your other servers, restart servers and workers, and run: "
        "keyferry keys reseal"
    )
    return Answer({"master_key": keyring.current, "file": str(path)}, said)


@keys_group.command(
    epilog="""\b
Exit codes: 0 every secret is sealed under the newest master key; 1 some are not.
"""
)
def reseal() -> Answer:
    """Seal every secret under the newest master key, so that you can remove older ones.

    Run it while the servers run. If it is interrupted, run it again: it continues. Before you remove a key,
    restart servers and workers, which use the key that was on top when they started, and run this once more.
    """
    with opened() as parts:
        done = master_keys.reseal(by=operator())
        keyring, place = parts.keyring, _place(parts.settings)
    removable = [key_id for key_id in keyring.ids if key_id != keyring.current and key_id not in done.left]
    data = {
        "master_key": keyring.current,
        "resealed": done.count,
        "left": dict(done.left),
        "removable": removable,
    }
    return Answer(data, _text(done, keyring, removable, place), exit_code=int(bool(done.left)))


def _file(settings: Settings) -> Path:
    if settings.master_key is not None:
        raise CommandFailed(
            "The master key comes from KEYFERRY_MASTER_KEY, which no command can change. Put a new line on "
            "top of it where you set it: <key ID>:<what `openssl rand -base64 32` prints>.",
            code="master_key_in_environment",
        )
    # A link goes on leading where it leads.
    return settings.master_key_path.resolve()


def _replace(path: Path, text: str) -> None:
    was = path.stat()
    with file_in_place(path, may_replace=lambda _: True) as file:
        file.write_text(text, encoding="ascii")
        # Whoever runs this may not be whom the server runs as.
        if (was.st_uid, was.st_gid) != (os.getuid(), os.getgid()):
            os.chown(file, was.st_uid, was.st_gid)
        os.chmod(file, stat.S_IMODE(was.st_mode))


def _place(settings: Settings) -> str:
    return "KEYFERRY_MASTER_KEY" if settings.master_key is not None else str(settings.master_key_path)


def _text(done: Resealed, keyring: Keyring, removable: Iterable[str], place: str) -> str:
    if done.count:
        lines = [f"Sealed {_secrets(done.count)} under the newest master key, “{keyring.current}”."]
    else:
        lines = [f"No other secret could be sealed under the newest master key, “{keyring.current}”."]
    lines += [_of_a_key_in_use(key_id, count, keyring, place) for key_id, count in done.left.items()]
    lines += [
        f"No secret needs the master key “{key_id}” any more. If every server and worker was restarted after "
        f"“{keyring.current}” was added, you can remove the line of “{key_id}” from {place}. Backups made "
        "before still need it."
        for key_id in removable
    ]
    return "\n".join(lines)


def _of_a_key_in_use(key_id: str, count: int, keyring: Keyring, place: str) -> str:
    if key_id not in keyring.ids:
        return (
            f"{_secrets(count)} can’t be opened without the master key “{key_id}”. Add its line to {place}, "
            "and run this again."
        )
    return (
        f"{_secrets(count)} of the master key “{key_id}” can’t be opened with the key in {place}, or were "
        "sealed just now. Restart servers and workers, and run this again."
    )


def _secrets(count: int) -> str:
    return f"{count:,} {'secret' if count == 1 else 'secrets'}"
