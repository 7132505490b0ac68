"""What is taken as a logo is drawn anew, and nothing of the file is left."""

import io

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from keyferry.server.core.brand.pictures import MAX_BYTES, MAX_SIDE, SIZE, drawn_anew
from keyferry.server.core.errors import Malformed

HIDDEN = b"<script>alert(1)</script>"


def drawn(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size).save(content, kind, **options)
    return content.getvalue()


def read(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=["PNG"])


def refusal(content: bytes) -> Malformed:
    with pytest.raises(Malformed) as refused:
        drawn_anew(content)
    return refused.value


@pytest.mark.parametrize(
    "content",
    [
        drawn("PNG"),
        drawn("PNG", mode="P", transparency=0),
        drawn("PNG", mode="I;16"),
        drawn("JPEG", progressive=True),
        drawn("JPEG", mode="CMYK"),
        drawn("WEBP", lossless=True),
    ],
    ids=["PNG", "colors by number", "16 bits", "JPEG", "CMYK", "WebP"],
)
def test_every_picture_becomes_a_png(content):
    assert read(drawn_anew(content)).size == (40, 30)


def test_what_shows_through_still_does_and_colors_stay(tmp_path):
    picture = Image.new("RGBA", (2, 1), (11, 90, 158, 255))
    picture.putpixel((1, 0), (0, 0, 0, 0))
    content = io.BytesIO()
    picture.save(content, "PNG")
    again = read(drawn_anew(content.getvalue()))
    assert (again.mode, again.getpixel((0, 0)), again.getpixel((1, 0))[3]) == ("RGBA", (11, 90, 158, 255), 0)


def test_nothing_of_the_file_is_left():
    noted = PngImagePlugin.PngInfo()
    noted.add_text("Comment", HIDDEN.decode())
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x010E] = HIDDEN.decode()
    for content in (
        drawn("PNG", pnginfo=noted, icc_profile=profile, exif=exif),
        drawn("PNG") + HIDDEN,
        drawn("JPEG", comment=HIDDEN, exif=exif, icc_profile=profile),
        drawn("WEBP", exif=exif, xmp=HIDDEN),
    ):
        written = drawn_anew(content)
        assert HIDDEN in content
        assert HIDDEN not in written
        assert read(written).info == {}


def test_a_photo_that_lies_on_its_side_stands_up():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read(drawn_anew(drawn("JPEG", exif=exif))).size == (30, 40)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_no_more_is_kept_than_pages_show(kind):
    assert read(drawn_anew(drawn(kind, (MAX_SIDE, 400)))).size == SIZE
    content = drawn(kind, (MAX_SIDE + 1, 3))
    assert len(content) < MAX_BYTES
    assert refusal(content).code == "logo_too_large"
    assert str(MAX_SIDE) in str(refusal(content))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_beginning_of_a_picture_is_not_enough(kind):
    content = drawn(kind)
    for length in range(12, 30):
        assert refusal(content[:length]).code == "malformed_logo"


def test_a_file_that_is_too_large_is_refused_whatever_it_holds():
    assert refusal(b"\x89PNG\r\n\x1a\n" + b"x" * MAX_BYTES).code == "logo_too_large"


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"plain words", b"<html><body>no</body></html>", b"\xff\xfe\x00\x00", drawn("TIFF")],
)
def test_what_is_no_picture_is_refused(content):
    assert refusal(content).code == "malformed_logo"
