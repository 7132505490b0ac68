"""What phones offer whose camera reads no codes: a photo, or both codes typed."""

from random import Random

from PIL import Image
from playwright.sync_api import expect

from demo.film import qr_picture
from demo.typing_errors import mistype
from tests.browsing import key_on, sees
from tests.protocol.vector_spellings import READ


def test_a_photo_is_read_too(house, phone, tmp_path):
    token = house.short.machine(house.short.issue(), "PHOTO").activation_token
    # As another application passed it on: what is scanned here is read like what opened the page.
    passed_on = f"{house.origin}//A/%23{token}?utm_source=mail"
    qr_picture(passed_on, 900).save(tmp_path / "code.png")
    Image.new("L", (600, 600), 200).save(tmp_path / "empty.png")
    (tmp_path / "no.png").write_text("no picture")
    page = phone()
    page.goto(f"{house.origin}/a")
    page.locator("#scan").click()
    for name, words in (("empty", "No code was found"), ("no", "can’t be opened as a picture")):
        page.locator("#photo").set_input_files(tmp_path / f"{name}.png")
        expect(page.locator(".outcome")).to_contain_text(words)
    page.locator("#photo").set_input_files(tmp_path / "code.png")
    sees(page, "confirm-activate")
    expect(page.locator("h1")).to_contain_text("PHOTO")


CAMERA_THAT_IS_REFUSED_LATE = """
navigator.mediaDevices.getUserMedia = () => new Promise((_, refuse) => {
    addEventListener("refuse", () => refuse(new DOMException("No camera", "NotFoundError")));
    document.documentElement.dataset.cameraAsked = "";
});
"""


def test_what_is_wrong_with_a_photo_is_still_said_once_the_camera_is_refused(house, phone, tmp_path):
    Image.new("L", (600, 600), 200).save(tmp_path / "empty.png")
    page = phone()
    page.add_init_script(CAMERA_THAT_IS_REFUSED_LATE)
    page.goto(f"{house.origin}/a")
    page.locator("#scan").click()
    expect(page.locator("html[data-camera-asked]")).to_be_attached()
    page.locator("#photo").set_input_files(tmp_path / "empty.png")
    expect(page.locator(".outcome")).to_contain_text("No code was found")
    page.locator("html").dispatch_event("refuse", {"bubbles": True})
    expect(page.locator("#camera")).to_be_visible()
    expect(page.locator(".outcome")).to_contain_text("No code was found")


def test_typed_codes_lead_to_the_same_key_and_a_mistyped_one_is_met_with_a_suggestion(house, phone):
    license = house.short.issue()
    machine = house.short.machine(license, "TYPED")
    mistyped = mistype(license.text, wrong=1, random=Random(1))
    page = phone()
    page.goto(f"{house.origin}/a")
    page.locator("#type").click()
    key, said = page.locator("#activationKey"), page.locator("#activationKey-said")
    key.fill(license.text[:9])
    expect(said).to_have_text("8 of 25 characters")
    key.fill(mistyped)
    for told_by in ("the page", "the server"):
        expect(said.locator(".fix"), told_by).to_contain_text("Did you mean this?")
        expect(said.locator(".fix .k"), told_by).to_have_text(license.text)
        assert said.locator("u").all_inner_texts() == [
            right for right, typed in zip(license.text, mistyped, strict=True) if right != typed
        ]
        expect(key).to_have_attribute("aria-invalid", "true")
        page.locator("#computerId").fill(machine.computer_id.text.lower().replace("-", " "))
        expect(page.locator("#computerId-said")).to_have_text("Complete, no typos")
        page.locator("#computerName").fill("TYPED")
        if told_by == "the page":
            with page.expect_response("**/phone/v1/requests"):
                page.keyboard.press("Enter")
    page.locator("#use-suggestion").click()
    expect(said).to_have_text("Complete, no typos")
    page.locator("#ask").click()
    sees(page, "confirm-activate")
    expect(page.locator("h1")).to_contain_text("TYPED")
    assert house.short.seats_used(license) == 0
    page.locator("#confirm").click()
    assert key_on(page) == house.short.activate(machine).computer_key


def test_codes_are_read_out_of_pasted_messages(house, phone):
    machine = house.short.machine(house.short.issue(), "PASTED")
    page = phone(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{house.origin}/a")
    page.locator("#type").click()
    for field, code in (("activationKey", machine.activation_key), ("computerId", machine.computer_id)):
        page.evaluate("text => navigator.clipboard.writeText(text)", READ["in a message"](code.text))
        page.locator(f"#{field}").focus()
        page.keyboard.press("Control+V")
    page.locator("#ask").click()
    sees(page, "confirm-activate")
