"""A QR code as a terminal paints it with a real font, as a camera sees that, and what decoders read."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import cv2
import numpy
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from keyferry.wizard.qr import Drawing, ScanCode

FONTS = {
    "DejaVu Sans Mono": "dejavu/DejaVuSansMono.ttf",
    "JetBrains Mono": "jetbrains-mono/JetBrainsMono-Regular.ttf",
    "Liberation Mono": "liberation/LiberationMono-Regular.ttf",
    "Noto Mono": "noto/NotoMono-Regular.ttf",
}
"""What Debian has; a terminal takes a block that the font lacks from another one, or shows a box."""

LINE_HEIGHTS = (1.0, 1.1, 1.2, 1.35, 1.5)
"""How far lines are apart, as multiples of what the font itself asks for."""

_ROOT = Path("/usr/share/fonts/truetype")
_SIZE = 16
_AROUND = (38, 44, 54)
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)

Distortion = Callable[[Image.Image], Image.Image]


def painted(code: ScanCode, drawing: Drawing, font: str, line_height: float) -> Image.Image:
    """Paint the code in a window of a dark terminal, each character with the glyph of the font."""
    columns, lines = code.needs(drawing=drawing)
    face = _face(font)
    width = round(face.getlength("0"))
    natural = sum(face.getmetrics())
    height = round(natural * line_height)
    window = Image.new("RGB", ((columns + 8) * width, (lines + 4) * height), _AROUND)
    paint = ImageDraw.Draw(window)
    left, top = 4 * width, 2 * height
    if drawing is Drawing.SPACES:
        for row, modules in enumerate(code.modules()):
            for place, black in enumerate(modules):
                x, y = left + 2 * place * width, top + row * height
                paint.rectangle((x, y, x + 2 * width - 1, y + height - 1), fill=_BLACK if black else _WHITE)
        return window
    paint.rectangle((left, top, left + columns * width - 1, top + lines * height - 1), fill=_WHITE)
    for row, text in enumerate(code.half_blocks()):
        for place, character in enumerate(text):
            # The glyph stands at the top of its line; what the line is higher stays of the ground.
            paint.text((left + place * width, top + row * height), character, font=face, fill=_BLACK)
    return window


@cache
def _face(font: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_ROOT / FONTS[font], _SIZE)


def straight(picture: Image.Image) -> Image.Image:
    """Return a screenshot."""
    return picture


def tilted(picture: Image.Image) -> Image.Image:
    """Look at the screen from the side and from above, and turned by a few degrees."""
    width, height = picture.size
    seen = [(0.08, 0.05), (0.93, 0.0), (1.0, 0.94), (0.0, 1.0)]
    corners = numpy.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=numpy.float32)
    target = numpy.array([(x * width, y * height) for x, y in seen], dtype=numpy.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    warped = cv2.warpPerspective(
        numpy.asarray(picture), matrix, (width, height), borderValue=_AROUND, flags=cv2.INTER_AREA
    )
    return Image.fromarray(warped).rotate(6, resample=Image.Resampling.BICUBIC, fillcolor=_AROUND)


def blurred(picture: Image.Image) -> Image.Image:
    """Hold the camera out of focus: by a good third of a module."""
    return picture.filter(ImageFilter.GaussianBlur(_module(picture) * 0.38))


def glaring(picture: Image.Image) -> Image.Image:
    """Let a lamp shine on the screen: its middle is washed out to a fifth of the contrast."""
    width, height = picture.size
    x, y = numpy.meshgrid(numpy.linspace(-1, 1, width), numpy.linspace(-1, 1, height))
    light = 0.8 * numpy.exp(-(((x - 0.15) / 0.45) ** 2 + ((y + 0.1) / 0.45) ** 2))
    pixels = numpy.asarray(picture, dtype=numpy.float32)
    lit = pixels + (255 - pixels) * light[..., None]
    return Image.fromarray(lit.astype(numpy.uint8))


def coarse(picture: Image.Image) -> Image.Image:
    """Take it with few pixels: three for each module."""
    scale = 3 / _module(picture)
    size = (round(picture.width * scale), round(picture.height * scale))
    return picture.resize(size, Image.Resampling.BOX)


def dim(picture: Image.Image) -> Image.Image:
    """Turn the screen down to two fifths, and add the noise of a camera in the dark."""
    noise = numpy.random.default_rng(7).normal(0, 4, (picture.height, picture.width, 1))
    pixels = numpy.asarray(picture, dtype=numpy.float32) * 0.4 + 20 + noise
    return Image.fromarray(pixels.clip(0, 255).astype(numpy.uint8))


DISTORTIONS: tuple[Distortion, ...] = (straight, tilted, blurred, glaring, coarse, dim)

_MODULES_ACROSS = 49


def _module(picture: Image.Image) -> float:
    return picture.width / _MODULES_ACROSS


def read_by_zxing(picture: Image.Image) -> str | None:
    """Read it with ZXing, as many phones do."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return found[0].text if found else None


def read_by_opencv(picture: Image.Image) -> str | None:
    """Read it with OpenCV, with either of its detectors."""
    pixels = numpy.asarray(picture.convert("L"))
    for detector in (cv2.QRCodeDetectorAruco(), cv2.QRCodeDetector()):
        try:
            text, *_ = detector.detectAndDecode(pixels)
        except cv2.error:
            continue
        if text:
            return str(text)
    return None


def read_by_zbar(picture: Image.Image) -> str | None:
    """Read it with ZBar, as many scanner programs do."""
    png = BytesIO()
    picture.convert("L").save(png, "PNG")
    command = ("zbarimg", "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", "-")
    run = subprocess.run(command, input=png.getvalue(), capture_output=True, check=False)
    return run.stdout.decode().rstrip("\n") or None


DECODERS = {"ZXing": read_by_zxing, "OpenCV": read_by_opencv, "ZBar": read_by_zbar}
