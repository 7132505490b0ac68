"""What the programs that make pictures share: where they go, and how they are kept small."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image

PICTURES = Path("build") / "pictures"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def emptied(folder: Path, pattern: str) -> None:
    """Make a folder, and remove what an earlier run left there under such names."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(pattern):
        old.unlink()


def save_reduced(screenshot: bytes, path: Path, *, shades: int) -> None:
    """Save a screenshot with so many colors at most, which makes it far smaller."""
    with Image.open(BytesIO(screenshot)) as picture:
        reduced = picture.convert("RGB").quantize(shades, dither=Image.Dither.NONE)
        reduced.save(path, optimize=True)
