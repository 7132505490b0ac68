"""One peer is one peer, however its address is spelled."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.peers import UNKNOWN, network_of, normal


@pytest.mark.parametrize(
    "spelled",
    [
        "203.0.113.9",
        " 203.0.113.9 ",
        "203.0.113.9:51234",
        "203.0.113.9:",
        '"203.0.113.9:51234"',
        "[203.0.113.9]:51234",
        "::ffff:203.0.113.9",
        "::FFFF:CB00:7109",
        "0:0:0:0:0:ffff:cb00:7109",
        "[::ffff:203.0.113.9]",
        "[::ffff:203.0.113.9]:51234",
        "::ffff:203.0.113.9%eth0",
        "::ffff:0:203.0.113.9",
        "64:ff9b::203.0.113.9",
        "64:FF9B::cb00:7109",
        '"[64:ff9b::cb00:7109]:51234"',
    ],
)
def test_every_spelling_of_an_ipv4_address_is_that_address(spelled):
    assert normal(spelled) == "203.0.113.9"
    assert network_of(spelled) == "203.0.113.9"
    assert By(Channel.PORTAL, address=spelled) == By(Channel.PORTAL, address="203.0.113.9")


def test_the_networks_that_an_ipv4_address_has_by_6to4_are_that_address():
    networks = {network_of(f"2002:cb00:7109:{number:x}::1") for number in (0, 1, 0xFFFF)}
    assert networks == {"203.0.113.9"}


@pytest.mark.parametrize(
    "spelled",
    [
        "2001:db8::17",
        "2001:0DB8:0:0:0:0:0:17",
        "[2001:db8::17]",
        "[2001:db8::17]:443",
        "[2001:DB8::17%25eth0]:443",
        "2001:db8::17%eth0",
        "2001:db8:0:0:0:0:0:17:51234",
        "2001:db8::17:51234",
    ],
)
def test_every_spelling_of_an_ipv6_address_is_that_address_and_its_customers_network(spelled):
    assert normal(spelled) == "2001:db8::17"
    assert network_of(spelled) == "2001:db8::/64"


@pytest.mark.parametrize(
    "spelled",
    [
        *("", "unknown", "_hidden", "unix:", "localhost", "[", "[]", ":", "%", "[%]:1", "\0", "1" * 10_000),
        *("203.0.113.9.1", "203.0.113.09", "127.1", "0x7f000001", "2130706433", "٣.٣.٣.٣", "1:2:3", "::g"),
    ],
)
def test_what_is_no_address_is_one_peer(spelled):
    assert normal(spelled) == network_of(spelled) == UNKNOWN
    assert By(Channel.PORTAL, address=spelled).address == UNKNOWN


def test_ipv4_peers_of_a_translator_do_not_share_a_network():
    for prefix in ("::ffff:", "::ffff:0:", "64:ff9b::", "64:ff9b:1::"):
        assert network_of(f"{prefix}203.0.113.9") != network_of(f"{prefix}198.51.100.1")


def test_who_has_no_address_is_not_who_has_an_unreadable_one():
    assert By(Channel.CONSOLE).address is None
    assert network_of(None) != UNKNOWN


@settings(max_examples=50)
@given(st.ip_addresses().map(str) | st.text(max_size=60))
def test_the_normal_form_is_its_own_normal_form_and_fits_its_column(text):
    once = normal(text)
    assert normal(once) == once
    assert network_of(once) == network_of(text)
    assert len(once) <= 39
