"""Sample code for a first activation: the finished wizard in a terminal, or an application's few lines."""

from __future__ import annotations

from keyferry.protocol.profile import MachineSource

TERMINAL, PYTHON = "terminal", "python"

_TERMINAL = """\
keyferry-wizard --profile {profile} \\
    {machine}--state ./license
"""
_PYTHON = """\
from pathlib import Path

from keyferry.protocol.profile import WizardProfile
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.qr import ScanCode
from keyferry.wizard.results import LicenseState

text = Path("{profile}").read_text()
profile = WizardProfile.from_json(text)
control = ActivationControl(profile, Path("license"){machine})
if control.status().state is not LicenseState.ACTIVE:
    begun = control.begin("{activation_key}")
    print(ScanCode.of(begun.url).terminal())
    control.complete(input("Computer key: "))
print(control.status().message)
"""


def samples(profile: str, activation_key: str, machine_source: str) -> dict[str, str]:
    """Return the code by its kind, with the names of one product's files and one license's key.

    Where the application says which machine it is, so does the code.
    """
    is_host = machine_source == MachineSource.HOST
    return {
        TERMINAL: _TERMINAL.format(profile=profile, machine="--machine SERIAL-NUMBER " if is_host else ""),
        PYTHON: _PYTHON.format(
            profile=profile,
            activation_key=activation_key,
            machine=', machine_identifier="SERIAL-NUMBER"' if is_host else "",
        ),
    }
