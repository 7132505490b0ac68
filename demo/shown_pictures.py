"""Copies the pictures that README or a document shows to docs/pictures: `python -m demo.shown_pictures`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from demo.pictures import PICTURES

ROOT = Path(__file__).parent.parent
SHOWN = ROOT / "docs" / "pictures"
_PICTURE = re.compile(r'(?:\]\(|src="|srcset=")([^)"]+\.(?:png|svg|jpg))')


def shown_pictures(root: Path) -> Iterator[Path]:
    """Return every picture that README or a page of the documentation shows."""
    for page in (root / "README.md", *(root / "docs").glob("*.md")):
        for name in _PICTURE.findall(page.read_text()):
            yield (page.parent / name).resolve()


def main() -> None:
    """Copy them, and say which a document shows and nobody makes."""
    for shown in sorted(set(shown_pictures(ROOT))):
        made = PICTURES / shown.name
        if made.exists():
            shutil.copy(made, SHOWN)
        else:
            print(f"Nothing makes {shown.name}, which a document shows.")


if __name__ == "__main__":
    main()
