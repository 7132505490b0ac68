"""All that the home screen shows, asked of the activation control in one go."""

from __future__ import annotations

from dataclasses import dataclass

from keyferry.wizard.control import ActivationControl
from keyferry.wizard.errors import NotActivated, NotSynced
from keyferry.wizard.results import Begun, LicenseState, Released, Status

_UNREADABLE = {LicenseState.DAMAGED, LicenseState.WRONG_MACHINE, LicenseState.STATE_NEWER}


@dataclass(frozen=True)
class Overview:
    """The status, what waits for its key, and the newest deactivation verification codes, unless withheld."""

    status: Status
    requests: tuple[Begun, ...]
    """All that wait for their keys, the newest first, without renewals of the license in use."""
    released: Released | None
    withheld: NotSynced | None = None

    @property
    def pending(self) -> Begun | None:
        """The newest request that waits for its key."""
        return self.requests[0] if self.requests else None

    @property
    def kept(self) -> tuple[Begun, ...]:
        """The newest request of each further activation key."""
        newest = {begun.activation_key: begun for begun in reversed(self.requests)}
        first = self.pending.activation_key if self.pending else None
        return tuple(begun for key, begun in reversed(newest.items()) if key != first)

    @property
    def renews_by_new_request(self) -> bool:
        """Whether the activation key in use was requested once more, under a new computer ID."""
        return self.pending is not None and self.pending.activation_key == self.status.activation_key


def overview(control: ActivationControl) -> Overview:
    """Ask for everything; some 40 ms for each activation the first time; raises WizardError."""
    status = control.status()
    if status.state in _UNREADABLE:
        return Overview(status, (), None)
    requests = tuple(begun for begun in control.requests() if not begun.renewal)
    try:
        return Overview(status, requests, control.show_code())
    except NotActivated:
        return Overview(status, requests, None)
    except NotSynced as error:
        return Overview(status, requests, None, withheld=error)
