"""The page shows whose it is: name, logo and privacy notice come from the server's settings."""

import pytest
from playwright.sync_api import expect

from keyferry.server.config import ConfigError, load_settings
from tests.pwa.conftest import await_worker, sees


@pytest.fixture(scope="module")
def server_environment(tmp_path_factory, root):
    logo = tmp_path_factory.mktemp("vendor") / "logo.svg"
    logo.write_bytes((root / "pwa" / "icons" / "favicon.svg").read_bytes())
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
        expect(page.locator(".brand-name")).to_have_text('Acme & "Sons" <Ltd>')
        expect(page).to_have_title('Scan the code on the computer – Acme & "Sons" <Ltd>')
        assert page.locator(".brand-mark").evaluate(
            "async mark => { await mark.decode(); return mark.naturalWidth; }"
        )
        expect(page.locator("#privacy")).to_have_attribute("href", "https://example.com/privacy?a=1&b=2")
        await_worker(page)
        # Seen once more by the worker, which was not there at the first visit.
        page.reload()
        sees(page, "welcome")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vendor_logo", "/nowhere/logo.svg"),
        ("vendor_logo", __file__),
        ("privacy_url", "javascript:alert(1)"),
        ("vendor_name", "x" * 61),
    ],
)
def test_a_setting_that_cannot_be_shown_stops_the_start(tmp_path, name, value):
    with pytest.raises(ConfigError):
        load_settings(home=tmp_path, **{name: value})
