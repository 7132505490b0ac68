"""What the page does for somebody who types a key: step by step, aloud, to copy, to carry."""

import base64
import io

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests.browsing import activate, sees
from tests.license_codes import code_of

# What the page hands to the phone's voice, and to its sheet; both belong to the phone, not to the page.
RECORD = """
window.spoken = [];
speechSynthesis.speak = utterance => {
    window.spoken.push([utterance.lang, utterance.text]);
    if (!window.silent) setTimeout(() => utterance.dispatchEvent(new Event('end')), 5);
};
window.shared = [];
navigator.share = async what => { window.shared.push(what); };
"""


@pytest.fixture
def activated(house, phone):
    """A phone that shows the key of a machine."""

    def activated(style="short", **options):
        vendor = getattr(house, style)
        page = phone(permissions=["clipboard-read", "clipboard-write"], **options)
        page.add_init_script(RECORD)
        return page, activate(page, house.scan(vendor.machine(vendor.issue(seats=2))))

    return activated


def group_in(page):
    return page.locator("#stepper .big").inner_text()


def test_a_short_key_is_stepped_through_group_by_group_with_keys_taps_and_swipes(activated):
    page, key = activated()
    groups = key.split("-")
    page.locator("#step-through").click()
    assert group_in(page) == groups[0]
    expect(page.locator("#stepper h2")).to_contain_text("Group 1 of 6")
    page.keyboard.press("ArrowRight")
    assert group_in(page) == groups[1]
    assert page.locator("#stepper .side").all_inner_texts() == [groups[0], groups[2]]
    page.locator(".stage").click()
    assert group_in(page) == groups[2]
    stage = page.locator(".stage").bounding_box()
    middle, height = stage["x"] + stage["width"] / 2, stage["y"] + 20
    for distance, expected in ((120, groups[1]), (-120, groups[2])):
        page.mouse.move(middle, height)
        page.mouse.down()
        page.mouse.move(middle + distance, height)
        page.mouse.up()
        assert group_in(page) == expected
    page.keyboard.press("ArrowLeft")
    assert group_in(page) == groups[1]
    page.keyboard.press("Escape")
    expect(page.locator("#stepper")).to_have_count(0)
    expect(page.locator("#step-through")).to_be_focused()


def test_a_signed_key_is_typed_row_by_row_until_the_page_asks_what_the_computer_says(activated):
    page, key = activated("signed")
    groups = key.split("-")
    for row in range(4):
        expect(page.locator("main")).to_contain_text(f"Row {row + 1} of 4")
        shown = page.locator("#computer-key .k:visible").all_inner_texts()
        assert shown == groups[row * 6 : row * 6 + 6]
        page.locator("#row-next").click()
    expect(page.locator("#stepper h2").last).to_contain_text("say it’s activated?")
    page.locator("#step-yes").click()
    sees(page, "welcome")


def test_the_last_step_asks_what_the_computer_says(activated):
    page, _ = activated()
    page.locator("#step-through").click()
    for _ in range(6):
        page.locator("#step-next").click()
    expect(page.locator("#stepper h2").last).to_contain_text("say it’s activated?")
    page.locator("#step-again").click()
    expect(page.locator("#stepper")).to_have_count(0)


# What a hand must reach on the smallest phone, and on one that lies on its side.
SMALL = ({"width": 320, "height": 568}, {"width": 844, "height": 390})


