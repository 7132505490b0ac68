"""The ways to the vendor's support: what a person reads, and what a tap opens."""

import pytest

from keyferry.server.core.brand.contact import Contact
from keyferry.server.web.ways import ways_to


def test_nobody_is_named_where_no_property_names_anybody():
    assert ways_to(Contact()) == ()


def test_each_way_has_its_picture_its_words_and_its_address():
    ways = ways_to(Contact("help@example.com", "+1 555 0142", "https://example.com/help/"))
    assert [(way.picture, way.text, way.address) for way in ways] == [
        ("mail", "help@example.com", "mailto:help@example.com"),
        ("phone", "+1 555 0142", "tel:+15550142"),
        ("globe", "example.com/help", "https://example.com/help/"),
    ]


@pytest.mark.parametrize(
    ("email", "address"),
    [
        ("a?cc=b&c#d@example.com", "mailto:a%3Fcc%3Db%26c%23d@example.com"),
        ("hilfe@müller.example", "mailto:hilfe@xn--mller-kva.example"),
    ],
)
def test_an_email_address_stays_one_address(email, address):
    [way] = ways_to(Contact(email=email))
    assert (way.text, way.address) == (email, address)


@pytest.mark.parametrize(
    ("phone", "address"),
    [
        ("(555) 0142", "tel:5550142"),
        ("(+49) 30-1234", "tel:+49301234"),
        ("+49 (0) 30 1234", "tel:+49301234"),
        ("(0) 30 1234", "tel:0301234"),
    ],
)
def test_a_phone_number_is_dialed_without_what_only_helps_to_read_it(phone, address):
    [way] = ways_to(Contact(phone=phone))
    assert (way.text, way.address) == (phone, address)
