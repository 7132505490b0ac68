"""Refusals before and after the tap have words of their own."""

from tests.end_to_end.test_refusals import refused, words

__all__ = ["words"]


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
        refused(slow, words, "no_seat_left")
    with stage.scanned(second) as phone:
        refused(phone, words, "no_seat_left")
    assert stage.vendor.seats(license) == (1, 1)
