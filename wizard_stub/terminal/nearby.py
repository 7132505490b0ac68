"""License files where a person is likely to have put one, and whom each is for."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from itertools import islice
from pathlib import Path

from keyferry.protocol.claims import Validity
from keyferry.protocol.computer_key import Binding
from keyferry.protocol.errors import ProtocolError
from keyferry.protocol.license_file import read_license_file
from keyferry.protocol.profile import WizardProfile
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.errors import WizardError
from keyferry.wizard.files import read_license_file as text_in

_MOST = 12
# Windows may hide the second ending, which a mail program or an editor put behind the first.
_ENDINGS = (".lic", ".lic.txt")
# Where systems put what is plugged in: each stick is a folder in one of these, or in one for each account.
_PLUGGED_IN = (Path("/media"), Path("/run/media"), Path("/mnt"), Path("/Volumes"))
_DRIVES = "DEFGHIJ"


class Fits(Enum):
    """Whom a file is for."""

    THIS = "this"
    OTHER = "other"
    ENDED = "ended"


@dataclass(frozen=True)
class Found:
    """A license file, whom it is for, and when it was saved, in local time."""

    path: Path
    fits: Fits
    saved: datetime


def license_files_nearby(folder: Path) -> list[Path]:
    """Return .lic files of what is plugged in, of the present folder, beside the license, of Downloads."""
    own = (Path.cwd(), folder.resolve().parent, home(), home() / "Downloads")
    places = dict.fromkeys((*_plugged_in(), *own))
    return list(islice((path for place in places for path in sorted(_files_in(place))), _MOST))


def found_nearby(
    control: ActivationControl, profile: WizardProfile, folder: Path, now: datetime
) -> list[Found]:
    """Return what is found, first what this computer can use now, then the newest; raises WizardError."""
    bindings = list(_bindings(control, profile))
    found = [
        Found(path, _fits(path, profile, bindings, now), saved)
        for path in license_files_nearby(folder)
        if (saved := _saved(path)) is not None
    ]
    order = list(Fits)
    return sorted(found, key=lambda one: (order.index(one.fits), -one.saved.timestamp()))


def home() -> Path:
    """Return the person's own folder, or the present one for an account that has none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path.cwd()


def as_typed(path: Path) -> str:
    """Return a path as a person would type it, from their own folder on if it is there."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (RuntimeError, ValueError):
        return str(path)


def _bindings(control: ActivationControl, profile: WizardProfile) -> Iterable[Binding]:
    # A damaged state has neither: its screen says so, and every file is for another computer.
    status = control.status()
    if status.activation_key and status.computer_id:
        yield Binding(profile.product_code, status.activation_key, status.computer_id)
    try:
        pending = control.pending()
    except WizardError:
        return
    if pending is not None:
        yield Binding(profile.product_code, pending.activation_key, pending.computer_id)


def _fits(path: Path, profile: WizardProfile, bindings: list[Binding], now: datetime) -> Fits:
    try:
        text = text_in(path)
    except (ProtocolError, WizardError):
        return Fits.OTHER
    for binding in bindings:
        epoch = profile.epoch(binding.computer_id.epoch)
        if epoch is None:
            continue
        try:
            content = read_license_file(text, binding, epoch.license_file_key)
        except ProtocolError:
            continue
        return Fits.ENDED if content.claims.state_at(now) is Validity.EXPIRED else Fits.THIS
    return Fits.OTHER


def _saved(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC).astimezone()
    except (OSError, OverflowError, ValueError):
        # Gone since it was found, or saved at a time that no calendar has.
        return None


def _plugged_in() -> Iterable[Path]:
    if sys.platform == "win32":
        yield from (Path(f"{letter}:/") for letter in _DRIVES)
        return
    for place in _PLUGGED_IN:
        for folder in _folders_in(place):
            yield folder
            yield from _folders_in(folder)


def _folders_in(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if path.is_dir())
    except OSError:
        return []


def _files_in(place: Path) -> list[Path]:
    try:
        return [path for path in place.iterdir() if path.name.lower().endswith(_ENDINGS) and path.is_file()]
    except OSError:
        # A folder that is missing or closed holds nothing that this person could use.
        return []
