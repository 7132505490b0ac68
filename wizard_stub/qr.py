"""The QR code of a scan address, for a terminal, as PNG and as SVG."""

from __future__ import annotations

import io
from dataclasses import dataclass

import segno
from segno import consts

# 37 modules: with its margin it is 45 columns by 23 lines, which fits an 80 by 24 terminal.
_LARGEST_COMFORTABLE_VERSION = 5
_QUIET_ZONE = 4
_PIXELS_PER_MODULE = 8
# Black on white whatever the colours of the terminal are: many phones do not read an inverted code.
_BLACK_ON_WHITE = "\x1b[38;2;0;0;0;48;2;255;255;255m"
_RESET = "\x1b[0m"
_HALF_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


@dataclass(frozen=True)
class ScanCode:
    """A QR code, ready to be shown or saved."""

    symbol: segno.QRCode

    @classmethod
    def of(cls, url: str) -> ScanCode:
        """Return the code of an address, at error correction M while that keeps it small, else at L."""
        code = cls(_encode(url, "m"))
        return code if code.version <= _LARGEST_COMFORTABLE_VERSION else cls(_encode(url, "l"))

    @property
    def version(self) -> int:
        """Return the QR version, 1 to 40."""
        return int(self.symbol.version)

    @property
    def error_correction(self) -> str:
        """Return the error correction level, M or L."""
        return str(self.symbol.error)

    def terminal(self) -> str:
        """Return the code as half-block characters with colours, two rows of modules a line."""
        rows = [[bool(module) for module in row] for row in self.symbol.matrix_iter(border=_QUIET_ZONE)]
        if len(rows) % 2:
            rows.append([False] * len(rows[0]))
        lines = (
            "".join(_HALF_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
            for upper, lower in zip(rows[::2], rows[1::2], strict=True)
        )
        return "".join(f"{_BLACK_ON_WHITE}{line}{_RESET}\n" for line in lines)

    def png(self) -> bytes:
        """Return the code as a PNG picture."""
        picture = io.BytesIO()
        self.symbol.save(picture, kind="png", scale=_PIXELS_PER_MODULE, border=_QUIET_ZONE)
        return picture.getvalue()

    def svg(self) -> bytes:
        """Return the code as an SVG picture with its own white ground."""
        picture = io.BytesIO()
        self.symbol.save(picture, kind="svg", scale=_PIXELS_PER_MODULE, border=_QUIET_ZONE, light="white")
        return picture.getvalue()


def _encode(url: str, error_correction: str) -> segno.QRCode:
    # One "#" would turn the whole code to byte mode, half as large again: segno never splits by itself.
    address, mark, token = url.partition("#")
    parts = [(part, _mode(part)) for part in (address, mark, token) if part]
    return segno.make_qr(
        parts,  # type: ignore[arg-type]  # its documentation allows segments, its annotations do not know them
        error=error_correction,
        boost_error=False,
    )


def _mode(part: str) -> int:
    return consts.MODE_ALPHANUMERIC if _is_alphanumeric(part) else consts.MODE_BYTE


def _is_alphanumeric(part: str) -> bool:
    return all(ord(character) in consts.ALPHANUMERIC_CHARS for character in part)
