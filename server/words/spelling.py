"""How a key is read out over the telephone: by the alphabet that everybody knows."""

from __future__ import annotations

from keyferry.protocol.codes import Kind

# The phone page says the same words, see its catalog.
WORDS = dict(
    zip(
        "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            *("Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "Juliett", "Kilo"),
            *("Mike", "November", "Papa", "Quebec", "Romeo", "Sierra", "Tango", "Victor", "Whiskey"),
            *("X-ray", "Yankee", "Zulu"),
        ),
        strict=True,
    )
)


LENGTHS = {
    "activation_key": Kind.ACTIVATION_KEY.length,
    "computer_id": Kind.COMPUTER_ID.length,
    "code": Kind.DEACTIVATION_CODE.length,
}
"""How many characters the codes have that people type, by the names of their fields."""


def spelled(code: str) -> list[str]:
    """Return a code's groups as words, one line for each group."""
    return [" ".join(WORDS[symbol] for symbol in group) for group in code.split("-")]
