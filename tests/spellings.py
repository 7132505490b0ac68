"""What scanner and mail applications make of the address in a QR code, and what they cut out of it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

Spelling = Callable[[str], str]

ORIGIN = "HTTPS://KEYS.EXAMPLE.COM"


def address(token: str) -> str:
    return f"{ORIGIN}/A#{token}"


def wrapped(token: str, sign: str) -> str:
    return f"{token[:30]}{sign}{token[30:]}"


READ: dict[str, Spelling] = {
    "as it stands in the code": address,
    "the token alone": str,
    "lower case": lambda token: address(token).lower(),
    "one letter in lower case": lambda token: address(token[:-20] + token[-20:].lower()),
    "encoded": lambda token: quote(address(token), safe=""),
    "encoded twice": lambda token: quote(quote(address(token), safe=""), safe=""),
    "the sign encoded": lambda token: f"{ORIGIN}/A%23{token}",
    "the sign encoded twice": lambda token: f"{ORIGIN}/A%2523{token}",
    "the dot encoded": lambda token: address(token).replace(f"{token[-21:]}", f"%2E{token[-20:]}"),
    "a slash before the sign": lambda token: f"{ORIGIN}/A/#{token}",
    "a slash before the encoded sign": lambda token: f"{ORIGIN}/A/%23{token}",
    "two slashes": lambda token: f"{ORIGIN}//A#{token}",
    "small a": lambda token: f"{ORIGIN}/a/#{token}",
    "an encoded space behind it": lambda token: address(token) + "%20",
    "spaces around it": lambda token: f"  {address(token)}  ",
    "a space behind the sign": lambda token: f"{ORIGIN}/A# {token}",
    "a line feed behind it": lambda token: address(token) + "\n",
    "an encoded line feed behind it": lambda token: address(token) + "%0D%0A",
    "a byte order mark before it": lambda token: "\ufeff" + address(token),
    "a byte order mark before the token": lambda token: f"{ORIGIN}/A#\ufeff{token}",
    "a zero-width space behind it": lambda token: address(token) + "\u200b",
    "an encoded zero-width space behind it": lambda token: address(token) + "%E2%80%8B",
    "a zero-width space within": lambda token: address(wrapped(token, "\u200b")),
    "a soft hyphen within": lambda token: address(wrapped(token, "\u00ad")),
    "wrapped": lambda token: address(wrapped(token, "\r\n")),
    "wrapped and indented": lambda token: address(wrapped(token, "\n    ")),
    "wrapped by quoted-printable": lambda token: address(wrapped(token, "=\r\n")),
    "wrapped in a quoted mail": lambda token: f"> {ORIGIN}/A#{wrapped(token, chr(10) + '> ')}",
    "wrapped in a quoted mail, in a field of one line": lambda token: address(wrapped(token, "> ")),
    "wrapped by quoted-printable, in a field of one line": lambda token: address(wrapped(token, "=")),
    "wrapped by a space": lambda token: address(wrapped(token, " ")),
    "an equals sign behind it": lambda token: address(token) + "=",
    "a full stop behind it": lambda token: address(token) + ".",
    "a comma behind it": lambda token: address(token) + ",",
    "in parentheses": lambda token: f"({address(token)})",
    "in angle brackets": lambda token: f"<{address(token)}>",
    "in quotes": lambda token: f'"{address(token)}"',
    "in typographic quotes": lambda token: f"„{address(token)}“",
    "tracked behind it, as a query": lambda token: address(token) + "?utm_source=mail&utm_campaign=A.B",
    "tracked behind it": lambda token: address(token) + "&utm_source=mail",
    "tracked by an identifier behind it": lambda token: address(token) + "?fbclid=IwAR0abc_DEF-123",
    "tracked before the sign": lambda token: f"{ORIGIN}/A?utm_source=mail#{token}",
    "tracked before the encoded sign": lambda token: f"{ORIGIN}/A?utm_source=mail%23{token}",
    "a text fragment behind it": lambda token: address(token) + ":~:text=key",
    "in a redirecting link": lambda token: (
        f"https://links.example.net/?url={quote(address(token), safe='')}&data=05%7C01%23"
    ),
    "in the middle of a mail": lambda token: (
        f"Hello (#42),\n\nplease activate this: {address(token)}\nSent from my phone #1\n"
    ),
}

CUT: dict[str, Spelling] = {
    "the last character is missing": lambda token: address(token[:-1]),
    "the first character is missing": lambda token: address(token[1:]),
    "the signature is missing": lambda token: address(token.partition(".")[0]),
    "cut in the middle of a mail": lambda token: f"{address(token[:50])}\n\nSent from my phone",
    "a character within is missing": lambda token: address(token[:30] + token[31:]),
    "a character was changed": lambda token: address(
        token[:30] + ("0" if token[30] != "0" else "1") + token[31:]
    ),
    "a character of the signature was changed": lambda token: address(
        token[:-1] + ("0" if token[-1] != "0" else "1")
    ),
    "a character too many": lambda token: address(token + "0"),
    "twice without anything between": lambda token: address(token + token),
    "a look-alike that no token holds": lambda token: address(token[:1] + "O" + token[2:]),
    "two characters exchanged": lambda token: address(token[:-20] + token[-10:] + token[-20:-10]),
    "nothing behind the sign": lambda _: f"{ORIGIN}/A#",
}
