"""Refusals before and after the tap have words of their own."""

from demo.browser import Phone
from tests.end_to_end.test_refusals import words

__all__ = ["words"]


def out_of_seats(phone: Phone, words: dict) -> None:
    assert phone.problem() == "no_seat_left"
    # The page knows how many seats there are, and counts them.
    assert phone.heading == words["no_seat_left"]["counted"]["one"]


def test_no_seat_left_meets_its_own_words_before_and_after_the_tap(stage, words):
    license = stage.vendor.issue("SHORT", "--seats", "1")
    first, second = (
        stage.machine(name, "SHORT").run("request", license)["url"] for name in ("FIRST", "SECOND")
    )
    with stage.scanned(first) as quick, stage.scanned(second) as slow:
        slow.sees("confirm-activate")
        quick.tap()
        quick.sees("key")
        slow.tap()
        out_of_seats(slow, words)
    with stage.scanned(second) as phone:
        out_of_seats(phone, words)
    assert stage.vendor.seats(license) == (1, 1)
