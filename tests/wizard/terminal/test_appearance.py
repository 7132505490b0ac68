"""How it looks: QR codes that a phone reads, everything inside 80 by 24, and nothing said by color alone."""

from dataclasses import dataclass, field
from functools import cache

import pytest
import zxingcpp

from demo.terminal_picture import Cell, cells_of, picture_of
from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_key import Style
from keyferry.wizard.terminal.app import WizardApp
from keyferry.wizard.terminal.opening import THEMES, theme_of
from tests.wizard.parts import Machine, Vendor
from tests.wizard.terminal.codes_on_screen import modules_on, without_margins
from tests.wizard.terminal.person import SMALL, Person, tell

READABLE = 4.5
STEPS = {
    *("Home", "ActivationKey", "Scan", "CodeTrouble", "CodePicture", "ComputerKey", "LicenseFile"),
    *("Done", "Deactivate", "Question", "Released"),
}
both_themes = pytest.mark.parametrize("theme", THEMES)


def decoded(app: WizardApp) -> str:
    [found] = zxingcpp.read_barcodes(picture_of(app))
    return found.text


def is_whole(person: Person) -> bool:
    """Whether nothing has to be scrolled, and no choice is cut off."""
    return all(scrolled.max_scroll_y == 0 for scrolled in person.screen.query("#body, #aside"))


def test_the_code_on_the_screen_is_read(machine, vendor, key):
    """In the theme of a light terminal; the long tests have each theme on a large terminal, too."""
    read_the_code(machine, vendor, key, theme="light", size=SMALL, language="en")


def read_the_code(machine: Machine, vendor: Vendor, key: ActivationKey, **look: object) -> None:
    vendor.server_url = "https://keys.example.co"
    begun = machine.control().begin(key, "LAB-PC-07-AB")

    async def story(person: Person) -> None:
        await person.choose("go_on")
        assert decoded(person.app) == begun.url
        await person.press("f2")
        assert decoded(person.app) == begun.url
        await person.press("f4")
        assert decoded(person.app) == begun.url
        await person.press("space")
        assert person.step == "Scan"
        await person.press("escape")
        await person.give_up()
        assert decoded(person.app) == machine.control().show_code().url

    tell(machine, story, **look)


def test_a_small_terminal_has_a_quiet_zone_step_marks_and_buttons_of_three_rows(machine, vendor, key):
    vendor.server_url = "https://keys.example.com"
    machine.control().begin(key, "LAB-PC-07")

    async def story(person: Person) -> None:
        await person.choose("go_on")
        _, (above, below, left, right) = without_margins(modules_on(person.app))
        assert min(above, below) >= 3
        assert min(left, right) >= 4
        assert "Step 2 of 4 ■■□□" in person.lines[0]
        button = person.screen.query_one("#type_key")
        assert (button.region.height, button.is_filled) == (3, True)
        await person.press("enter")
        assert "Step 3 of 4 ■■■□" in person.lines[0]

    tell(machine, story)


