"""Everything that the core refuses.

Each error carries a stable `code`, which is API, and its text is a sentence that tells the person what to do.
No error ever contains a key or a code. One class stands for one kind of answer and may carry several codes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from keyferry.protocol.sentences import CodedError


class CoreError(CodedError):
    """The root of all errors of this package."""


class NotFound(CoreError):
    """No such product, license or activation."""

    code = "not_found"


class Malformed(CoreError):
    """An argument has no meaning, or is outside of what the protocol can carry."""

    code = "malformed_argument"


class Conflict(CoreError):
    """What is asked for contradicts what is there already."""

    code = "conflict"


class LicenseRefused(CoreError):
    """The license forbids it: expired, suspended, or every seat is taken.

    `offers_link` tells that a link mailed to the customer would free a seat.
    """

    code = "license_refused"
    offers_link = False


class ComputerIdBurnt(CoreError):
    """The computer ID belongs to an activation that has ended and never comes back."""

    code = "computer_id_released"


class NotAllowed(CoreError):
    """The operator is not who signs in, no longer signed in, or may not do this."""

    code = "not_permitted"


class RetiredEpoch(CoreError):
    """The application was built with keys that the vendor has retired."""

    code = "retired_epoch"


class LimitReached(CoreError):
    """Too many attempts or releases; `retry_after` tells how long to wait, where waiting helps."""

    code = "too_many_attempts"

    def __init__(self, message: str, *, retry_after: timedelta | None = None, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class Busy(LimitReached):
    """Too many are at work, or memory is short: nothing was judged and nothing done."""

    code = "server_busy"


class SecretUnreadable(CoreError):
    """A sealed secret does not open: the master key is missing or wrong, or the database was altered."""

    code = "wrong_master_key"
