"""What a stranger sends to a terminal: in names of the database, and as keys; and what may come out again."""

from __future__ import annotations

import re

# What a terminal would obey, and what hides or moves what stands beside it.
SEQUENCES = (
    "\x1b]52;c;aGlkZGVu\x07",
    "\x1b]0;title\x1b\\",
    "\x1b[95;7mcolored",
    "\x1bP+q544e\x1b\\",
    "\x9b95;7m\x9d52;c;aGlkZGVu\x9c",
    "\x07\x08\x7f\x00\r\t",
    "\u202eturned\u202c\u2066apart\u2069\u200b\u200d\ufeff\u2028\u00ad\ue000",
)
MARKUP = "[red]x[/red][link=file:///x]y[/][@click=app.quit]z[/]"
BLANK, MARKS, FROM_RIGHT = "\u3164" * 8 + "\u115f", "\u0301" * 40, "مختبر ١"
TEXT = "".join([MARKUP, *SEQUENCES, BLANK, MARKS, FROM_RIGHT, "\nin a line of its own"])

PASTE = b"\x1b[200~%b\x1b[201~"
# A terminal that leaves escape characters in what is pasted: the first is read as the beginning of a key.
_SMUGGLED = b"\x1b" + b"x" * 40
KEYS = (
    *(sequence.encode() for sequence in (*SEQUENCES, MARKUP)),
    PASTE % TEXT.encode(),
    PASTE % (_SMUGGLED + SEQUENCES[0].encode()),
    PASTE % b"\xff\xfe\xed\xa0\x80",
    PASTE % (b"x" * 1_000_000),
    b"\x1b[200~never closed" + b"\x1b[201~",
    # No UTF-8: another encoding, half of a pair of surrogates, an old terminal's mouse.
    *(b"\xff\xfe", b"\xed\xa0\x80", "Fräse".encode("latin-1"), b"\x1b[M \xff\xff"),
    # Each control character, but that which quits; that of the job control, and the end of the input.
    bytes(one for one in range(32) if one != 0x11),
    b"\x03\x1a\x04\x1c",
    b"\x1b[<0;99999;99999M\x1b[<64;1;1M\x1b[<-1;1;1M\x1b[<;;M\x1b[<99999999999999999999;1;1m",
    b"\x1b[55296u\x1b[1114112;1u\x1b[99999999999u\x1b[:;u\x1b[999999999;99999999R",
    b"\x1b[48;99999;99999;1;1t\x1b[48;0;0;0;0t\x1b[48;1;1;;t",
    # Typed without end, while whatever each opens is still on its way.
    b"\x1bOR\r\x1bOS\r\x1b[15~\r\x1b" * 5 + b"x" * 200,
)
SIZES = ((1, 1), (500, 200), (81, 25), (80, 24))

# What the programs say themselves: cursor, colors and modes; the pointer's shape; what a person has cut.
_OWN = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b]22;[a-z-]*\x07|\x1b]52;c;[\w+/=]*\x07|\x1b[78]")


def assert_harmless(sent: bytes) -> None:
    """Nothing but visible characters, between sequences that no stranger has brought along."""
    shown = sent.decode()
    assert not [one for one in SEQUENCES if one in shown]
    # The bell rings where a line is full.
    rest = set(_OWN.sub("", shown)) - set("\r\n\x07")
    assert sorted(one for one in rest if not one.isprintable()) == []
