import re
from pathlib import Path

import pytest

MAKERS = ("wizard", "console", "phone", "self-help", "portal")
MAX_BYTES = 5_000_000


@pytest.fixture(scope="module")
def pictures(root: Path) -> list[Path]:
    return sorted((root / "docs" / "pictures").iterdir())


@pytest.fixture(scope="module")
def named(root: Path) -> set[Path]:
    """Every picture that README or a page of the documentation shows."""
    pages = [root / "README.md", *(root / "docs").glob("*.md")]
    return {
        (page.parent / name).resolve()
        for page in pages
        for name in re.findall(r'(?:\]\(|src=")([^)"]+\.(?:png|svg|jpg))', page.read_text())
    }


def test_every_picture_that_is_shown_exists(named, pictures):
    assert named, "no page shows any picture"
    assert named - set(pictures) == set()


def test_every_picture_is_one_that_make_screenshots_makes(root, pictures):
    sources = {
        maker: (root / "demo" / f"{maker.replace('-', '_')}_pictures.py").read_text() for maker in MAKERS
    }
    sources["phone"] = re.sub(r'meet\("(\w+)"', lambda met: f'"problem-{met[1]}"', sources["phone"])
    made = {
        f"{maker}-{name.replace('_', '-')}"
        for maker, source in sources.items()
        for name in re.findall(r'"([\w-]+)"', source)
    }
    stems = {picture.name: re.sub(r"-(light|dark|desktop)\.png$", "", picture.name) for picture in pictures}
    assert [name for name, stem in stems.items() if stem not in made] == []


def test_there_is_each_picture_in_light_and_dark(pictures):
    looks = {
        look: {picture.stem.removesuffix(look) for picture in pictures if picture.stem.endswith(look)}
        for look in ("-light", "-dark")
    }
    assert looks["-light"] == looks["-dark"]


def test_the_pictures_together_stay_light_to_clone(pictures):
    assert sum(picture.stat().st_size for picture in pictures) < MAX_BYTES
