"""What a camera sees: films of a QR code that lies on a desk, for Chromium's fake camera."""

from __future__ import annotations

import io
from pathlib import Path

import segno
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 480
GREY = bytes([128]) * (WIDTH // 2 * HEIGHT // 2)


def qr_picture(text: str, size: int = 380) -> Image.Image:
    """Return a QR code, as a wizard would show it where it is a request's address."""
    held = io.BytesIO()
    segno.make(text.upper() if "#" in text else text, error="m").save(held, kind="png", scale=4, border=4)
    return Image.open(held).convert("L").resize((size, size))


def frame(text: str | None) -> bytes:
    """One picture of the film: a code lying on a desk, a little askew."""
    desk = Image.new("L", (WIDTH, HEIGHT), 150)
    ImageDraw.Draw(desk).rectangle((0, 400, WIDTH, HEIGHT), fill=90)
    if text is not None:
        turned = qr_picture(text).rotate(7, expand=True, fillcolor=150, resample=Image.Resampling.BICUBIC)
        desk.paste(turned, ((WIDTH - turned.width) // 2, (HEIGHT - turned.height) // 2))
    return b"FRAME\n" + desk.tobytes() + GREY + GREY


def make_film(path: Path, *texts: str | None) -> Path:
    """Write a film that shows each of the codes for half a second, None being an empty desk."""
    header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(header + b"".join(frame(text) * 5 for text in texts))
    return path
