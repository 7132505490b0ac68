"""Vectors of how texts are read: lists of code points, spellings of codes, identifiers of machines."""

from __future__ import annotations

from vector_codes import KINDS
from vector_inputs import ACTIVATION_KEY, CODE, COMPUTER_ID, OTHER_ACTIVATION_KEY, Case, document, refused
from vector_spellings import READ, REFUSED

from keyferry.protocol import characters
from keyferry.protocol.machine_identifier import (
    SHORTEST_OF_HOST,
    of_board,
    of_host,
    of_linux,
    of_macos,
    of_windows,
)

LISTS = {
    "spaces": characters.SPACES,
    "dashes": characters.DASHES,
    "quotes": characters.QUOTES,
    "punctuation": characters.PUNCTUATION,
    "ignored": characters.IGNORED,
    "untypable": characters.UNTYPABLE,
    "joiners": characters.JOINERS,
    "extending": characters.EXTENDING,
    "not_in_names": characters.NOT_IN_NAMES,
}
SOURCES = {"linux": of_linux, "board": of_board, "windows": of_windows, "macos": of_macos, "host": of_host}

_MACHINE_ID, _UUID = "3d1219c7c4c5404aaa1f6d2a48adfda4", "4c4c4544-0042-3510-8056-b7c04f4e3532"
_READABLE = [
    *(("linux", text) for text in (_MACHINE_ID, f"{_MACHINE_ID}\n", _MACHINE_ID.upper())),
    *(("board", text) for text in (_UUID, f"{_UUID.upper()}\n", _UUID.replace("-", ""))),
    *(("windows", text) for text in (_UUID, _UUID.upper(), f"{{{_UUID}}}", f" {_UUID}\r\n")),
    *(("macos", text) for text in (_UUID, _UUID.upper())),
    *(("host", text) for text in ("serial number 4711", " USB-4711\n", "Gerät-Ω", "usb-47", "\u30000x4711A")),
    *(("host", text) for text in ("\u00c4\u00e4\u00c4\u00e4\u00c4\u00e4", "un\u212anown")),
]
_ZERO = "00000000-0000-0000-0000-000000000000"
_UNFIT = [
    *(
        ("linux", text)
        for text in ("", "uninitialized", "0" * 32, _MACHINE_ID[:-1], _UUID, f"{_MACHINE_ID}0")
    ),
    *(
        ("board", text)
        for text in ("", _ZERO, "f" * 32, "03000200-0400-0500-0006-000700080009", "Not Settable")
    ),
    *(("windows", text) for text in ("", _ZERO, _UUID[:-1], _UUID.replace("-", ""))),
    *(("macos", text) for text in ("", _ZERO, "C02XXXXXXXXX", f"{{{_UUID}}}")),
    *(
        ("host", text)
        for text in ("", "   ", "usb-1", " usb-1 ", "000000", "00-00-00-00", "xxxxxxxx", "a\x00bcdef")
    ),
    ("host", "xXxXxX"),
    *(
        ("host", text)
        for text in ("To Be Filled By O.E.M.", "default string", "System Serial Number", "0123456789")
    ),
]


def code_points() -> Case:
    """The fixed lists by which texts are read."""
    return document(
        "Lists of code points: ranges in hexadecimal digits, both ends among them.",
        given={},
        valid=({"list": name, "ranges": _ranges(points)} for name, points in LISTS.items()),
        invalid=[],
    )


def _ranges(characters: frozenset[str]) -> list[str]:
    points = set(map(ord, characters))
    firsts = sorted(point for point in points if point - 1 not in points)
    lasts = sorted(point for point in points if point + 1 not in points)
    return [f"{first:04X}-{last:04X}" for first, last in zip(firsts, lasts, strict=True)]


def spellings() -> Case:
    """What every reader of typed and pasted codes has one answer to."""
    codes = {
        "activation_key": ACTIVATION_KEY.text,
        "computer_id": COMPUTER_ID.text,
        "deactivation_code": CODE.text,
    }
    return document(
        "Spellings of a code that is typed or pasted, also within a longer text; none of them is repaired.",
        given=codes,
        valid=[
            {"how": how, "kind": kind, "typed": spelled(text), "text": text}
            for how, spelled in READ.items()
            for kind, text in codes.items()
        ],
        invalid=[
            *(
                refused(because, KINDS[kind].malformed, kind=kind, typed=spelled(text))
                for because, spelled in REFUSED.items()
                for kind, text in codes.items()
            ),
            refused(
                "two of them",
                "malformed_activation_key",
                kind="activation_key",
                typed=f"{ACTIVATION_KEY.text}, {OTHER_ACTIVATION_KEY.text}",
            ),
        ],
    )


def machine_identifiers() -> Case:
    """What the texts of systems and applications are as identifiers."""
    return document(
        "Machine identifiers: what a source says, and the text of which the fingerprint is made.",
        given={"shortest_of_host": SHORTEST_OF_HOST},
        valid=[{"source": one, "text": text, "identifier": SOURCES[one](text)} for one, text in _READABLE],
        invalid=[
            refused(f"of {one}: no identifier", "machine_unknown", source=one, text=text)
            for one, text in _UNFIT
        ],
    )
