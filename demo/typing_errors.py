from random import Random

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def mistype(key: str, *, wrong: int, rows: int = 1, random: Random) -> str:
    """Return `key` with `wrong` characters replaced by others, spread evenly over its `rows` equal parts.

    A `short` key is one row; a `signed` key is four, and the wizard repairs each row by itself.
    """
    places = [place for place, character in enumerate(key) if character != "-"]
    row_length = len(places) // rows
    typed = list(key)
    for row in range(rows):
        count = wrong // rows + (row < wrong % rows)
        for place in random.sample(places[row * row_length : (row + 1) * row_length], count):
            typed[place] = random.choice([other for other in ALPHABET if other != key[place]])
    return "".join(typed)


def pointed_out(key: str, typed: str) -> str:
    """Return a line with a caret under each character of `typed` that differs from `key`."""
    return "".join("^" if wanted != got else " " for wanted, got in zip(key, typed, strict=True)).rstrip()
