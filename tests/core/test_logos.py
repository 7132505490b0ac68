"""What is taken as a logo is judged by its content, and nothing active is taken."""

import io

import pytest
from PIL import Image

from keyferry.server.core.brand.pictures import MAX_BYTES, MAX_SIDE, checked_picture
from keyferry.server.core.errors import Malformed

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
    "{}</svg>"
)


def drawn(kind: str, size: tuple[int, int] = (40, 30), **options) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "#0b5a9e").save(content, kind, **options)
    return content.getvalue()


def refusal(content: bytes) -> Malformed:
    with pytest.raises(Malformed) as refused:
        checked_picture(content)
    return refused.value


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (drawn("PNG"), "image/png"),
        (drawn("JPEG"), "image/jpeg"),
        (drawn("JPEG", progressive=True), "image/jpeg"),
        (drawn("WEBP"), "image/webp"),
        (drawn("WEBP", lossless=True), "image/webp"),
        (SVG.format('<path d="M0 0h9"/>').encode(), "image/svg+xml"),
        (('\ufeff<?xml version="1.0"?>\n<!-- made by hand -->' + SVG.format("")).encode(), "image/svg+xml"),
    ],
)
def test_a_picture_is_known_by_its_content(content, media_type):
    assert checked_picture(content).media_type == media_type


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_of_too_many_pixels_is_refused_although_it_is_a_small_file(kind):
    content = drawn(kind, (MAX_SIDE + 1, 3))
    assert len(content) < MAX_BYTES
    assert refusal(content).code == "logo_too_large"
    assert str(MAX_SIDE) in str(refusal(content))
    checked_picture(drawn(kind, (MAX_SIDE, 3)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_beginning_of_a_picture_is_not_enough(kind):
    content = drawn(kind)
    for length in range(12, 30):
        assert refusal(content[:length]).code == "malformed_logo"


def test_a_file_that_is_too_large_is_refused_whatever_it_holds():
    assert refusal(b"\x89PNG\r\n\x1a\n" + b"x" * MAX_BYTES).code == "logo_too_large"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"plain words",
        b"<html><body>no</body></html>",
        b'<svg viewBox="0 0 9 9"/>',
        b"<svg",
        b"\xff\xfe\x00\x00",
        b'<?xml version="1.0" encoding="no-such"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    ],
)
def test_what_is_no_picture_is_refused(content):
    assert refusal(content).code == "malformed_logo"


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<g onload="alert(1)"/>',
        "<foreignObject/>",
        '<div xmlns="http://www.w3.org/1999/xhtml"/>',
        '<a xlink:href="https://example.com"><path d="M0 0"/></a>',
        '<a href="javascript:alert(1)"/>',
        '<image href="https://example.com/tracker.png"/>',
        '<image href="data:image/svg+xml,x"/>',
        '<use href="other.svg#a"/>',
        '<set attributeName="xlink:href" to="javascript:alert(1)"/>',
        "<style>@import 'https://example.com/a.css';</style>",
        "<style>g { fill: url('https://example.com/a#b') }</style>",
        '<g style="background: url( //example.com/a )"/>',
    ],
)
def test_a_drawing_that_does_or_loads_something_is_refused(inside):
    found = refusal(SVG.format(inside).encode())
    assert found.code == "malformed_logo"
    assert "which an image doesn’t need" in str(found)


def test_a_drawing_that_would_grow_is_refused():
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + SVG.format("<text>&b;</text>")
    assert refusal(bomb.encode()).code == "malformed_logo"
    instructed = '<?xml-stylesheet href="https://example.com/a.css"?>' + SVG.format("")
    assert refusal(instructed.encode()).code == "malformed_logo"


def test_what_drawing_programs_write_is_taken():
    usual = (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        + SVG.format(
            "<metadata><x:x xmlns:x='urn:x' x:resource='http://example.com'/></metadata>"
            "<style>.a { fill: url(#g); stroke: url('#g') }</style>"
            '<linearGradient id="g"/><use xlink:href="#g"/><image href="data:image/png;base64,AAAA"/>'
        )
    )
    assert checked_picture(usual.encode()).media_type == "image/svg+xml"