def test_the_key_and_what_to_do_fit_on_a_small_screen_also_with_larger_letters(activated):
    page, _ = activated()
    for size in SMALL:
        page.set_viewport_size(size)
        for part in (*page.locator("#computer-key .k").all(), page.locator("#step-through")):
            expect(part).to_be_in_viewport(ratio=0.99)
    page.set_viewport_size(SMALL[0])
    page.evaluate("document.documentElement.style.fontSize = '32px'; dispatchEvent(new Event('resize'))")
    expect(page.locator("#step-through")).to_be_in_viewport(ratio=0.99)
    # Also where there is room for everything below it.
    page.set_viewport_size({"width": SMALL[0]["width"], "height": 2400})
    assert page.locator(".top > .cut").evaluate("one => one.scrollWidth <= one.clientWidth")
    page.set_viewport_size(SMALL[1])
    for part in (*page.locator("#computer-key .k").all(), page.locator("#step-through")):
        expect(part).to_be_in_viewport(ratio=0.9)
    heading, legend = (page.locator(part).bounding_box() for part in ("h1", ".legend"))
    assert heading["y"] + heading["height"] <= legend["y"]
    page.locator("#help").click()
    sheet, words = (page.locator(part).bounding_box() for part in ("dialog", "dialog .steps li >> nth=0"))
    assert words["width"] > sheet["width"] / 2, "no style of the key's page reaches into what is above it"
    page.keyboard.press("Escape")
    page.set_viewport_size(SMALL[0])
    page.locator("#step-through").click()
    for part in ("#stepper .big", "#step-next"):
        expect(page.locator(part)).to_be_in_viewport(ratio=0.99)
    for _ in range(6):
        page.locator("#step-next").click()
    # Also after the phone was turned: the question, and both answers.
    for size in (SMALL[0], SMALL[1]):
        page.set_viewport_size(size)
        for part in ("#stepper h2 >> nth=1", "#step-yes"):
            expect(page.locator(part)).to_be_in_viewport(ratio=0.99)
    page.locator("#step-again").click()
    expect(page.locator("#stepper")).to_have_count(0)


def test_a_row_of_a_long_key_fits_on_a_small_screen_under_the_offer_of_a_file(activated):
    page, _ = activated("signed")
    for size in SMALL:
        page.set_viewport_size(size)
        for part in (*page.locator("#computer-key .k:visible").all(), page.locator("#row-next")):
            expect(part).to_be_in_viewport(ratio=0.99)
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.documentElement.style.fontSize = '32px'; dispatchEvent(new Event('resize'))")
    for part in (*page.locator("#computer-key .k:visible").all(), page.locator("#row-next")):
        expect(part).to_be_in_viewport(ratio=0.9)
    page.locator("#offer-file").scroll_into_view_if_needed()


def test_the_key_can_be_copied_and_shared(activated):
    page, key = activated()
    page.set_viewport_size({"width": 320, "height": 568})
    page.locator("#ways").click()
    page.locator("#copy").click()
    expect(page.locator("#copy")).to_have_text("Copied")
    expect(page.locator("#copy")).to_be_in_viewport(ratio=0.99)
    assert page.evaluate("navigator.clipboard.readText()") == key
    page.locator("#share").click()
    assert key in page.evaluate("window.shared")[0]["text"]


@pytest.mark.parametrize("style", ["short", "signed"])
def test_the_license_file_is_a_qr_code_too(activated, tmp_path, style):
    page, _ = activated(style)
    page.locator("#ways").click()
    with page.expect_download() as started:
        page.locator("#license-file").click()
    started.value.save_as(tmp_path / "file")
    page.locator("#file-as-qr").click()
    picture = page.locator("#file-qr img").get_attribute("src")
    image = Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2]))).convert("L")
    (read,) = zxingcpp.read_barcodes(
        image.resize((image.width * 4, image.height * 4), Image.Resampling.NEAREST)
    )
    assert image.width // 4 <= 61
    expect(page.locator("#file-qr .name").first).to_have_text("LAB-PC-07,")
    assert read.text == code_of((tmp_path / "file").read_text())


def test_the_screen_stays_on_while_a_key_is_shown_and_no_longer(house, phone):
    page = phone()
    # A browser without a window asks first.
    page.context.grant_permissions(["screen-wake-lock"])
    page.add_init_script(
        """
        window.held = 0;
        const request = navigator.wakeLock.request.bind(navigator.wakeLock);
        navigator.wakeLock.request = async kind => {
            const lock = await request(kind);
            window.held += 1;
            lock.addEventListener('release', () => { window.held -= 1; });
            return lock;
        };
        """
    )
    activate(page, house.scan(house.short.machine(house.short.issue())))
    assert page.evaluate("new Promise(done => setTimeout(() => done(window.held), 300))") == 1
    page.locator("#finish").click()
    assert page.evaluate("new Promise(done => setTimeout(() => done(window.held), 300))") == 0
