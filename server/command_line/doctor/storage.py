"""Where the data is: whether this account may write it, its disk, the master key, and what has to go."""

from __future__ import annotations

import shlex
import shutil
import stat
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from keyferry.server.command_line.doctor.findings import Finding, ok, problem, refused, warning
from keyferry.server.command_line.failures import in_words
from keyferry.server.config import ConfigError, Settings, load_keyring
from keyferry.server.core import forgetting, properties, resealing
from keyferry.server.core.errors import SecretUnreadable
from keyferry.server.core.licensing.products import check_master_key
from keyferry.server.db import require_writable

_MIB = 1 << 20
_LITTLE, _TOO_LITTLE = 1024 * _MIB, 100 * _MIB
_OPEN_TO_OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH


def writable() -> Finding:
    """Tell whether this account may write to the database."""
    try:
        require_writable()
    except SQLAlchemyError as error:
        return refused("database_writable", error)
    return ok("database_writable", "This account can write to the database.")


def addresses_forgotten(session: Session, now: datetime) -> Finding:
    """Tell whether network addresses are removed from the audit when their time is over."""
    if not forgetting.is_late(session, now):
        return ok("addresses", "No network address is kept longer than intended.")
    return warning(
        "addresses",
        "addresses_kept_too_long",
        f"The audit log has network addresses that {properties.FORGET_ADDRESSES} says to remove. Run "
        "`keyferry worker`, also without email: `keyferry worker --without-email`.",
    )


def disk(settings: Settings) -> Finding | None:
    """Tell how much space SQLite has left, None with another database or without its folder."""
    file = settings.sqlite_file
    if file is None or not file.parent.is_dir():
        return None
    free = shutil.disk_usage(file.parent).free
    message = f"The disk of {file.parent} has {free // _MIB:,} MiB left."
    if free < _TOO_LITTLE:
        return problem("disk", "disk_almost_full", f"{message} Free some space now, before writing fails.")
    if free < _LITTLE:
        return warning("disk", "disk_space_low", f"{message} Free some space.")
    return ok("disk", message)


def master_key(settings: Settings, session: Session | None) -> Finding:
    """Tell whether the master key can be read and, with a session, opens what the database holds."""
    try:
        keyring = load_keyring(settings)
        if session is None:
            return ok("master_key", "The master key can be read.")
        check_master_key(session, keyring)
    except (ConfigError, SecretUnreadable) as error:
        return refused("master_key", error)
    return ok("master_key", "The master key belongs to this database.")


def older_master_keys(settings: Settings, session: Session) -> Finding | None:
    """Tell whether secrets still need an older master key than the newest, None where no key can be read."""
    try:
        keyring = load_keyring(settings)
    except ConfigError:
        return None
    left, check = resealing.left(session, keyring), "older_master_keys"
    if not left:
        return ok(check, f"Every secret is sealed under the newest master key, “{keyring.current}”.")
    keys = ", ".join(f"“{key_id}” ({count:,})" for key_id, count in left.items())
    return warning(
        check,
        "older_master_key_in_use",
        f"Secrets are still sealed under older master keys: {keys}. To be able to remove these keys, run: "
        "keyferry keys reseal",
    )


def master_key_file(settings: Settings) -> Finding | None:
    """Tell whether only the owner may use the master key file, None where there is no such file."""
    if settings.master_key is not None:
        return None
    check, path = "master_key_file", settings.master_key_path
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        return problem(check, "master_key_file_unreachable", in_words(error))
    if mode & _OPEN_TO_OTHERS:
        return problem(
            check,
            "master_key_file_open",
            f"The permissions of the master key file let other accounts use it. Run: "
            f"chmod 600 {shlex.quote(str(path))}",
        )
    return ok(check, "Only its owner can use the master key file.")
