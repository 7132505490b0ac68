"""Reed-Solomon over GF(32), for rows of at most 31 symbols: encoding, and every codeword near a typed word.

The field is GF(2)[x] / (x^5 + x^2 + 1) with a = x; a word of n symbols is a polynomial, first symbol
highest, and a codeword has the roots a^0, a^1, … a^(check-1).

There is one idea in the decoder. The syndromes of a word are S_j = sum over its wrong places of e * X^j,
where X = a^(n-1-place) and e is the error there. `_eliminate(S, X)`, which is S_(j+1) + X * S_j, removes
whatever is at X and shortens the list by one. So a set of wrong places explains a word if and only if
eliminating them leaves zeros, the last place can be read off instead of searched (X = S_1 / S_0), and the
error at one place is what is left when all the others are eliminated. This reaches as far as a caller wants:
two wrong places in n steps, four in n^3 / 6, which is why a mistyped key is repaired in milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, reduce
from itertools import pairwise
from operator import getitem, xor

from keyferry.protocol.alphabet import BITS, Symbols, to_int, to_symbols

ORDER = 31

_EXP = [1] * (2 * ORDER)
for _power in range(1, 2 * ORDER):
    _doubled = _EXP[_power - 1] << 1
    _EXP[_power] = _doubled ^ 0b100101 if _doubled & 32 else _doubled
_LOG = {_EXP[power]: power for power in range(ORDER)}

# A full table costs 1 kB and spares two look-ups and two tests in the innermost loop of the repair.
_TIMES = [[_EXP[_LOG[a] + _LOG[b]] if a and b else 0 for b in range(32)] for a in range(32)]
_INVERSE = [0] + [_EXP[ORDER - _LOG[a]] for a in range(1, 32)]


def check_symbols(message: Sequence[int], count: int, *, mask: int = 0) -> Symbols:
    """Return the `count` symbols that make `message` a codeword when they are appended, XORed with a mask."""
    shares = map(getitem, _check_shares(len(message), count), message)
    return to_symbols(reduce(xor, shares, mask), count)


def codewords_near(word: Sequence[int | None], *, check: int, errors: int) -> Iterator[Symbols]:
    """Yield the codewords that differ from `word` in exactly `errors` readable places.

    `None` is an unreadable place. With u unreadable ones, u + errors must be at most `check`; while
    2 * errors + u <= check there is at most one codeword over all smaller `errors`, beyond that many.
    """
    n = len(word)
    syndromes = _syndromes(word, check)
    unreadable = [_locator(n, place) for place, symbol in enumerate(word) if symbol is None]
    if len(unreadable) + errors > check:
        return
    rest = syndromes
    for locator in unreadable:
        rest = _eliminate(rest, locator)
    if not errors and any(rest):
        return
    readable = [_locator(n, place) for place, symbol in enumerate(word) if symbol is not None]
    for wrong in _explanations(rest, readable, errors):
        codeword = _corrected(word, syndromes, unreadable + wrong)
        # An explanation may hold a place at which nothing is wrong: then it was given with fewer errors.
        if sum(symbol not in (None, right) for symbol, right in zip(word, codeword, strict=True)) == errors:
            yield codeword


def nearest_codeword(word: Sequence[int | None], *, check: int) -> Symbols | None:
    """Return the one codeword with 2 * errors + unreadable <= `check`, or None if there is none."""
    unreadable = sum(symbol is None for symbol in word)
    for errors in range((check - unreadable) // 2 + 1):
        for codeword in codewords_near(word, check=check, errors=errors):
            return codeword
    return None


@cache
def _check_shares(length: int, count: int) -> tuple[tuple[int, ...], ...]:
    """Return what each symbol at each place of a message adds to its check symbols, packed into a number."""
    return tuple(
        tuple(to_int(_remainder(symbol, length - 1 - place, count)) for symbol in range(32))
        for place in range(length)
    )


def _remainder(symbol: int, zeros: int, count: int) -> Symbols:
    """Divide a symbol with so many zeros behind it, and room for the check symbols, by the generator."""
    generator, remainder = _generator(count), [0] * count
    for each in (symbol, *[0] * zeros):
        factor = _TIMES[each ^ remainder[0]]
        shifted = [*remainder[1:], 0]
        remainder = [r ^ factor[g] for r, g in zip(shifted, generator, strict=True)]
    return tuple(remainder)


@cache
def _generator(count: int) -> Symbols:
    """Return the polynomial with the roots a^0 … a^(count-1), without its leading 1."""
    generator = [1]
    for power in range(count):
        shifted, scaled = [*generator, 0], [0, *(_TIMES[_EXP[power]][g] for g in generator)]
        generator = [a ^ b for a, b in zip(shifted, scaled, strict=True)]
    return tuple(generator[1:])


def _locator(n: int, place: int) -> int:
    return _EXP[n - 1 - place]


def _syndromes(word: Sequence[int | None], check: int) -> list[int]:
    shares, packed = _shares(check), 0
    for place, symbol in enumerate(reversed(word)):
        if symbol:
            packed ^= shares[place][symbol]
    return [packed >> BITS * power & 31 for power in range(check)]


@cache
def _shares(check: int) -> list[list[int]]:
    """Return what a symbol adds to all syndromes in one number, by its place from the end and its value."""
    return [
        [
            sum(_TIMES[_EXP[place * power % ORDER]][symbol] << BITS * power for power in range(check))
            for symbol in range(32)
        ]
        for place in range(ORDER)
    ]


def _eliminate(syndromes: list[int], locator: int) -> list[int]:
    times = _TIMES[locator]
    return [after ^ times[before] for before, after in pairwise(syndromes)]


def _explanations(syndromes: list[int], locators: list[int], count: int) -> Iterator[list[int]]:
    """Yield the sets of `count` locators, each in the order given, that explain the syndromes alone."""
    if count == 0:
        if not any(syndromes):
            yield []
    elif count == 1:
        yield from _single_explanation(syndromes, locators)
    else:
        for index in range(len(locators) - count + 1):
            left = _eliminate(syndromes, locators[index])
            for others in _explanations(left, locators[index + 1 :], count - 1):
                yield [locators[index], *others]


def _single_explanation(syndromes: list[int], locators: list[int]) -> Iterator[list[int]]:
    if syndromes[0] == 0:
        return
    if len(syndromes) == 1:
        # Nothing left to distinguish one place from another: the caller's MAC has to.
        yield from ([locator] for locator in locators)
        return
    locator = _TIMES[syndromes[1]][_INVERSE[syndromes[0]]]
    if locator in locators and not any(_eliminate(syndromes, locator)):
        yield [locator]


def _corrected(word: Sequence[int | None], syndromes: list[int], locators: list[int]) -> Symbols:
    corrected = [symbol or 0 for symbol in word]
    for locator in locators:
        left, scale = syndromes, 1
        for other in locators:
            if other != locator:
                left = _eliminate(left, other)
                scale = _TIMES[scale][locator ^ other]
        place = len(word) - 1 - _LOG[locator]
        corrected[place] ^= _TIMES[left[0]][_INVERSE[scale]]
    return tuple(corrected)
