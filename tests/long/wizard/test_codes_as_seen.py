"""What phones and scanners read of both drawings: with real fonts, at real line heights, through a camera.

It also states what fails, as a table that has to be true: so a document that says it stays true, too.
"""

import pytest

from demo.scene import Scene
from keyferry.protocol.computer_key import Style
from keyferry.wizard.qr import Drawing, ScanCode
from tests.long.wizard.photographed import DECODERS, DISTORTIONS, FONTS, LINE_HEIGHTS, painted, straight

WITHOUT_BLOCKS = "Noto Mono"
# The second drawing: font, line height, what the camera does to it, and which decoder then reads nothing.
# In the dark, or much stretched and tilted or coarse; the two others read each of them.
FAILS = {
    *((font, line_height, "dim", "ZBar") for font in FONTS for line_height in (1.35, 1.5)),
    *(("JetBrains Mono", line_height, "dim", "ZBar") for line_height in (1.1, 1.2)),
    *(("JetBrains Mono", 1.5, seen, "OpenCV") for seen in ("tilted", "coarse")),
}


@pytest.fixture(scope="module")
def code(tmp_path_factory) -> ScanCode:
    """A usual request, always the same."""
    scene = Scene(Style.SHORT, tmp_path_factory.mktemp("scene"))
    return ScanCode.of(scene.control().begin(scene.activation_key, "LAB-PC-07").url)


def readers(code: ScanCode, drawing: Drawing, font: str, line_height: float, distort=straight) -> set[str]:
    picture = distort(painted(code, drawing, font, line_height))
    return {name for name, read in DECODERS.items() if read(picture) == code.url}


@pytest.mark.parametrize("font", FONTS)
def test_the_second_drawing_is_read_by_each_decoder_whatever_the_font_and_the_lines_are(code, font):
    for line_height in LINE_HEIGHTS:
        assert readers(code, Drawing.SPACES, font, line_height) == set(DECODERS), line_height


@pytest.mark.parametrize("font", FONTS)
def test_the_second_drawing_is_read_through_a_camera(code, font):
    failed = set()
    for line_height in LINE_HEIGHTS:
        for distort in DISTORTIONS:
            read = readers(code, Drawing.SPACES, font, line_height, distort)
            assert len(read) >= 2, (line_height, distort.__name__)
            failed |= {(font, line_height, distort.__name__, name) for name in set(DECODERS) - read}
    assert failed == {one for one in FAILS if one[0] == font}


def test_the_blocks_are_read_through_a_camera_where_the_lines_of_a_font_touch(code):
    for distort in DISTORTIONS:
        assert len(readers(code, Drawing.BLOCKS, "DejaVu Sans Mono", 1.0, distort)) >= 2, distort.__name__


@pytest.mark.parametrize("font", FONTS)
def test_the_blocks_are_read_by_none_where_lines_do_not_touch_or_the_font_lacks_them(code, font):
    """Why there is a second drawing."""
    apart = [one for one in LINE_HEIGHTS if one > 1]
    assert {one: readers(code, Drawing.BLOCKS, font, one) for one in apart} == {one: set() for one in apart}
    assert bool(readers(code, Drawing.BLOCKS, font, 1.0)) is (font != WITHOUT_BLOCKS)
