"""The page shows whose it is: name, logo and privacy notice come from the server's settings."""

import pytest
from playwright.sync_api import expect

from keyferry.server.config import ConfigError, load_settings
from keyferry.server.core import properties
from keyferry.server.db import transaction
from tests.browsing import await_worker, sees
from tests.conftest import STAFF


@pytest.fixture(scope="module")
def server_environment(tmp_path_factory, root):
    logo = tmp_path_factory.mktemp("vendor") / "logo.png"
    logo.write_bytes((root / "pwa" / "icons" / "icon-192.png").read_bytes())
    return {
        "KEYFERRY_VENDOR_NAME": 'Acme & "Sons" <Ltd>',
        "KEYFERRY_VENDOR_LOGO": str(logo),
        "KEYFERRY_PRIVACY_URL": "https://example.com/privacy?a=1&b=2",
    }


def test_the_vendors_name_logo_and_privacy_notice_are_on_the_page_also_without_network(house, phone):
    page = phone()
    for network in (True, False):
        page.context.set_offline(not network)
        page.goto("about:blank")
        page.goto(f"{house.origin}/a")
        sees(page, "welcome")
        expect(page.locator(".top .cut")).to_have_text('Acme & "Sons" <Ltd>')
        expect(page).to_have_title('Activate a computer that’s offline – Acme & "Sons" <Ltd>')
        assert page.locator(".top .logo").evaluate(
            "async mark => { await mark.decode(); return mark.naturalWidth; }"
        )
        expect(page.locator("#privacy")).to_have_attribute("href", "https://example.com/privacy?a=1&b=2")
        await_worker(page)


def test_the_vendors_name_is_there_also_where_no_script_draws_it(house, phone):
    text = phone().request.get(f"{house.origin}/a").text()
    for block in ("no-script", "stuck"):
        assert f'<div class="{block}"><b translate="no">Acme &amp; &quot;Sons&quot; &lt;Ltd&gt;</b>' in text


def test_a_problem_says_whom_to_ask_also_without_network(house, phone):
    channels = {
        "branding/supportEmail": "help@example.com",
        "branding/supportPhone": "+1 555 0142",
        "branding/supportUrl": "https://example.com/help",
    }
    with transaction() as session:
        properties.put_all(session, channels, by=STAFF, now=house.short.clock.now)
    key = house.short.issue(seats=1)
    house.short.activate(house.short.machine(key, "first"))
    page = phone(permissions=["clipboard-read", "clipboard-write"])
    page.goto(house.scan(house.short.machine(key, "second")))

    def shows(problem: str) -> None:
        sees(page, "problem")
        expect(page.locator("main")).to_have_attribute("data-problem", problem)
        links = page.locator(".who a")
        expect(links).to_have_text(["help@example.com", "+1 555 0142", "example.com/help"])
        addresses = [link.get_attribute("href") for link in links.all()]
        assert addresses == ["mailto:help@example.com", "tel:+15550142", "https://example.com/help"]
        assert min(round(link.bounding_box()["height"]) for link in links.all()) >= 44

    shows("no_seat_left")
    page.locator("#copy-code").click()
    expect(page.locator("#copy-code")).to_have_class("done")
    assert page.evaluate("navigator.clipboard.readText()") == "no_seat_left"
    await_worker(page)
    page.context.set_offline(True)
    page.goto("about:blank")
    page.goto(house.scan(house.short.machine(key, "third")))
    shows("offline")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vendor_logo", "/nowhere/logo.png"),
        ("vendor_logo", __file__),
        ("privacy_url", "javascript:alert(1)"),
        ("vendor_name", "x" * 61),
    ],
)
def test_a_setting_that_cannot_be_shown_stops_the_start(tmp_path, name, value):
    with pytest.raises(ConfigError):
        load_settings(home=tmp_path, **{name: value})
