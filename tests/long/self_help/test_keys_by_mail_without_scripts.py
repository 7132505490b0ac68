"""License keys by mail, asked for by a browser without scripts."""

from tests.self_help.test_keys_by_mail import ask_for_keys


def test_a_customer_gets_their_keys_and_a_stranger_nothing_without_scripts(house, customer, root):
    ask_for_keys(house, customer, root, scripts=False)
