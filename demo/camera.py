from pathlib import Path

import numpy
import zxingcpp
from PIL import Image, ImageOps

from demo.errors import DemoFailed

MARGIN_PIXELS = 40


def read_qr(picture: Path) -> str:
    """Read the one QR code in a picture, as a phone's camera would, on a white table."""
    with Image.open(picture) as image:
        seen = ImageOps.expand(image.convert("L"), border=MARGIN_PIXELS, fill="white")
    # An array hands its bytes over without running Python, where Ctrl+C would be reported as a wrong input.
    only = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    codes = zxingcpp.read_barcodes(numpy.asarray(seen), formats=only)
    if len(codes) != 1:
        raise DemoFailed(f"{len(codes)} QR codes can be read in {picture.name}, where one is expected.")
    return str(codes[0].text)
