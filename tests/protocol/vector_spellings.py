"""What people, keyboards, word processors and mail programs make of a code: every reader has one answer."""

from __future__ import annotations

from collections.abc import Callable

Spelling = Callable[[str], str]


def _by(sign: str) -> Spelling:
    return lambda code: code.replace("-", sign)


def _around(before: str, behind: str) -> Spelling:
    return lambda code: f"{before}{code}{behind}"


def _within(sign: str) -> Spelling:
    """Put a sign into the second group, where a narrow page breaks the line."""
    return lambda code: code[:8] + sign + code[8:]


def _shifted(by: int) -> Spelling:
    """Write the letters and digits in a block that has all of ASCII, such as those of full width."""
    return lambda code: "".join(chr(ord(one) + by) if one != "-" else one for one in code)


def _with_wrong(code: str) -> str:
    return code[:3] + ("7" if code[3] != "7" else "8") + code[4:]


READ: dict[str, Spelling] = {
    "as it is shown": str,
    "in lower case": str.lower,
    "without dashes": _by(""),
    "with spaces": _by(" "),
    "one group a line": _by("\n"),
    "with tabs": _by("\t"),
    "with no-break spaces": _by("\u00a0"),
    "with narrow no-break spaces": _by("\u202f"),
    "with spaces of full width": _by("\u3000"),
    "with hyphens of typographers": _by("\u2010"),
    "with no-break hyphens": _by("\u2011"),
    "with en dashes": _by(" – "),
    "with em dashes": _by("—"),
    "with minus signs": _by("\u2212"),
    "with hyphens of full width": _by("\uff0d"),
    "with the long-vowel mark of a Japanese keyboard": _by("\u30fc"),
    "with soft hyphens and dashes": _by("-\u00ad"),
    "with dots": _by("."),
    "with underscores": _by("_"),
    "with slashes": _by(" / "),
    "in full width": _shifted(0xFEE0),
    "with look-alikes": lambda code: code.replace("0", "O").replace("1", "l"),
    "with a byte order mark": _around("\ufeff", ""),
    "with marks of direction": _around("\u202a", "\u202c"),
    "with a zero-width space behind each dash": _by("-\u200b"),
    "with a zero-width space within a group": _within("\u200b"),
    "with a soft hyphen within a group": _within("\u00ad"),
    "broken within a group": _within("\n"),
    "broken within a group of a reply": lambda code: "> " + _within("\r\n> ")(code),
    "with spaces around it": _around("  ", " \r\n"),
    "in quotation marks": _around('"', '"'),
    "in typographic quotation marks": _around("„", "“"),
    "in guillemets": _around("« ", " »"),
    "in corner brackets": _around("「", "」"),
    "in backquotes": _around("`", "`"),
    "in parentheses": _around("(", ")"),
    "in angle brackets": _around("<", ">"),
    "in bold": _around("**", "**"),
    "in a reply": _around("> ", "\n"),
    "with a full stop behind it": _around("", "."),
    "behind its name": _around("Key: ", ""),
    "as the phone shares it": _around("Computer key for LAB-PC-07 (Demo CAD)\n", ""),
    "in a message": _around("Hello Ada,\n\nthis is it:\n", "\n\nGreetings from room 12345-67890, Grace\n"),
    "in an address": _around("https://keys.example.com/self-help/activate?is_key=", "&lang=de"),
    "twice": lambda code: f"{code}\n{code}",
    "at the end of a long text": lambda code: "lorem ipsum " * 300 + code,
}

REFUSED: dict[str, Spelling] = {
    "nothing": lambda _: "",
    "nothing but separators": lambda _: " - \u2014 \u00ad",
    "a control character within": _within("\x07"),
    "a wrong character in a message": lambda code: READ["in a message"](_with_wrong(code)),
    "an unreadable character in a message": lambda code: READ["in a message"](code[:3] + "?" + code[4:]),
    "a character missing in a message": lambda code: READ["in a message"](code[:3] + code[4:]),
    "a character too many in a message": lambda code: READ["in a message"](code[:3] + "0" + code[3:]),
    "a letter before it": _around("Ü", " and so on and so forth"),
    "behind more than 4,096 characters": lambda code: "lorem ipsum " * 342 + code,
}
