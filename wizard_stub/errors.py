"""Everything that can stop the wizard, apart from what the protocol itself refuses.

Each error carries a stable `code`, which is API, and its text is a sentence that says what to do.
No error ever contains an activation key, a computer key or a deactivation verification code.
"""

from __future__ import annotations

import errno
from datetime import datetime
from enum import Enum

from keyferry.protocol.sentences import CodedError


class Cause(Enum):
    """Why the system refused to read or write a file."""

    NO_RIGHTS = "no_rights"
    NO_SPACE = "no_space"
    READ_ONLY = "read_only"
    DISK = "disk"
    OTHER = "other"

    @classmethod
    def of(cls, error: OSError) -> Cause:
        """Return the cause that the system named."""
        return _CAUSES.get(error.errno or 0, cls.OTHER)


_CAUSES = {
    errno.EACCES: Cause.NO_RIGHTS,
    errno.EPERM: Cause.NO_RIGHTS,
    errno.ENOSPC: Cause.NO_SPACE,
    errno.EDQUOT: Cause.NO_SPACE,
    errno.EROFS: Cause.READ_ONLY,
    errno.EIO: Cause.DISK,
}


class WizardError(CodedError):
    """The root of all errors of this package."""

    code = "wizard_error"

    def __init__(self, message: str, *, code: str | None = None, detail: str | None = None) -> None:
        """Take the sentence; `detail` is what the vendor's support asks for, the same in every language."""
        super().__init__(message, code=code)
        self.detail = detail


class MachineUnknown(WizardError):
    """The operating system has no identifier for this machine that could be relied on."""

    code = "machine_unknown"


class StorageUnavailable(WizardError):
    """A file cannot be used, and nothing was changed; `cause` says why if the system did.

    `state_`, `anchor_` or `file_`, then `not_readable` or `not_writable`; `state_` or `anchor_`, then `busy`
    while another process uses it, or `not_lockable`. `would_lose_access` and `not_replaceable` if the
    file is another account's, `folder_open_to_all` if root would use a folder of everybody's; `file_exists`
    if a new one would replace another. Only with `file_not_written` everything else was done.
    """

    code = "state_not_readable"

    def __init__(
        self, message: str, *, code: str | None = None, detail: str | None = None, cause: Cause | None = None
    ) -> None:
        super().__init__(message, code=code, detail=detail)
        self.cause = cause


class NotSynced(StorageUnavailable):
    """What was asked for is done, but the disk has not confirmed it, so a power cut may undo it.

    `requested_not_synced`, `activated_not_synced` or `deactivated_not_synced`.
    """

    code = "deactivated_not_synced"


class StateDamaged(WizardError):
    """The stored state was edited, cut short, replaced, or is an older copy of itself; `detail` is which."""

    code = "state_damaged"


class StateNewer(WizardError):
    """The stored state was written by a newer version of the application; nothing here sets it aside."""

    code = "state_newer"


class WrongMachine(WizardError):
    """The folder holds another computer's state, and none of this one."""

    code = "wrong_machine"


class NotActivated(WizardError):
    """There is nothing to complete or to release (`not_activated`), or no code to show (`not_released`)."""

    code = "not_activated"


class KeyNotAccepted(WizardError):
    """A genuine key does not serve now.

    `license_expired`, `not_yet_valid` and `clock_moved_back` by the clock, `older_license` by the one in use,
    `retired_epoch` by the vendor. `clock` is what the computer's clock said, if that decided.
    """

    code = "license_expired"

    def __init__(self, message: str, *, code: str | None = None, clock: datetime | None = None) -> None:
        """Take the sentence and the clock that decided."""
        super().__init__(message, code=code)
        self.clock = clock


class LicenseInUse(WizardError):
    """Starting over would throw away a license that is in order."""

    code = "license_in_use"
