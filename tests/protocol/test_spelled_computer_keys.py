import pytest
from protocol_samples import BINDING, KEYS, PUBLIC_KEY, SHORT_KEY, SIGNED_KEY
from vector_spellings import READ, REFUSED

from keyferry.protocol.computer_key import Style
from keyferry.protocol.errors import MalformedCode
from keyferry.protocol.repair import read_short, read_signed, whole_key


def read(text: str, style: Style):
    if style is Style.SHORT:
        return read_short(text, BINDING, KEYS.short_computer_key)
    return read_signed(text, BINDING, PUBLIC_KEY)


@pytest.mark.parametrize(("style", "key"), [(Style.SHORT, SHORT_KEY), (Style.SIGNED, SIGNED_KEY)])
def test_every_spelling_of_a_computer_key_is_read(style, key):
    for how, spelled in READ.items():
        found = read(spelled(key), style)
        assert (found.text, found.corrections) == (key, ()), how
        assert whole_key(spelled(key), style) == key, how


@pytest.mark.parametrize(("style", "key"), [(Style.SHORT, SHORT_KEY), (Style.SIGNED, SIGNED_KEY)])
def test_no_computer_key_in_a_text_is_repaired(style, key):
    for how, spelled in REFUSED.items():
        with pytest.raises(MalformedCode):
            read(spelled(key), style)
        assert whole_key(spelled(key), style) is None, how
