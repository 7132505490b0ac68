"""How it looks: everything inside 80 by 24, in every theme, and nothing that cannot be read."""

from dataclasses import dataclass, field
from datetime import date
from functools import cache

import pytest
from rich.cells import cell_len
from textual.widgets import Input, Static

from demo.terminal_picture import cells_of
from keyferry.server.core.audit import By
from keyferry.server.core.brand.colors import LEGIBLE, contrast
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import batches
from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import Role
from keyferry.server.faces.console import themes
from keyferry.server.faces.console.opening import THEMES
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.services import issuing
from keyferry.wizard.terminal import themes as wizard_themes
from tests.conftest import Vendor
from tests.console.person import Person, at_the_console

pytestmark = pytest.mark.usefixtures("mail_works")

# What is not offered at the moment, and what stands behind a dialog, is faint on purpose.
DIALOGS = {
    *("Help", "Palette", "Activate", "ComputerKey", "SaveFile", "SaveTable", "MailKey", "Deactivate"),
    *("Notice", "Create", "Edit", "Renew", "Suspend", "ReplaceKey", "Property"),
    *("EditCustomer", "MergeCustomer", "DeleteCustomer", "AddProduct", "AddFeatures"),
    *("ChangeMany", "MailLicenseKey", "MailAllKeys", "SaveData", "SaveProfile"),
    *("SavedViews", "History", "Mails", "StartEpoch", "RetireEpoch"),
    *("Columns", "Batches", "Issued", "SendAllAgain", "PublicKey", "SavePublicKey", "Filter"),
}
both_themes = pytest.mark.parametrize("theme", list(THEMES)[:2])


@cache
def is_legible(color: tuple[int, int, int], ground: tuple[int, int, int]) -> bool:
    return contrast(f"#{bytes(color).hex()}", f"#{bytes(ground).hex()}") >= LEGIBLE


@dataclass
class Inspection:
    """Looks at each dialog: is it whole, can every word of it be read?"""

    person: Person
    looked_at: set[str] = field(default_factory=set)

    def look(self) -> None:
        person = self.person
        self.looked_at.add(person.step)
        frame = person.app.screen.query_one("#frame").region
        width, height = person.app.size
        assert frame.right <= width, person.step
        assert frame.bottom <= height, person.step
        assert frame.y >= 0, person.step
        assert person.app.focused is not None, person.step
        shown = [button for button in person.app.screen.query(ActionButton) if button.display]
        filled = [button.label for button in shown if button.has_class("filled")]
        assert len(filled) == (1 if shown else 0), (person.step, filled)
        for button in shown:
            assert frame.contains_region(button.region), (person.step, button.label)
            assert button.region.width >= len(button.label), (person.step, button.label)
        for words in person.app.screen.query("Static.keys, Static.label, Static.beside").results(Static):
            if all(node.display for node in words.ancestors_with_self):
                needed = cell_len(str(words.content)) + words.styles.padding.width
                assert words.region.width >= needed, (person.step, words.content)
                assert words.region.right < frame.right, (person.step, words.content)
        for line in person.app.screen.query("Field Input").results(Input):
            is_shown = all(node.display for node in line.ancestors_with_self)
            if is_shown and person.app.screen.query_one("#form").max_scroll_y == 0:
                assert frame.contains_region(line.region), (person.step, line.id)
        # The terminal's own colors are unknown: there, marks, frames, and brackets say everything.
        if person.app.chosen_theme != "terminal":
            self.read(frame.x, frame.y, frame.right, frame.bottom)

    def read(self, left: int, top: int, right: int, bottom: int) -> None:
        for line in cells_of(self.person.app)[top:bottom]:
            text = "".join(cell.character for cell in line)
            for cell in line[left:right]:
                if cell.character.strip() and cell.character not in "┌┐└┘│─█▲▼▁":
                    assert is_legible(cell.color, cell.ground), (self.person.step, cell, text)


@dataclass(frozen=True)
class Pasted:
    """A text that is pasted into what has the focus."""

    text: str


