"""License files where a person is likely to have put one."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

_MOST = 4
# Windows may hide the second ending, which a mail program or an editor put behind the first.
_ENDINGS = (".lic", ".lic.txt")


def license_files_nearby(folder: Path) -> list[Path]:
    """Return a few .lic files of the present folder, beside the license folder, and of Downloads."""
    places = (Path.cwd(), folder.resolve().parent, home(), home() / "Downloads")
    found = (path for place in dict.fromkeys(places) for path in sorted(_in(place)))
    return list(islice(found, _MOST))


def home() -> Path:
    """Return the person's own folder, or the present one for an account that has none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path.cwd()


def _in(place: Path) -> list[Path]:
    try:
        return [path for path in place.iterdir() if path.name.lower().endswith(_ENDINGS) and path.is_file()]
    except OSError:
        # A folder that is missing or closed holds nothing that this person could use.
        return []
