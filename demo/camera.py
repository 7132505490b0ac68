from pathlib import Path

import zxingcpp
from PIL import Image, ImageOps

from demo.errors import NoCodeSeen

MARGIN_PIXELS = 40


def read_qr(picture: Path) -> str:
    """Read the one QR code in a picture, as a phone's camera would, on a white table."""
    with Image.open(picture) as image:
        seen = ImageOps.expand(image.convert("L"), border=MARGIN_PIXELS, fill="white")
    codes = zxingcpp.read_barcodes(seen, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    if len(codes) != 1:
        raise NoCodeSeen(f"{len(codes)} QR codes can be read in {picture.name}, where one is expected.")
    return str(codes[0].text)
