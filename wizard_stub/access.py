"""Who may use a file, and how that stays so when the file is replaced by a fresh one.

Owner, group, mode and POSIX ACL go over to the fresh file. An account that is not root cannot give a file to
another account: if someone would lose access by that, nothing is replaced. Windows and macOS keep their
own lists of rights, which a fresh file inherits from its folder; there only owner, group and mode are kept.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from keyferry.wizard.guarantees import UNSUPPORTED, Lacking

if sys.platform != "win32":
    import pwd

_PRIVATE, _SHARED = 0o600, 0o660
_PRIVATE_FOLDER, _SHARED_FOLDER = 0o700, 0o770
_ACL = "system.posix_acl_access"
_DEFAULT_ACL = "system.posix_acl_default"
_NO_ACL = UNSUPPORTED | {errno.ENODATA}
# The tags of an entry, as Linux stores them.
_NAMED_USER, _OWNING_GROUP, _NAMED_GROUP, _MASK = 2, 4, 8, 16
_ENTRY = struct.Struct("<HHI")
_READ_WRITE = 0o6


class ReplacementRefused(Exception):
    """A file must not be replaced by this account; `code` says why: nothing was changed."""

    def __init__(self, path: Path, message: str, *, code: str) -> None:
        super().__init__(message)
        self.path = path
        self.code = code


@dataclass(frozen=True)
class Access:
    """Who may read and write a file."""

    owner: int
    group: int
    mode: int
    acl: bytes | None = None

    @classmethod
    def of(cls, file: Path | int) -> Access:
        """Read it from a path or a descriptor; raises OSError."""
        found = os.stat(file)
        return cls(found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode) & 0o777, _attribute(file, _ACL))

    @property
    def users(self) -> dict[int, int]:
        """Return what named accounts may do."""
        return {number: bits for tag, bits, number in self._entries() if tag == _NAMED_USER}

    @property
    def groups(self) -> dict[int, int]:
        """Return what the members of groups may do; the owning group is one of them."""
        owning = {self.group: self.mode >> 3 & _READ_WRITE} if self.acl is None else {}
        return owning | {
            self.group if tag == _OWNING_GROUP else number: bits
            for tag, bits, number in self._entries()
            if tag in (_OWNING_GROUP, _NAMED_GROUP)
        }

    def allows(self, account: int, wanted: int) -> bool:
        """Return whether an account surely has the wanted bits; if its groups are unknown, all need them."""
        if account == 0:
            return True
        if account == self.owner:
            return not wanted & ~(self.mode >> 6)
        if account in self.users:
            return not wanted & ~self.users[account]
        member_of = _groups_of(account)
        if member_of is None:
            return all(not wanted & ~bits for bits in (*self.groups.values(), self.mode))
        granted = [bits for group, bits in self.groups.items() if group in member_of]
        return any(not wanted & ~bits for bits in granted or [self.mode])

    def loser(self, fresh: Access) -> str | None:
        """Return who may do less with a fresh file than with this one, or None."""
        if not fresh.allows(self.owner, self.mode >> 6 & _READ_WRITE):
            return f"its owner ({_name(self.owner)})"
        for account, bits in self.users.items():
            if not fresh.allows(account, bits):
                return _name(account)
        for group, bits in self.groups.items():
            if bits & ~fresh.groups.get(group, fresh.mode):
                return f"its group ({group})"
        return "other accounts" if self.mode & ~fresh.mode & _READ_WRITE else None

    def _entries(self) -> Iterator[tuple[int, int, int]]:
        if self.acl is None:
            return
        entries = list(_ENTRY.iter_unpack(self.acl[4:]))
        mask = next((bits for tag, bits, _ in entries if tag == _MASK), _READ_WRITE)
        for tag, bits, number in entries:
            yield tag, bits & mask & _READ_WRITE, number


def require_replaceable(path: Path) -> None:
    """Raise ReplacementRefused if this account must not replace the file; changes nothing."""
    if sys.platform == "win32" or os.geteuid() == 0:
        return
    try:
        old = Access.of(path)
    except FileNotFoundError:
        return
    me, folder = os.geteuid(), os.stat(path.parent)
    if folder.st_mode & stat.S_ISVTX and me not in (old.owner, folder.st_uid):
        owner = _name(old.owner)
        raise ReplacementRefused(
            path,
            f"{path} belongs to {owner}, and its folder doesn't let anyone else replace it (it is sticky). "
            f"Nothing was changed. Run the wizard as {owner}.",
            code="not_replaceable",
        )
    ours = {os.getegid(), *os.getgroups()}
    if folder.st_mode & stat.S_ISGID or sys.platform == "darwin":
        ours.add(folder.st_gid)
    group = old.group if old.group in ours else os.getegid()
    _require_no_loser(path, old, replace(old, owner=me, group=group))


def require_own(folder: Path) -> None:
    """Raise ReplacementRefused if root would use a folder in which every account may put what it likes."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return
    try:
        mode = os.stat(folder).st_mode
    except OSError:
        # Whoever reads or writes there says what is wrong with it.
        return
    if stat.S_ISDIR(mode) and mode & stat.S_IWOTH:
        raise ReplacementRefused(
            folder,
            f"Every account of this computer may write to {folder}, so the wizard doesn't use it as root: "
            "another account could have put something there. Nothing was changed. Take that right away "
            "(chmod o-w), or run the wizard under the account that uses the application.",
            code="folder_open_to_all",
        )


