"""A customer types what the License Wizard shows, with scripts and without."""

from __future__ import annotations

import re
from random import Random

import pytest
from playwright.sync_api import expect

from demo.typing_errors import mistype
from tests.offline import Wizard
from tests.protocol.vector_spellings import READ
from tests.self_help.conftest import Customer


def codes(machine) -> dict[str, str]:
    return {"activation_key": machine.activation_key.text, "computer_id": machine.computer_id.text}


def mistyped(code: str) -> str:
    return ("0" if code[0] != "0" else "1") + code[1:]


@pytest.fixture
def style_and_scripts() -> tuple[str, bool]:
    """The forms answer without scripts in `tests/faces`, too; the long tests have all other pairs."""
    return "short", True


@pytest.fixture
def wizard(style_and_scripts, house, tmp_path) -> Wizard:
    """What it shows beside its QR code is there to be typed."""
    wizard = Wizard(getattr(house, style_and_scripts[0]), tmp_path, ("cam",))
    wizard.begin()
    return wizard


@pytest.fixture
def typist(style_and_scripts, customer) -> Customer:
    return customer(java_script_enabled=style_and_scripts[1])


def test_a_license_goes_from_a_wizard_to_a_wizard_and_back(style_and_scripts, wizard, typist):
    typist.fill_in("license", activation_key=wizard.shown["activation_key"])
    typist.reads(f"Demo {style_and_scripts[0]}")
    typist.press("Activate a computer")
    typist.type(computer_id=wizard.shown["computer_id"], computer_name="LAB-PC-07")
    typist.send("activate")
    typist.reads("Type this key on LAB-PC-07")
    rows = len(typist.key.split("-")) // 6
    wizard.take(mistype(typist.key, wrong=2, rows=rows, random=Random(7)))
    assert wizard.is_active
    assert wizard.control.status().features == ("cam",)
    assert wizard.seats_used == 1

    wizard.give_up()
    typist.fill_in("license", activation_key=wizard.shown["activation_key"])
    typist.press("Deactivate a computer")
    typist.type(**{name: code for name, code in wizard.shown.items() if name != "activation_key"})
    typist.send("deactivate")
    typist.reads("LAB-PC-07 is deactivated")
    assert re.search(r"Confirmed by the code\s+yes", typist.words)
    assert wizard.seats_used == 0
    typist.page.get_by_role("link", name="Activate another computer").click()
    typist.reads("Activate a computer")


def test_the_license_file_is_saved_carried_over_and_read(wizard, typist, tmp_path):
    typist.open("activate")
    typist.type(**wizard.shown)
    typist.send("activate")
    with typist.page.expect_download() as saving:
        typist.page.get_by_role("button", name="License file").click()
    # It was given no name for the computer.
    ending = wizard.shown["computer_id"][-5:]
    assert saving.value.suggested_filename.endswith(f"-{ending}.lic")
    saving.value.save_as(tmp_path / "license.lic")
    wizard.control.complete_from_file((tmp_path / "license.lic").read_text())
    assert wizard.is_active
    typist.reads("Type this key on your computer")


def test_mistyped_codes_are_offered_and_taken_one_by_one(wizard, typist):
    typist.open("activate")
    typist.type(**{name: mistyped(code) for name, code in wizard.shown.items()}, computer_name="Bench 3")
    typist.send("activate")
    assert f"Did you mean {wizard.shown['activation_key']}?" in typist.words
    typist.press("Use it")
    assert f"Did you mean {wizard.shown['computer_id']}?" in typist.words
    expect(typist.page.get_by_label("Computer name")).to_have_value("Bench 3")
    typist.press("Use it")
    typist.reads("Type this key on Bench 3")
    wizard.take(typist.key)
    assert wizard.is_active


def test_return_sends_what_was_typed_also_where_a_reading_is_offered(house, wizard, typist):
    other = house.short.machine(house.short.issue())
    typist.fill_in("activate", **codes(other) | {"activation_key": mistyped(other.activation_key.text)})
    assert f"Did you mean {other.activation_key.text}?" in typist.words
    typist.type(**wizard.shown)
    with typist.page.expect_navigation():
        typist.page.get_by_label("Computer ID").press("Enter")
    typist.reads("Type this key on your computer")
    wizard.take(typist.key)


def test_a_license_is_looked_up_and_its_keys_are_asked_for(house, typist):
    key = house.short.issue(seats=5, features=("cam",))
    typist.open()
    typist.type(activation_key=key.text)
    typist.send("license")
    typist.reads("Demo short")
    assert "0 of 5 seats in use" in typist.words
    typist.page.get_by_role("link", name="Another license").click()
    typist.choose("Email me my keys")
    typist.type(email="ada@example.com")
    typist.send("keys")
    typist.reads("Check your email")


def test_what_was_wrong_stands_beside_its_field_which_has_the_focus(house, customer):
    visitor = customer()
    machine = house.short.machine(house.short.issue())
    house.short.activate(machine)
    other = house.short.machine(machine.activation_key)
    visitor.fill_in("deactivate", **codes(machine), code=other.code.text)
    code = visitor.page.get_by_label("Deactivation verification code")
    expect(code).to_be_focused()
    expect(code).to_have_value(other.code.text)
    expect(code).to_have_accessible_description(re.compile("doesn’t match this activation"))


