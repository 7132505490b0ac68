from __future__ import annotations

import pytest

from keyferry.server.core.customers.contacts import (
    address_to_write_to,
    find_or_add_customer,
    normalized_email,
)
from keyferry.server.core.errors import Malformed
from keyferry.server.db import transaction

# As people write them, and as browsers send them.
DOMAINS = {
    "einkauf@müller.example": "einkauf@xn--mller-kva.example",
    "ada@straße.example": "ada@xn--strae-oqa.example",
    "office@長谷川.example.jp": "office@xn--5rts54h71f.example.jp",
    "a@mail.пример.example": "a@mail.xn--e1afmkfd.example",
}


@pytest.mark.parametrize(("written", "sent"), DOMAINS.items())
def test_a_domain_is_the_same_as_people_write_it_and_as_browsers_send_it(written, sent):
    assert normalized_email(sent) == normalized_email(sent.upper()) == normalized_email(written) == written
    assert address_to_write_to(written) == sent


def test_a_customer_is_found_by_either(app, clock):
    written, sent = next(iter(DOMAINS.items()))
    with transaction() as session:
        assert find_or_add_customer(session, sent, now=clock.now) is find_or_add_customer(
            session, written, now=clock.now
        )


@pytest.mark.parametrize("label", ["", "99999999999", "a", "zz-", "ü"])
def test_what_stands_for_nothing_stays_as_it_is(label):
    address = f"a@xn--{label}.example"
    assert normalized_email(address) == address


def test_letters_with_marks_are_the_same_however_they_are_made():
    assert normalized_email("a@mu\u0308ller.example") == "a@müller.example"


@pytest.mark.parametrize("name", ["mller-2pa", "muller-xyd", "k-nga", "mller-kva", "strae-oqa"])
def test_an_address_that_is_read_again_is_the_same(name):
    once = normalized_email(f"a@xn--{name}.example")
    assert normalized_email(once) == once


def test_full_stops_and_letters_of_other_keyboards_are_taken_for_ours():
    assert normalized_email("a@ｍail。müller。example") == "a@mail.müller.example"


def test_a_domain_that_is_too_long_for_a_mail_server_is_refused():
    with pytest.raises(Malformed):
        normalized_email(f"a@{'.'.join(['ü' * 40] * 6)}")


def test_nothing_can_be_hidden_in_a_domain():
    # The domain of this would read "a, b".
    with pytest.raises(Malformed):
        normalized_email("a@a, b")
    hidden = "a@xn--" + "\u202e".encode("punycode").decode() + ".example"
    assert normalized_email(hidden) == hidden
