"""What the page does for somebody who types a key: step by step, aloud, larger, to copy, to carry."""

import base64
import io
import json

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from keyferry.server.faces.phone import files
from tests.browsing import activate

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


def groups_in(page):
    return page.locator("#stepper .symbols").all_inner_texts()


def test_a_short_key_is_stepped_through_group_by_group_with_keys_taps_and_swipes(activated):
    page, key = activated()
    groups = key.split("-")
    page.locator("#step-through").click()
    assert groups_in(page) == groups[:1]
    expect(page.locator("#stepper h2")).to_contain_text("Group 1 of 6")
    page.keyboard.press("ArrowRight")
    assert groups_in(page) == groups[1:2]
    page.locator(".stage").click()
    assert groups_in(page) == groups[2:3]
    stage = page.locator(".stage").bounding_box()
    middle, height = stage["x"] + stage["width"] / 2, stage["y"] + 20
    for distance, expected in ((120, groups[1]), (-120, groups[2])):
        page.mouse.move(middle, height)
        page.mouse.down()
        page.mouse.move(middle + distance, height)
        page.mouse.up()
        assert groups_in(page) == [expected]
    page.keyboard.press("ArrowLeft")
    assert groups_in(page) == groups[1:2]
    page.keyboard.press("Escape")
    expect(page.locator("#stepper")).to_have_count(0)
    expect(page.locator("#step-through")).to_be_focused()


def test_a_signed_key_is_stepped_through_row_by_row_until_the_steps_end(activated):
    page, key = activated("signed")
    groups = key.split("-")
    page.locator("#step-through").click()
    for row in range(4):
        expect(page.locator("#stepper h2")).to_contain_text(f"Row {row + 1} of 4")
        assert groups_in(page) == groups[row * 6 : row * 6 + 6]
        page.locator("#step-next").click()
    expect(page.locator("#stepper")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "language", "alfa"), [("en-GB", "en-US", "Alfa"), ("de-DE", "de-DE", "Anton")]
)
def test_a_key_is_read_aloud_in_the_alphabet_of_the_language(activated, locale, language, alfa):
    words = json.loads(files.words(locale[:2]))["spelling"]
    assert words["A"] == alfa
    page, key = activated(locale=locale)
    page.locator("#read-aloud").click()
    expect(page.locator("#read-aloud")).not_to_have_class("is-on")
    expect(page.locator(".group.is-read")).to_have_count(0)
    spoken = page.evaluate("window.spoken")
    assert [said[0] for said in spoken] == [language] * 6
    for (_, text), group in zip(spoken, key.split("-"), strict=True):
        assert text.partition(": ")[2] == ", ".join(words[symbol] for symbol in group) + "."


def test_reading_can_be_stopped_and_begun_again(activated):
    page, _ = activated()
    page.evaluate("window.silent = true")
    page.locator("#read-aloud").click()
    expect(page.locator(".group.is-read")).to_have_count(1)
    page.locator("#read-aloud").click()
    expect(page.locator(".group.is-read")).to_have_count(0)
    page.evaluate("window.silent = false")
    page.locator("#read-aloud").click()
    expect(page.locator("#read-aloud")).to_contain_text("Read it aloud again")
    assert len(page.evaluate("window.spoken")) == 7


def test_the_key_can_be_copied_and_shared(activated):
    page, key = activated()
    page.set_viewport_size({"width": 320, "height": 568})
    # As it comes into sight: at the lower edge.
    page.locator("#copy").evaluate("button => button.scrollIntoView({ block: 'end' })")
    page.locator("#copy").click()
    expect(page.locator(".outcome.is-good")).to_have_text("Copied")
    for part in (".outcome.is-good", "#copy"):
        # Scrolling stops at whole pixels: a fraction of one may be cut.
        expect(page.locator(part)).to_be_in_viewport(ratio=0.99)
    assert page.evaluate("navigator.clipboard.readText()") == key
    page.locator("#share").click()
    assert key in page.evaluate("window.shared")[0]["text"]


def test_larger_type_is_larger(activated):
    page, _ = activated()
    symbols = page.locator("#computer-key .symbols").first
    before = symbols.bounding_box()["height"]
    page.locator("#larger").click()
    assert symbols.bounding_box()["height"] > before * 1.4
    expect(page.locator("#larger")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("style", ["short", "signed"])
def test_the_license_file_is_a_qr_code_too(activated, tmp_path, style):
    page, _ = activated(style)
    with page.expect_download() as started:
        page.locator("#license-file").click()
    started.value.save_as(tmp_path / "file")
    page.locator("#file-as-qr").click()
    picture = page.locator("#file-qr img").get_attribute("src")
    image = Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2]))).convert("L")
    (read,) = zxingcpp.read_barcodes(
        image.resize((image.width * 4, image.height * 4), Image.Resampling.NEAREST)
    )
    assert read.text == (tmp_path / "file").read_text()


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
