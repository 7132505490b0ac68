"""What editors and mail programs make of a license file on its way: of its text, the bytes that arrive."""

from __future__ import annotations

from collections.abc import Callable

Journey = Callable[[str], bytes]


def _lines(bare: str) -> list[str]:
    return [bare[start : start + 60] for start in range(0, len(bare), 60)]


def _by(sign: str) -> Journey:
    return lambda bare: sign.join(_lines(bare)).encode("utf-8")


def _quoted(mark: str) -> Journey:
    return lambda bare: "".join(f"{mark}{line}\r\n" for line in _lines(bare)).encode("utf-8")


JOURNEYS: dict[str, Journey] = {
    "as it is": lambda bare: bare.encode("ascii"),
    "with a line feed behind it": lambda bare: f"{bare}\n".encode("ascii"),
    "with a byte order mark": lambda bare: bare.encode("utf-8-sig"),
    "broken at 60 characters": _by("\r\n"),
    "broken and indented": _by("\n    "),
    "broken by quoted-printable": _by("=\r\n"),
    "in a reply": _quoted("> "),
    "in a reply to a reply": _quoted(">> "),
    "in quotation marks": lambda bare: f'"{bare}"'.encode("ascii"),
    "in typographic quotation marks": lambda bare: f"„{bare}“".encode(),
    "with zero-width spaces": _by("\u200b"),
    "with soft hyphens": _by("\u00ad"),
    "with no-break spaces": _by("\u00a0"),
    "in UTF-16 with a byte order mark": lambda bare: b"\xff\xfe" + f"{bare}\r\n".encode("utf-16-le"),
    "in UTF-16, the high byte first": lambda bare: b"\xfe\xff" + bare.encode("utf-16-be"),
    "in UTF-16 without a byte order mark": lambda bare: f"{bare}\r\n".encode("utf-16-le"),
    "in UTF-16, the high byte first, without a mark": lambda bare: bare.encode("utf-16-be"),
}

LOST: dict[str, tuple[str, Journey]] = {
    "nothing": ("license_file_empty", lambda _: b""),
    "nothing but spaces": ("license_file_empty", lambda _: b"\xef\xbb\xbf \r\n"),
    "the end is missing": ("license_file_incomplete", lambda bare: bare[:-1].encode()),
    "the signature is missing": ("license_file_incomplete", lambda bare: bare.rpartition(".")[0].encode()),
    "all behind the header is missing": (
        "license_file_incomplete",
        lambda bare: bare.partition(".")[0].encode(),
    ),
    "the beginning is missing": ("license_file_incomplete", lambda bare: bare[3:].encode()),
    "a page to sign in": (
        "not_a_license_file",
        lambda _: b"<!DOCTYPE html>\n<title>Sign in</title>\n<form>Password: <input></form>\n",
    ),
    "words around it": ("not_a_license_file", lambda bare: f"Here it is: {bare}!".encode()),
    "a note": ("not_a_license_file", lambda _: b"dear diary"),
    "letters without a dot": ("not_a_license_file", lambda _: b"0aB-_" * 40),
    "a picture": ("not_a_license_file", lambda _: b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
}
