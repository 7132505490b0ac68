"""Short codes by their check group alone: what is repaired, what is only suggested, what is recognized."""

from itertools import combinations, permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_samples import (
    BINDING,
    CLAIMS,
    KEYS,
    MACHINE,
    PRIVATE_KEY,
    PROPERTY,
    PUBLIC_KEY,
    SHORT_KEY,
    SIGNED_KEY,
    bare,
    dashed,
    random_text,
    with_wrong,
)

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import grouped
from keyferry.protocol.codes import Kind, encode, read
from keyferry.protocol.computer_id import ComputerId, read_computer_id
from keyferry.protocol.computer_key import issue_short
from keyferry.protocol.deactivation import read_deactivation_code
from keyferry.protocol.errors import MalformedCode
from keyferry.protocol.reed_solomon import ORDER, codewords_near
from keyferry.protocol.repair import read_short, read_signed

CODES = {
    Kind.ACTIVATION_KEY: MACHINE.activation_key.text,
    Kind.COMPUTER_ID: MACHINE.computer_id.text,
    Kind.COMPUTER_KEY: SHORT_KEY,
    Kind.DEACTIVATION_CODE: MACHINE.code.text,
}
READERS = {
    Kind.ACTIVATION_KEY: ActivationKey.from_text,
    Kind.COMPUTER_ID: read_computer_id,
    Kind.COMPUTER_KEY: lambda text: read_short(text, BINDING, KEYS.short_computer_key),
    Kind.DEACTIVATION_CODE: read_deactivation_code,
}
AK = CODES[Kind.ACTIVATION_KEY]
CID = CODES[Kind.COMPUTER_ID]


def suggestion(reader, text):
    with pytest.raises(MalformedCode) as caught:
        reader(text)
    return caught.value.suggestion


def distance(word):
    """The least number of symbols in which a codeword differs from `word`, by trying every set of places."""
    return next(
        errors
        for errors in range(6)
        if next(iter(codewords_near(word, check=5, errors=errors)), None) is not None
    )


def difference(one: Kind, other: Kind, shift: int = 0) -> list[int]:
    """What the two constants leave of a code of one kind, read as the other, `shift` places to the left.

    At the full length the code is cyclic, and every shorter code is part of it.
    """
    word = [0] * ORDER
    for place in range(5):
        word[ORDER - 5 + place] ^= one.constant[place]
        word[(ORDER - 5 + place - shift) % ORDER] ^= other.constant[place]
    return word


@pytest.mark.parametrize(("one", "other"), list(combinations(Kind, 2)))
def test_no_code_is_within_three_symbols_of_a_code_of_another_kind(one, other):
    assert distance(difference(one, other)) >= 4


@pytest.mark.parametrize("shift", [-2, -1, 1, 2])
@pytest.mark.parametrize(("one", "other"), list(combinations(Kind, 2)))
def test_nor_within_two_symbols_where_characters_are_missing_or_too_many(one, other, shift):
    assert distance(difference(one, other, shift)) >= 3


@pytest.mark.parametrize("kind", Kind)
def test_a_code_that_is_shifted_by_a_place_is_no_code_of_its_kind(kind):
    assert distance(difference(kind, kind, 1)) >= 2


@pytest.mark.parametrize(("typed", "wanted"), list(permutations(Kind, 2)))
def test_a_code_typed_where_another_belongs_is_recognized(typed, wanted):
    with pytest.raises(
        MalformedCode, match=f"^This is the {typed.words}. Type the {wanted.words} here."
    ) as caught:
        READERS[wanted](CODES[typed])
    assert caught.value.code == wanted.malformed
    assert caught.value.suggestion is None


@pytest.mark.parametrize("kind", [Kind.ACTIVATION_KEY, Kind.COMPUTER_ID, Kind.DEACTIVATION_CODE])
def test_another_code_is_recognized_where_a_signed_key_belongs(kind):
    with pytest.raises(MalformedCode, match=f"This is the {kind.words}"):
        read_signed(CODES[kind].lower(), BINDING, PUBLIC_KEY)


@pytest.mark.parametrize("kind", Kind)
def test_the_constant_of_a_kind_distinguishes_it_from_a_bare_check_group(kind):
    plain = [*encode(kind, (0,) * kind.content)]
    assert plain == [0] * kind.content + list(kind.constant)
    assert distance(plain) >= 3


@pytest.mark.parametrize("kind", Kind)
@PROPERTY
@given(data=st.data())
def test_a_code_typed_right_is_read_without_corrections(kind, data):
    content = tuple(data.draw(st.lists(st.integers(0, 31), min_size=kind.content, max_size=kind.content)))
    reading = read(kind, grouped(encode(kind, content)))
    assert (reading.content, reading.corrections) == (content, ())


@pytest.mark.parametrize("kind", Kind)
def test_content_of_another_length_is_not_encoded(kind):
    with pytest.raises(ValueError, match=f"{kind.content} symbols"):
        encode(kind, (0,) * (kind.content - 1))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("nothing", ["", " ", "---", "\n"])
