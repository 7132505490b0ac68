"""What scripts do at the Self Help pages while somebody types, with a photo, and step by step."""

from __future__ import annotations

from random import Random

import segno
from playwright.sync_api import expect

from keyferry.protocol.alphabet import SYMBOLS, grouped
from keyferry.protocol.codes import Kind, encode
from tests.self_help.test_by_typing import mistyped

JUDGED = """async ([origin, codes, kind]) => {
    const { judge } = await import(`${origin}/pwa/js/codes.js`);
    return codes.map(code => {
        const found = judge(code, kind);
        return found.state === "right" ? [code.toUpperCase(), 0] : [found.meant, found.places.length];
    });
}"""
KINDS = {
    "activationKey": Kind.ACTIVATION_KEY,
    "computerKey": Kind.COMPUTER_KEY,
    "deactivationCode": Kind.DEACTIVATION_CODE,
}


def damaged(code: str, places: int, random: Random) -> str:
    symbols = list(code)
    for place in random.sample([place for place in range(len(code)) if place % 6 != 5], places):
        symbols[place] = random.choice([one for one in SYMBOLS if one != symbols[place]])
    return "".join(symbols)


def test_the_page_reads_codes_as_the_protocol_does(house, customer):
    random, visitor = Random(26), customer()
    visitor.open()
    for name, kind in KINDS.items():
        contents = [tuple(random.randrange(32) for _ in range(kind.content)) for _ in range(10)]
        right = [grouped(encode(kind, content)) for content in contents]
        typed = [damaged(code, number % 3, random) for code in right for number in range(3)]
        found = visitor.page.evaluate(JUDGED, [house.origin, [code.lower() for code in typed], name])
        assert found == [[code, number % 3] for code in right for number in range(3)]


def test_a_mistyped_key_is_corrected_below_its_field_before_anything_is_sent(house, customer):
    key, visitor = house.short.issue().text, customer()
    visitor.open()
    field = visitor.page.get_by_label("Activation key")
    field.fill(key[:-2])
    expect(field).to_have_accessible_description("2 more characters")
    field.fill(mistyped(key))
    expect(field).to_have_accessible_description(f"Group 1 looks mistyped. Did you mean this? {key} Use it")
    visitor.page.get_by_role("button", name="Use it").click()
    expect(field).to_have_value(key)
    expect(field).to_have_accessible_description("25 of 25 characters, no typos")


def test_a_photo_of_the_qr_code_takes_the_place_of_typing(house, customer, tmp_path):
    machine, visitor = house.short.machine(house.short.issue()), customer()
    segno.make(house.scan(machine)).save(str(tmp_path / "photo.png"), scale=6)
    visitor.open()
    with visitor.page.expect_navigation():
        visitor.page.locator("input[type=file]").set_input_files(tmp_path / "photo.png")
    visitor.reads("Activate a computer")
    visitor.send("activate")
    visitor.reads(f"Type this key on {machine.name}")
    assert visitor.key == house.short.activate(machine).computer_key


def test_a_key_is_shown_step_by_step_and_leaves_the_address_bar(house, customer):
    machine, visitor = house.short.machine(house.short.issue()), customer()
    key = house.short.activate(machine).computer_key
    visitor.open(f"step-by-step#{key}")
    seen = []
    for number in range(1, 7):
        expect(visitor.page.get_by_role("heading", name=f"Group {number} of 6")).to_be_visible()
        seen.append(visitor.page.locator(".big").inner_text())
        expect(visitor.page.locator(".marks .past")).to_have_count(number)
        expect(visitor.page.get_by_role("button", name="Back")).to_have_count(int(number > 1))
        visitor.page.get_by_role("button", name="Done" if number == 6 else "Next").click()
    assert "-".join(seen) == key
    expect(visitor.page.get_by_role("heading", name="Does the computer say it’s activated?")).to_be_focused()
    assert visitor.page.url == f"{house.origin}/self-help/step-by-step"
