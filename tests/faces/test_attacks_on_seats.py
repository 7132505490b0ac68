"""Attacks on the count of seats that worked once, performed again: each must fail."""

from keyferry.server.core.licensing.release_limits import REPLACEMENTS


def test_two_served_epochs_that_take_turns_give_no_more_replacements_than_one(vendor, app):
    """Each change to the newer epoch once passed for an upgrade, so one machine got twice as many."""
    vendor.rotate()
    key, phone, answers = vendor.issue(seats=50), app.test_client(), []
    for number in range(2 * REPLACEMENTS.per_machine + 4):
        machine = vendor.machine(key, epoch=1 + number % 2)
        answers.append(phone.post("/phone/v1/activations", json={"token": machine.activation_token}))
    # The first takes the seat: a newer epoch excuses nobody from proof.
    given = [answer.status_code == 200 for answer in answers]
    assert given == [number < 1 + REPLACEMENTS.per_machine for number in range(len(answers))]
    assert answers[-1].json["code"] == "computer_looks_the_same"


def test_an_epoch_that_was_released_before_is_no_upgrade(vendor):
    vendor.rotate()
    key = vendor.issue()
    newer, older, newer_again = (vendor.machine(key, epoch=epoch) for epoch in (2, 1, 2))
    vendor.activate(newer)
    vendor.release(newer)
    vendor.activate(older)
    vendor.activate(newer_again)
    assert vendor.release(newer_again).recorded == "claimed"