def test_nothing_typed_is_answered_with_what_to_type(kind, nothing):
    with pytest.raises(MalformedCode, match=f"^Type the {kind.words}") as caught:
        READERS[kind](nothing)
    assert caught.value.code == kind.malformed


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "rubbish", ["A" * 1_000_000, "AB\x00CD", "\ud800" * 25, "?" * 25, "🔑" * 25, "A", "-" * 90]
)
def test_rubbish_is_malformed_and_nothing_else(kind, rubbish):
    with pytest.raises(MalformedCode) as caught:
        READERS[kind](rubbish)
    assert caught.value.code == kind.malformed


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("change", "said"), [(-3, "too short"), (3, "too long")])
def test_a_code_of_the_wrong_length_is_answered_with_its_length(kind, change, said):
    text = random_text(kind.length + change, Random(1))
    with pytest.raises(
        MalformedCode,
        match=f"{said}: the {kind.words} has {kind.length} characters, "
        f"and you typed {kind.length + change}\\. Compare ",
    ):
        READERS[kind](text)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("kind", [Kind.ACTIVATION_KEY, Kind.COMPUTER_ID])
def test_one_or_two_wrong_characters_lead_to_a_suggestion(kind, count):
    random = Random(2)
    for places in combinations(range(25), count):
        assert suggestion(READERS[kind], with_wrong(CODES[kind], places, random)) == CODES[kind]


def test_two_transposed_characters_of_an_activation_key_lead_to_a_suggestion():
    text = bare(AK)
    for place in range(24):
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        if swapped != text:
            assert suggestion(ActivationKey.from_text, dashed(swapped)) == AK


@pytest.mark.parametrize("places", list(combinations(range(0, 25, 3), 3)))
def test_three_unreadable_characters_of_an_activation_key_lead_to_a_suggestion(places):
    text = "".join("?" if place in places else letter for place, letter in enumerate(bare(AK)))
    assert suggestion(ActivationKey.from_text, dashed(text)) == AK


def test_a_wrong_and_an_unreadable_character_of_an_activation_key_lead_to_a_suggestion():
    random = Random(4)
    for wrong, unreadable in permutations(range(25), 2):
        text = bare(with_wrong(AK, [wrong], random))
        assert suggestion(ActivationKey.from_text, text[:unreadable] + "?" + text[unreadable + 1 :]) == AK


@pytest.mark.parametrize("damage", ["?????", "????"])
def test_an_activation_key_is_not_guessed_where_little_of_its_check_group_is_left(damage):
    assert suggestion(ActivationKey.from_text, damage + bare(AK)[len(damage) :]) is None


@pytest.mark.parametrize("place", range(25))
@pytest.mark.parametrize("separator", ["-", ""])
@pytest.mark.parametrize("times", [0, 2], ids=["missing", "doubled"])
def test_a_missing_or_doubled_character_of_an_activation_key_leads_to_a_suggestion(place, separator, times):
    groups = AK.split("-")
    group, within = divmod(place, 5)
    letters = groups[group]
    groups[group] = letters[:within] + letters[within] * times + letters[within + 1 :]
    assert suggestion(ActivationKey.from_text, separator.join(groups)) == AK


@pytest.mark.thorough
@pytest.mark.parametrize("wrong", [3, 4, 5])
def test_more_wrong_characters_seldom_lead_to_a_wrong_suggestion(wrong):
    """Who is asked "Did you mean …?" believes it: at most one such question in twenty may be mistaken."""
    random = Random(wrong)
    texts = [with_wrong(AK, random.sample(range(25), wrong), random) for _ in range(40)]
    mistaken = [text for text in texts if suggestion(ActivationKey.from_text, text) is not None]
    assert len(mistaken) <= 2


@pytest.mark.parametrize("group", range(5))
def test_an_unreadable_group_of_a_computer_id_leads_to_a_suggestion_for_its_tag_to_judge(group):
    groups = CID.split("-")
    groups[group] = "?????"
    assert suggestion(read_computer_id, "-".join(groups)) == CID


@PROPERTY
@given(st.integers(1, 31), st.integers(0, 2**40 - 1), st.integers(0, 2**40 - 1), st.integers(0, 2**15 - 1))
def test_a_computer_id_survives_being_typed(epoch, fingerprint, commitment, tag):
    computer_id = ComputerId(epoch, fingerprint, commitment, tag)
    assert read_computer_id(computer_id.text) == computer_id
    assert ComputerId.from_symbols(computer_id.symbols) == computer_id


@PROPERTY
@given(st.binary(min_size=12, max_size=12))
def test_an_activation_key_survives_being_typed(entropy):
    key = ActivationKey.generate(entropy)
    assert ActivationKey.from_text(key.text) == key
    assert key.last_group == key.text[-5:]
    assert key.text.startswith("1")


def test_an_activation_key_holds_95_of_its_96_random_bits():
    one = ActivationKey.generate(bytes(12))
    assert ActivationKey.generate(bytes(11) + b"\x01") == one
    assert ActivationKey.generate(bytes(11) + b"\x02") != one
    with pytest.raises(ValueError, match="12 random bytes"):
        ActivationKey.generate(bytes(11))


def test_two_wrong_characters_of_a_deactivation_code_are_repaired_for_the_commitment_to_judge():
    random = Random(6)
    code = CODES[Kind.DEACTIVATION_CODE]
    for places in combinations(range(15), 2):
        read_code = read_deactivation_code(with_wrong(code, places, random))
        assert read_code == MACHINE.code
        assert len(read_code.corrections) == 2


def test_a_short_and_a_signed_key_typed_into_a_product_of_the_other_style_are_malformed():
    with pytest.raises(MalformedCode) as caught:
        read_short(SIGNED_KEY, BINDING, KEYS.short_computer_key)
    assert caught.value.code == "malformed_computer_key"
    with pytest.raises(MalformedCode, match=r"120 characters.* 30\."):
        read_signed(issue_short(BINDING, CLAIMS, KEYS.short_computer_key), BINDING, PRIVATE_KEY.public_key())
