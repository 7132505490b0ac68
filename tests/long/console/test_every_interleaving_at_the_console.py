"""Keys that follow each other more or less quickly: whatever the server has answered between them."""

import random

import pytest

from tests.console.person import at_the_console

KEYS = (
    *("d", "f4", "n", "e", "r", "h", "k", "c", "s", "f", "x", "slash", "escape", "escape", "enter", "tab"),
    *("shift+tab", "f3", "f5", "f1", "f2", "ctrl+p", "1", "2", "3", "4", "5", "6", "f8", "down", "up"),
    *("pagedown", "m", "delete", "l", "space", "u", "v", "a", "t", "o", "p", "g"),
)
# One after the other, with so many rounds of messages between each two.
AT_ONCE = ("n escape e", "e escape n", "n shift+tab enter escape escape e", "ctrl+p escape d", "a escape x")


@pytest.fixture
def sold(vendor) -> None:
    for number in range(3):
        key = vendor.issue(customer=f"a{number}@example.com", features=("export",))
        vendor.activate(vendor.machine(key))


@pytest.mark.parametrize("keys", AT_ONCE)
async def test_a_dialog_that_is_closed_before_it_is_filled_does_no_harm(sold, administrator, keys):
    for rounds in range(0, 12, 2):
        async with at_the_console(administrator) as person:
            for key in keys.split():
                person.app.simulate_key(key)
                for _ in range(rounds):
                    await person.pilot.pause(0)
            await person.settled()
            assert person.step


@pytest.mark.parametrize("seed", range(4))
async def test_any_keys_in_any_tempo_leave_the_console_running(
    sold, administrator, seed, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    chosen = random.Random(seed)
    async with at_the_console(administrator) as person:
        for _ in range(120):
            person.app.simulate_key(chosen.choice(KEYS))
            for _ in range(chosen.choice([0, 0, 1, 2, 5])):
                await person.pilot.pause(0)
        await person.settled()
        assert person.step