@both_themes
def test_the_code_is_read_where_colors_are_not_wanted(machine, key, theme, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    begun = machine.control().begin(key)

    async def story(person: Person) -> None:
        await person.choose("go_on")
        if theme == "terminal":
            # No color at all: the person may have to invert it, which F3 does.
            assert "F3 swaps black and white" in person.sees
            assert is_whole(person)
            [found] = zxingcpp.read_barcodes(picture_of(person.app), try_invert=True)
            assert found.text == begun.url
        else:
            assert decoded(person.app) == begun.url

    tell(machine, story, theme=theme)


def test_black_and_white_can_be_exchanged_for_a_terminal_that_knows_no_colors(machine, key):
    machine.control().begin(key)

    async def story(person: Person) -> None:
        await person.choose("go_on")
        before = person.lines[12][:45]
        await person.press("f3")
        exchanged = str.maketrans(" █▀▄", "█ ▄▀")
        assert person.lines[12][:45] == before.translate(exchanged)

    tell(machine, story)


@dataclass
class Inspection:
    """Looks at each step of a whole life: does it fit, can it be read, does its help?"""

    person: Person
    vendor: Vendor
    machine: Machine
    seen: set[str] = field(default_factory=set)

    async def look(self) -> None:
        person = self.person
        step = person.step
        self.seen.add(step)
        assert is_whole(person), f"{step} does not fit: {person.sees}"
        assert faint_cells(person.app) == set(), step
        await person.press("f1")
        assert person.step == "Help"
        assert is_whole(person), f"the help of {step} does not fit"
        await person.press("escape")
        assert person.step == step

    async def choose(self, *names: str) -> None:
        for name in names:
            await self.person.choose(name)
            await self.look()

    async def request(self, key: str) -> None:
        await self.look()
        await self.choose("activate")
        await self.person.paste(key[:7] + key[8] + key[7] + key[9:])
        await self.look()
        await self.person.press("ctrl+u")
        await self.person.paste(key)
        await self.person.paste("LAB-PC-07-AB")
        await self.choose("continue", "trouble", "picture")
        await self.person.press("escape", "escape")

    async def activate(self) -> None:
        await self.choose("type_key")
        await self.person.paste("A" * 5 * self.person.typed.count)
        await self.look()
        await self.person.press("escape")
        await self.choose("use_file")
        await self.person.press("escape", "escape", "escape")
        await self.choose("go_on", "trouble", "rejected", "no")
        await self.person.press("escape", "escape")
        await self.choose("type_key")
        issued = self.vendor.computer_key(self.machine.control().pending())
        await self.person.paste("?" + issued[1:])
        await self.look()

    async def deactivate(self) -> None:
        await self.choose("home", "deactivate", "yes")


def test_every_step_fits_a_small_terminal_and_can_be_read(machine, vendor, key):
    """With a short key, in English; the long tests have the other style and language, too."""
    inspect_every_step(machine, vendor, key, "en", Style.SHORT)


def inspect_every_step(
    machine: Machine, vendor: Vendor, key: ActivationKey, language: str, style: Style
) -> None:
    vendor.style = style

    async def story(person: Person) -> None:
        inspection = Inspection(person, vendor, machine)
        await inspection.request(key.text)
        await inspection.activate()
        await inspection.deactivate()
        assert inspection.seen == STEPS

    tell(machine, story, language=language, theme="dark" if language == "en" else "light")


def test_the_focus_and_what_is_doubtful_are_shown_without_color(machine, vendor, key):
    machine.control().begin(key)

    async def story(person: Person) -> None:
        [marked] = [line for line in person.lines if "►" in line]
        assert "► Show the QR code again" in marked
        await person.press("down")
        [marked] = [line for line in person.lines if "►" in line]
        assert "► Type the computer key" in marked
        await person.press("enter")
        assert "╔═ 1 ═══╗" in person.lines_joined
        assert "┌─ 2 ───┐" in person.lines_joined

    tell(machine, story)


def test_without_colors_the_focus_is_a_bar_and_what_takes_away_has_a_frame_of_its_own(
    machine, vendor, key, monkeypatch
):
    monkeypatch.setenv("NO_COLOR", "1")
    begun = machine.control().begin(key)
    machine.control().complete(vendor.computer_key(begun))

    async def story(person: Person) -> None:
        focused = person.app.focused
        assert (focused.id, focused.region.height) == ("renew", 2)
        for line in cells_of(person.app)[focused.region.y : focused.region.bottom]:
            grounds = {cell.ground for cell in line[focused.region.x : focused.region.right]}
            assert grounds != {cell.ground for cell in line[: focused.region.x]}
            assert len(grounds) == 1
        await person.choose("deactivate")
        assert "╔" in person.lines_joined
        await person.choose("yes")
        assert person.step == "Released"
        assert is_whole(person)

    tell(machine, story, theme="terminal")


def test_the_arrows_reach_each_choice_of_a_screen_that_does_not_fit(machine, key):
    machine.control().begin(key)

    async def story(person: Person) -> None:
        assert not is_whole(person)
        for words in ("Type the computer key", "Use a license file", "Use another", "Deactivate"):
            await person.press("down")
            await person.pilot.wait_for_scheduled_animations()
            assert f"► {words}" in person.sees
        for _ in range(4):
            await person.press("up")
        await person.pilot.wait_for_scheduled_animations()
        assert "► Show the QR code again" in person.sees

    tell(machine, story, size=(50, 14))


def faint_cells(app: WizardApp) -> set[Cell]:
    """Return the characters that do not stand out; the lines of boxes and their empty places need not."""
    cells = (cell for line in cells_of(app) for cell in line)
    return {
        cell
        for cell in cells
        if cell.character.strip(" ·─│┌┐└┘") and contrast(cell.color, cell.ground) < READABLE
    }


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@cache
def luminance(color: tuple[int, int, int]) -> float:
    linear = [v / 12.92 if (v := part / 255) <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for part in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_theme_follows_the_key_and_the_terminal(machine):
    async def story(person: Person) -> None:
        themes = []
        for _ in range(3):
            await person.press("f2")
            themes.append(person.app.theme)
        assert themes == ["wizard-light", "wizard-terminal", "wizard-dark"]

    tell(machine, story)
    assert theme_of({"COLORFGBG": "0;15"}) == theme_of({"COLORFGBG": "0;default;7"}) == "light"
    assert theme_of({"COLORFGBG": "15;0"}) == theme_of({}) == "dark"
    assert (
        theme_of({"TERM": "xterm-256color"})
        == theme_of({"TERM": "xterm", "COLORTERM": "truecolor"})
        == "dark"
    )
    # GNU screen hands on what the terminal around it can, not what it can itself.
    assert theme_of({"TERM": "linux"}) == theme_of({"TERM": "screen", "COLORTERM": "24bit", "STY": "1"})
    assert theme_of({"TERM": "linux"}) == "terminal"


def test_the_bar_of_keys_can_be_clicked(machine):
    async def story(person: Person) -> None:
        await person.pilot.click("KeyHint")
        await person.settled()
        assert person.step == "Help"
        await person.press("escape")
        assert person.step == "Home"
        await person.press("question_mark")
        assert person.step == "Help"
        await person.press("f1")
        assert person.step == "Home"

    tell(machine, story)