def tour(computer_id: str) -> list[str | Pasted]:
    """Every dialog, each with a refusal where it has one: keys to press, and texts to paste before."""
    return [
        *("f1", "escape ctrl+p", "escape enter", Pasted("?" + computer_id[1:]), "enter", "f3 enter"),
        *("s c", "f", "escape m", "escape escape d", "enter enter", "f4 enter", Pasted("lost"), "enter"),
        *("escape n", "tab tab", Pasted("tomorrow"), "enter", "escape e", "escape r", "escape h", "escape k"),
        *("escape x", "escape m", "escape a", "enter", "escape 3 e", "escape m", "escape delete"),
        *(Pasted("a.very"), "escape k", "escape g", "escape t", "escape 4 n", "escape e", "escape p"),
        *("escape t", "down", "escape delete", "escape 1 t", "escape s v", "escape w", "escape b", "enter"),
        *("escape 7 a", "escape 4 k", "f", "s", "escape escape 6 enter", "escape 2 F", "escape 3 F"),
        *("escape 5 F", "down down space", "escape escape 1 F"),
    ]


async def inspect_every_dialog(vendor: Vendor, who: str, theme: str, size: tuple[int, int]) -> None:
    together = Wanted("demo-cad", 1, Terms(), count=30)
    issuing.begin(together, batches.new_form(), by=By(Channel.PORTAL, "ada", role=Role.MANAGER))
    key = vendor.issue(
        seats=20, customer="a.very.long.name@department.example.com", expires=date(2027, 12, 31)
    )
    for number in range(8):
        vendor.activate(vendor.machine(key, f"Konstruktion Büro {number} Arbeitsplatz links"))
    vendor.rotate()
    vendor.rotate()
    machine = vendor.machine(key, "LAB-PC-07")
    async with at_the_console(who, theme=theme, size=size) as person:
        inspection = Inspection(person)
        for step in tour(machine.computer_id.text):
            if isinstance(step, Pasted):
                await person.paste(step.text)
            else:
                await person.press(*step.split())
                inspection.look()
        assert inspection.looked_at >= DIALOGS


@pytest.mark.parametrize("vendor", ["signed"], indirect=True)
async def test_a_signed_key_is_whole_on_a_small_terminal(vendor, manager):
    machine = vendor.machine(vendor.issue())
    async with at_the_console(manager) as person:
        await person.press("f3")
        await person.paste(machine.computer_id.text, "enter")
        assert person.app.screen.query_one("#groups-frame").max_scroll_y == 0
        Inspection(person).look()
        await person.press("s")
        last = person.app.screen.key.computer_key[-5:]
        assert last not in person.sees
        await person.press("pagedown", "pagedown", "down")
        assert last in person.sees


@both_themes
async def test_the_main_screen_can_be_read_and_names_every_key(vendor, manager, theme):
    vendor.activate(vendor.machine(vendor.issue()))
    async with at_the_console(manager, theme=theme) as person:
        keys = "Enter Activate d Deactivate n New r Renew s Sort f Filter F1 More"
        assert " ".join(person.lines[-1].split()) == keys
        await person.press("tab")
        inspection = Inspection(person)
        inspection.read(0, 0, 80, 24)
        for tab in "23456":
            await person.press(tab)
            inspection.read(0, 0, 80, 24)


async def test_f2_goes_through_the_themes_of_the_wizard(vendor, manager):
    ours, theirs = (themes.DARK, themes.LIGHT), (wizard_themes.DARK, wizard_themes.LIGHT)
    for mine, other in zip(ours, theirs, strict=True):
        same = {"name": "", "variables": {}}
        assert {**vars(mine), **same} == {**vars(other), **same}
        assert other.variables.items() <= mine.variables.items()
    assert tuple(themes.THEMES) == THEMES
    vendor.issue()
    async with at_the_console(manager) as person:
        for theme in ("console-light", "console-terminal", "console-dark"):
            await person.press("f2")
            assert person.app.theme == theme
        await person.press("f3")
        assert person.step == "Activate"


async def test_nothing_ticked_or_focused_is_shown_by_a_color_alone(vendor, manager):
    vendor.issue()
    async with at_the_console(manager) as person:
        await person.press("enter")
        assert "[ ] Email the key" in person.sees
        person.app.screen.query_one("Tick").focus()
        await person.press("space")
        assert "[■] Email the key" in person.sees
        await person.press("tab")
        assert "► Activate" in person.sees


async def test_names_in_any_script_stay_in_their_columns(vendor, add_operator):
    key = vendor.issue(customer="李明@例子.example", seats=5)
    for name in ("工作站-03", "CNC-Fräse", "مختبر-١", "ノートパソコン（右側の机）"):
        vendor.activate(vendor.machine(key, name))
    async with at_the_console(add_operator(Role.VIEWER)) as person:
        lines = [[cell.character for cell in line] for line in cells_of(person.app)]
        # The computers stand below the list.
        columns = [line.index("●") for line in lines[14:] if "●" in line]
        assert len(columns) == 4
        assert len(set(columns)) == 1
