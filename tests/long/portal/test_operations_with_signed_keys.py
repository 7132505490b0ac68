"""What staff do all day, with a key that is six times as long."""

from tests.portal.test_operations import answer_a_call


def test_a_customer_calls_and_gets_a_key_that_is_read_out_copied_and_saved(desk, house):
    answer_a_call(house, house.signed, desk())
