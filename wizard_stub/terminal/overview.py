"""All that the home screen shows, asked of the activation control in one go."""

from __future__ import annotations

from dataclasses import dataclass

from keyferry.wizard.control import ActivationControl
from keyferry.wizard.errors import NotActivated, NotSynced
from keyferry.wizard.results import Begun, LicenseState, Released, Status

_UNREADABLE = {LicenseState.DAMAGED, LicenseState.WRONG_MACHINE, LicenseState.STATE_NEWER}


@dataclass(frozen=True)
class Overview:
    """The status, what waits for its key, and the newest deactivation verification code, unless withheld."""

    status: Status
    pending: Begun | None
    released: Released | None
    withheld: NotSynced | None = None

    @property
    def renews_by_new_request(self) -> bool:
        """Whether the activation key in use was requested once more, under a new computer ID."""
        return self.pending is not None and self.pending.activation_key == self.status.activation_key


def overview(control: ActivationControl) -> Overview:
    """Ask for everything; some 40 ms for each activation the first time; raises WizardError."""
    status = control.status()
    if status.state in _UNREADABLE:
        return Overview(status, None, None)
    pending = control.pending()
    try:
        return Overview(status, pending, control.show_code())
    except NotActivated:
        return Overview(status, pending, None)
    except NotSynced as error:
        return Overview(status, pending, None, withheld=error)