def mode_of_new(folder: Path) -> int:
    """Return the mode for a new file: private, unless the folder is there to be shared; raises OSError."""
    return _SHARED if _shared_by_mode(folder) or _attribute(folder, _DEFAULT_ACL) else _PRIVATE


def mode_of_new_folder(above: Path) -> int:
    """Return the mode for a new folder, by the same rule; raises OSError."""
    return _PRIVATE_FOLDER if mode_of_new(above) == _PRIVATE else _SHARED_FOLDER


def share_folder(new: Path) -> set[Lacking]:
    """Let the group of a shared folder use a new one in it, whatever the account's umask; raises OSError."""
    if not _shared_by_mode(new.parent):
        return set()
    try:
        os.chmod(new, _SHARED_FOLDER | stat.S_ISGID)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        return {Lacking.ACCESS}
    return set()


def adopt(descriptor: int, path: Path, *, strict: bool) -> set[Lacking]:
    """Give a fresh file the access of the one at `path`, or what its folder asks for if there is none.

    Raises ReplacementRefused if someone would lose access because this account may not give it. If
    the file system cannot keep it, that is returned, or raises ReplacementRefused if `strict`; else OSError.
    """
    if sys.platform == "win32":
        return set()
    fresh = Access.of(descriptor)
    try:
        wanted = Access.of(path)
    except FileNotFoundError:
        wanted = _of_new(path.parent, fresh)
    missed = set()
    for step in _steps(descriptor, fresh, wanted):
        try:
            step()
        except OSError as error:
            if error.errno not in UNSUPPORTED | {errno.EPERM, errno.EACCES}:
                raise
            missed.add(error.errno)
    if missed and wanted.loser(Access.of(descriptor)):
        if strict or missed - UNSUPPORTED:
            _require_no_loser(path, wanted, Access.of(descriptor))
        return {Lacking.ACCESS}
    return set()


def _steps(descriptor: int, fresh: Access, wanted: Access) -> Iterator[Callable[[], None]]:
    """Yield what makes a fresh file as it is wanted; what is so already needs no right and no support."""
    owner = wanted.owner if os.geteuid() == 0 else fresh.owner
    if (fresh.owner, fresh.group) != (owner, wanted.group):
        yield partial(os.fchown, descriptor, owner, wanted.group)
    if wanted.acl is not None:
        if fresh.acl != wanted.acl:
            yield partial(os.setxattr, descriptor, _ACL, wanted.acl)
        return
    if fresh.acl is not None:
        yield partial(os.removexattr, descriptor, _ACL)
    if (fresh.mode, fresh.acl) != (wanted.mode, None):
        yield partial(os.fchmod, descriptor, wanted.mode)


def _of_new(folder: Path, fresh: Access) -> Access:
    """Return the access of a new file: in a folder of another account, root works for that account."""
    around = os.stat(folder)
    if os.geteuid() == 0 and around.st_uid != 0:
        fresh = replace(fresh, owner=around.st_uid, group=around.st_gid)
    if fresh.acl is None and _shared_by_mode(folder):
        return replace(fresh, group=around.st_gid, mode=_SHARED)
    return fresh


def _shared_by_mode(folder: Path) -> bool:
    wanted = stat.S_ISGID | stat.S_IWGRP
    return os.stat(folder).st_mode & wanted == wanted


def _require_no_loser(path: Path, old: Access, fresh: Access) -> None:
    loser = old.loser(fresh)
    if loser is not None:
        raise ReplacementRefused(
            path,
            f"If this account wrote {path}, {loser} could no longer use it. Nothing was changed. "
            f"Run the wizard as {_name(old.owner)}, or let the accounts that use it share the folder.",
            code="would_lose_access",
        )


def _attribute(file: Path | int, name: str) -> bytes | None:
    if sys.platform != "linux":
        return None
    try:
        return os.getxattr(file, name)
    except OSError as error:
        if error.errno in _NO_ACL:
            return None
        raise


def _groups_of(account: int) -> set[int] | None:
    """Return the groups of an account, or None for one that this system does not know."""
    try:
        entry = pwd.getpwuid(account)
    except KeyError:
        return None
    return set(os.getgrouplist(entry.pw_name, entry.pw_gid))


def _name(account: int) -> str:
    try:
        return pwd.getpwuid(account).pw_name
    except KeyError:
        return f"account {account}"
