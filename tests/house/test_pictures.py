import hashlib
import re
from pathlib import Path

import pytest

from demo.shown_pictures import shown_pictures

MAKERS = ("wizard", "console", "phone", "self-help", "portal")
MAX_BYTES = 2_000_000
SUM = re.compile(r"^\| `(\S+)` \| `([0-9a-f]{64})` \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def pictures(root: Path) -> set[Path]:
    return set((root / "docs" / "pictures").iterdir())


def test_every_picture_in_the_repository_is_shown_and_every_shown_one_is_there(root, pictures):
    assert set(shown_pictures(root)) == pictures != set()


def test_every_picture_is_one_that_make_screenshots_makes(root, pictures):
    sources = {
        maker: (root / "demo" / f"{maker.replace('-', '_')}_pictures.py").read_text() for maker in MAKERS
    }
    sources["portal"] += (root / "demo" / "portal_visit.py").read_text()
    sources["phone"] = re.sub(r'meet\("(\w+)"', lambda met: f'"problem-{met[1]}"', sources["phone"])
    made = {
        f"{maker}-{name.replace('_', '-')}"
        for maker, source in sources.items()
        for name in re.findall(r'"([\w-]+)"', source)
    }
    stems = {picture.name: re.sub(r"-(light|dark|desktop)\.png$", "", picture.name) for picture in pictures}
    assert [name for name, stem in stems.items() if stem not in made] == []


def test_the_pictures_together_stay_light_to_clone(pictures):
    assert sum(picture.stat().st_size for picture in pictures) < MAX_BYTES


def test_vendored_code_fonts_and_icons_are_what_their_page_says(root):
    vendored = root / "pwa" / "vendor"
    sums = dict(SUM.findall((vendored / "README.md").read_text()))
    code = [path for path in vendored.rglob("*") if path.suffix in {".js", ".wasm", ".woff2", ".svg"}]
    assert sums == {
        str(path.relative_to(vendored)): hashlib.sha256(path.read_bytes()).hexdigest() for path in code
    }