def test_the_key_is_copied_whole_with_its_dashes(house, customer):
    visitor = customer()
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=house.origin)
    machine = house.signed.machine(house.signed.issue())
    visitor.fill_in("activate", **codes(machine))
    visitor.page.set_viewport_size({"width": 320, "height": 568})
    copy = visitor.page.get_by_role("button", name="Copy")
    # As it comes into sight: at the lower edge.
    copy.evaluate("button => button.scrollIntoView({ block: 'end' })")
    copy.click()
    said = visitor.page.get_by_role("button", name="Copied", exact=True)
    expect(said).to_be_in_viewport(ratio=0.99)
    copied = visitor.page.evaluate("navigator.clipboard.readText()")
    assert copied == visitor.key == house.signed.activate(machine).computer_key


def test_a_code_is_read_out_of_a_pasted_message(house, customer):
    visitor = customer()
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=house.origin)
    machine = house.short.machine(house.short.issue())
    visitor.open("activate")
    visitor.type(**codes(machine))
    message = READ["in a message"](machine.activation_key.text)
    visitor.page.evaluate("text => navigator.clipboard.writeText(text)", message)
    key = visitor.page.get_by_label("Activation key")
    key.select_text()
    key.press("Control+V")
    visitor.send("activate")
    assert visitor.key == house.short.activate(machine).computer_key


def test_without_scripts_there_is_no_button_that_does_nothing(house, customer):
    visitor = customer(java_script_enabled=False)
    visitor.fill_in("activate", **codes(house.short.machine(house.short.issue())))
    # The license file is a form of its own.
    assert visitor.page.get_by_role("button").all_inner_texts() == ["License file"]
    visitor.open()
    assert visitor.page.get_by_role("button").all_inner_texts() == ["Look up"]


SHEETS = [("light", "short", "A4"), ("dark", "signed", "Letter")]
# No word is longer; X-ray is one.
LONGEST_SPELLING = """
    for (const spelling of document.querySelectorAll(".paper-key small"))
        spelling.textContent = spelling.textContent.replace(/[\\w-]+/g, "November");
"""


@pytest.mark.parametrize(("scheme", "style", "size"), SHEETS)
def test_the_printed_sheet_has_the_key_and_what_to_do_in_black_on_white(house, customer, scheme, style, size):
    visitor = customer(viewport={"width": 794, "height": 1123})
    visitor.page.add_init_script("window.print = () => { window.printed = true; }")
    vendor = getattr(house, style)
    visitor.fill_in("activate", **codes(vendor.machine(vendor.issue())), computer_name="LAB-PC-07")
    visitor.page.get_by_role("button", name="Print").click()
    assert visitor.page.evaluate("window.printed")
    visitor.page.emulate_media(media="print", color_scheme=scheme)
    for seen in (".paper-key", ".paper-steps", ".paper-title", "figure img"):
        expect(visitor.page.locator(seen).first).to_be_visible()
    for left_out in (".btn", ".top", ".foot", "summary", "h1"):
        expect(visitor.page.locator(left_out).first).to_be_hidden()
    key = visitor.page.locator("#computer-key").get_attribute("data-key")
    assert "-".join(visitor.page.locator(".paper-key b").all_inner_texts()) == key
    for written in (".paper-title", ".paper-key"):
        expect(visitor.page.locator(written).first).to_have_css("color", "rgb(0, 0, 0)")
    expect(visitor.page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    visitor.page.evaluate(LONGEST_SPELLING)
    assert visitor.page.pdf(format=size).count(b"/Type /Page\n") == 1


@pytest.mark.parametrize("page", ["activate", "deactivate", "license"])
def test_what_an_address_filled_in_goes_from_the_address_bar(house, customer, page):
    machine = house.short.machine(house.short.issue())
    visitor = customer()
    visitor.open(
        f"{page}?is_avkey={machine.activation_key.text}&is_pcid={machine.computer_id.text}"
        f"&is_deactcode={machine.code.text}"
    )
    expect(visitor.page.get_by_label("Activation key")).to_have_value(machine.activation_key.text)
    expect(visitor.page).to_have_url(f"{house.origin}/self-help/{page}")


def test_a_prefilled_form_is_one_press_away_from_its_key(wizard, typist):
    typist.open(
        f"activate?is_avkey={wizard.shown['activation_key']}&is_pcid={wizard.shown['computer_id']}&is_file=1"
    )
    assert wizard.seats_used == 0, "opening the page changes nothing"
    typist.send("activate")
    wizard.take(typist.key)
    expect(typist.page.get_by_role("button", name="License file")).to_be_visible()


def test_a_computer_is_activated_with_the_keyboard_only(house, customer):
    visitor = customer()
    machine = house.short.machine(house.short.issue())
    visitor.open()
    keyboard, page = visitor.page.keyboard, visitor.page
    keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.type(machine.activation_key.text)
    expect(page.get_by_label("Activation key")).to_have_accessible_description(re.compile("no typos"))
    with page.expect_navigation():
        keyboard.press("Enter")
    visitor.reads("Demo short")
    page.get_by_role("link", name="Another license").focus()
    keyboard.press("Tab")
    with page.expect_navigation():
        keyboard.press("Enter")
    visitor.reads("Activate a computer")
    keyboard.press("Tab")
    keyboard.press("Enter")
    keyboard.press("Tab")
    for text in (machine.computer_id.text, "LAB-PC-07"):
        keyboard.press("Tab")
        keyboard.type(text)
    keyboard.press("Tab")
    with page.expect_navigation():
        keyboard.press("Enter")
    visitor.reads("Type this key on LAB-PC-07")
    assert visitor.key == house.short.activate(machine).computer_key
    page.get_by_role("button", name="Print").focus()
    seen = []
    for _ in range(3):
        keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert seen == ["Copy", "License file", "Spell it out over the phone"]
    keyboard.press("Enter")
    expect(page.locator("details.spelled")).to_have_attribute("open", "")
