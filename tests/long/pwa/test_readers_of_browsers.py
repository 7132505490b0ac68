"""Readers that browsers bring along."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from tests.browsing import sees
from tests.pwa.test_scanning import filmed, turn_camera_on

__all__ = ["filmed"]
# Chromium on Linux has no reader of its own: this one has the same face, and zxing-cpp behind it.
DETECTOR = """window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code", "ean_13"]; }
    async detect(picture) {
        const canvas = document.createElement("canvas");
        canvas.width = picture.videoWidth ?? picture.width;
        canvas.height = picture.videoHeight ?? picture.height;
        canvas.getContext("2d").drawImage(picture, 0, 0);
        const text = await window.decode(canvas.toDataURL("image/png").split(",")[1]);
        return text === null ? [] : [{ rawValue: text }];
    }
};"""
BROKEN_DETECTOR = """window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { throw new DOMException("Barcode detection service unavailable.", "NotSupportedError"); }
};"""


def decode(picture: str) -> str | None:
    found = zxingcpp.read_barcodes(Image.open(BytesIO(b64decode(picture))))
    return found[0].text if found else None


@pytest.mark.parametrize(("detector", "loads_ours"), [(DETECTOR, False), (BROKEN_DETECTOR, True)])
def test_the_browsers_own_reader_is_used_where_there_is_one_that_works(house, filmed, detector, loads_ours):
    machine = house.short.machine(house.short.issue(), "DETECTED")
    page = filmed(None, house.scan(machine))
    page.expose_function("decode", decode)
    page.add_init_script(detector)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    turn_camera_on(page, house)
    sees(page, "confirm-activate")
    assert "DETECTED" in page.locator("h1").inner_text()
    assert any("/vendor/zxing" in url for url in asked) is loads_ours
