"""How the vendor looks, set in the portal: what customers see, refusals, and a harmless example."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from keyferry.server import create_app
from keyferry.server.core.brand import branding
from keyferry.server.core.brand import contact as contact_of_vendor
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.brand.colors import palette
from keyferry.server.core.brand.contact import Contact
from keyferry.server.core.brand.pictures import MAX_BYTES, drawn_anew
from keyferry.server.db import reading
from keyferry.server.faces.phone.pages import FRESH
from tests.core.test_logos import drawn
from tests.faces.portal_visitor import Visitor, form_in
from tests.faces.visitor import Reader

PAGE = "/portal/branding"
LOGO = drawn("WEBP")
KEPT = drawn_anew(LOGO)
CSP = "Content-Security-Policy"


def save(desk: Visitor, operation: str = "", **typed: str) -> TestResponse:
    return desk.post(f"{PAGE}{operation}", **({"name": "", "privacy": "", "color": ""} | typed))


def upload(desk: Visitor, content: bytes, **typed: str) -> TestResponse:
    """Send a file as a browser does; made by hand, since a large one would lie in a temporary file here."""
    head = '--x\r\nContent-Disposition: form-data; name="{}"'
    fields = {"csrf_token": desk.csrf} | typed
    body = "".join(f"{head.format(name)}\r\n\r\n{value}\r\n" for name, value in fields.items()).encode()
    body += f'{head.format("logo")}; filename="logo.webp"\r\n\r\n'.encode() + content
    sent = {"data": body + b"\r\n--x--\r\n", "content_type": "multipart/form-data; boundary=x"}
    return desk.client.post(PAGE, headers={"Accept": "text/html"}, buffered=True, **sent)


def current() -> Brand:
    with reading() as session:
        return branding.current(session, Brand())


def support() -> Contact:
    with reading() as session:
        return contact_of_vendor.current(session)


def example_on(desk: Visitor, page: str) -> TestResponse:
    """The first example that a page shows."""
    found = re.search(r'<iframe[^>]* src="([^"]+)"', page.replace("\n", " "))
    assert found
    return desk.client.get(unescape(found[1]), follow_redirects=True, buffered=True)


def test_the_settings_page_leads_here_and_everything_has_its_default(desk):
    assert f'href="{PAGE}"' in desk.get("/portal/properties").text
    page = desk.get(PAGE).text
    assert "Back to default" not in page
    assert page.count("<iframe") == 4


def test_name_privacy_and_color_reach_every_page_of_customers(vendor, desk):
    answer = save(desk, name="Acme & Söhne", privacy="https://example.com/p", color="FFD400")
    page = desk.get(answer.location).text
    assert "Saved." in page
    assert "darkened so it’s readable on light pages" in page
    assert "lightened so it’s readable on dark pages" not in page
    assert page.count("by ada") == 3
    client, shade = vendor.app.test_client(), palette("#ffd400").light.accent
    phone = client.get("/a", buffered=True)
    assert 'data-vendor="Acme &amp; Söhne"' in phone.text
    assert 'data-privacy="https://example.com/p"' in phone.text
    assert f"--accent:{shade}" in phone.text
    assert "unsafe-inline" not in phone.headers[CSP]
    assert f"--accent:{shade}" in client.get("/vendor.css", buffered=True).text
    manifest = json.loads(client.get("/pwa/manifest.webmanifest", buffered=True).text)
    assert (manifest["name"], manifest["short_name"]) == ("Acme & Söhne", "Acme & Söhne")
    assert manifest["theme_color"] == palette("#ffd400").light.strong
    help_page = client.get("/self-help/", buffered=True).text
    assert "Acme &amp; Söhne" in help_page
    assert "https://example.com/p" in help_page
    assert help_page.index("/pwa/house.css") < help_page.index("/vendor.css")
    audit = Reader(desk.get("/portal/audit").text).words
    assert re.search(r"color\b.* #ffd400", audit)


def test_a_change_is_noticed_by_what_phones_keep(vendor, desk):
    client = vendor.app.test_client()
    paths = ("/a", "/sw.js", "/vendor.css", "/pwa/manifest.webmanifest")
    before = {path: client.get(path, buffered=True).headers["ETag"] for path in paths}
    save(desk, color="#123456")
    for path, tag in before.items():
        answer = client.get(path, headers={"If-None-Match": tag}, buffered=True)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] in ("no-cache", FRESH), path
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]}, buffered=True)
        assert again.status_code == 304, path


def test_what_is_set_counts_over_the_settings_in_every_process(vendor, settings, clock, desk):
    own = {"vendor_name": "Acme", "privacy_url": "https://example.com/settings"}
    other = settings.model_copy(update=own)
    client = create_app(other, clock=clock).test_client()
    assert 'data-vendor="Acme"' in client.get("/a", buffered=True).text
    save(desk, name="Set here")
    page = client.get("/a", buffered=True).text
    assert 'data-vendor="Set here"' in page
    assert 'data-privacy="https://example.com/settings"' in page


def test_the_phone_page_opens_with_the_settings_while_the_database_is_away(
    settings, clock, tmp_path, monkeypatch
):
    def away() -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    logo = tmp_path / "logo.webp"
    logo.write_bytes(LOGO)
    own = settings.model_copy(update={"vendor_name": "Acme", "vendor_logo": logo})
    client = create_app(own, clock=clock).test_client()
    assert client.get("/vendor-logo").data == KEPT
    monkeypatch.setattr("keyferry.server.web.brand.reading", away)
    page = client.get("/a", buffered=True)
    assert (page.status_code, f'data-logo="/vendor-logo?v={branding.digest(KEPT)}"' in page.text) == (
        200,
        True,
    )
    logo.unlink()
    assert 'data-vendor="Acme" data-logo=""' in client.get("/a", buffered=True).text


def test_a_logo_is_served_as_a_picture_and_as_nothing_else(vendor, desk):
    assert vendor.app.test_client().get("/vendor-logo").status_code == 404
    page = desk.get(upload(desk, LOGO).location).text
    assert "Saved. Pages look like this from now on." in page
    mark = branding.digest(KEPT)
    assert f'src="/vendor-logo?v={mark}"' in page
    client = vendor.app.test_client()
    assert f'data-logo="/vendor-logo?v={mark}"' in client.get("/a", buffered=True).text
    picture = client.get(f"/vendor-logo?v={mark}")
    assert (picture.data, picture.mimetype) == (KEPT, "image/png")
    assert picture.headers[CSP] == "default-src 'none'"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    tag = picture.headers["ETag"]
    assert client.get("/vendor-logo", headers={"If-None-Match": tag}).status_code == 304


def test_each_part_goes_back_to_its_default(desk):
    save(desk, name="Acme", privacy="https://example.com/p", color="#123456")
    upload(desk, LOGO)
    for part in ("name", "privacy", "color", "logo"):
        before = current()
        answer = desk.post(f"{PAGE}/default", part=part)
        assert "back to the default." in desk.get(answer.location).text
        assert vars(current()) == vars(before) | {part: ""}
    assert current() == Brand()
    assert desk.post(f"{PAGE}/default", part="font").status_code == 404


def test_what_does_not_fit_is_named_beside_its_field_and_what_was_typed_stays(desk):
    for field, text, sentence in (
        ("name", "x" * 61, "up to 60 visible characters"),
        ("privacy", "javascript:alert(1)", "Enter the full address of your privacy notice"),
        ("color", "bright yellow", "six digits or letters from A to F"),
    ):
        for operation in ("", "/preview"):
            answer = save(desk, operation, **({"name": "Acme"} | {field: text}))
            assert answer.status_code == 400
            assert sentence in answer.text.split(f'id="{field}-fault"')[1]
            assert f'value="{text}"' in answer.text
    assert current() == Brand()


def test_a_logo_that_does_not_fit_is_named_beside_its_field(desk):
    for content, status, sentence in (
        (b"", 400, "Choose an image first."),
        (b"words", 400, "This file isn’t an image"),
        (b"x" * (MAX_BYTES + 1), 413, "larger than 500 kB"),
        (b"x" * 2_000_000, 413, "larger than 500 kB"),
    ):
        answer = upload(desk, content)
        assert answer.status_code == status
        assert sentence in answer.text.split('id="logo-fault"')[1]
    assert current().logo == ""


def test_a_logo_that_is_refused_takes_what_was_typed_neither_away_nor_in(desk):
    answer = upload(desk, b"words", name="Acme", **{"branding/supportEmail": "help@example.com"})
    assert answer.status_code == 400
    assert 'value="Acme"' in answer.text
    assert 'value="help@example.com"' in answer.text
    assert current() == Brand()
    assert support().email == ""


def test_without_scripts_a_logo_is_sent_by_itself_and_takes_nothing_along(desk):
    """What is far too large is read by nobody: nothing that was typed may be in the same form."""
    page = Reader(desk.get(PAGE).text)
    [alone] = [form for form in page.forms if form.takes("logo")]
    assert set(alone.values) <= {"csrf_token", "version", "plain", "logo"}
    typed = {name: value for name, value in alone.values.items() if name != "logo"}
    save(desk, name="Acme")
    typed["version"] = form_in(desk.get(PAGE), PAGE, has="logo").values["version"]
    assert upload(desk, LOGO, **typed).status_code == 302
    assert (current().name, current().logo) == ("Acme", branding.digest(KEPT))
    refused = upload(desk, b"x" * 2_000_000, **typed)
    assert refused.status_code == 413
    assert "larger than 500 kB" in refused.text.split('id="logo-fault"')[1]
    assert 'value="Acme"' in refused.text


def test_one_save_sets_name_logo_color_and_contact_together(desk):
    contact = {
        "branding/supportEmail": "help@example.com",
        "branding/supportPhone": "+1 555 0142",
        "branding/supportUrl": "https://example.com/help",
    }
    page = desk.get(upload(desk, LOGO, name="Acme", color="#123456", **contact).location).text
    assert "Saved." in page
    assert (current().name, current().color, current().logo) == ("Acme", "#123456", branding.digest(KEPT))
    assert (support().email, support().phone) == ("help@example.com", "+1 555 0142")
    assert "No changes." in desk.get(save(desk, name="Acme", color="#123456", **contact).location).text


@pytest.mark.parametrize(
    ("name", "value"),
    [("supportEmail", "help"), ("supportPhone", "call us"), ("supportUrl", "http://example.com")],
)
def test_a_contact_that_does_not_fit_is_named_beside_its_field_and_nothing_is_saved(desk, name, value):
    answer = save(desk, name="Acme", **{f"branding/{name}": value})
    assert answer.status_code == 400
    assert "Use " in answer.text.split(f'id="branding/{name}-fault"')[1].split("</div>")[0]
    assert f'value="{value}"' in answer.text
    assert 'value="Acme"' in answer.text
    assert current() == Brand()


def test_who_looked_before_somebody_else_changed_it_undoes_nothing(desk):
    early = desk.form_to(PAGE, on=PAGE)
    save(desk, name="Theirs")
    answer = desk.post(PAGE, **early | {"name": "Mine"})
    assert answer.status_code == 409
    assert "This was changed after you opened it." in answer.text
    assert current().name == "Theirs"


def test_a_typed_color_is_told_how_well_it_reads(desk):
    page = f"{PAGE}/readable?color="
    assert "Readable, 6.6:1 on light pages" in desk.get(page + "%231a56c4").text
    assert "darkened so it’s readable on light pages" in desk.get(page + "%23ffd400").text
    assert desk.get(page + "yellow").status_code == 400


def test_only_these_forms_may_be_large(desk):
    # A text that is too long is named beside its field, up to what any form of the portal may hold.
    assert desk.post("/portal/mails/computer_key/en", subject="x", text="x" * 70_000).status_code == 413


def test_a_preview_shows_what_was_typed_and_saves_nothing(desk):
    answer = save(desk, "/preview", name="Would-be", color="#ffd400")
    assert "Nothing is saved yet." in answer.text
    assert 'name="name" type="text" value="Would-be"' in answer.text
    shown = example_on(desk, answer.text)
    assert 'data-vendor="Would-be"' in shown.text
    assert f"--accent:{palette('#ffd400').light.accent}" in shown.text
    assert current() == Brand()


def test_only_the_example_may_be_framed_and_it_reaches_no_server(vendor, desk):
    page = desk.get(PAGE)
    assert "frame-ancestors 'none'" in page.headers[CSP]
    assert "frame-src 'self'" in page.headers[CSP]
    shown = example_on(desk, page.text)
    policy = shown.headers[CSP].split("; ")
    assert {"frame-ancestors 'self'", "connect-src 'none'", "form-action 'none'"} <= set(policy)
    assert not [rule for rule in policy if "unsafe-inline" in rule]
    assert shown.headers["Cache-Control"] == "no-store"
    assert "/phone/v1/" not in shown.text
    real = vendor.app.test_client().get("/a", buffered=True).headers[CSP]
    assert "frame-ancestors 'none'" in real
    assert "frame-src 'none'" in real


def test_an_example_is_only_for_whom_the_portal_sent_and_for_minutes(vendor, desk, clock):
    sealed = desk.client.get(f"{PAGE}/example?name=Acme&theme=dark&view=key").location
    client = vendor.app.test_client()
    shown = client.get(sealed, buffered=True).text
    assert 'data-view="key"' in shown
    assert "color-scheme: dark" in shown
    assert "prefers-color-scheme" not in shown.partition("<style>")[2].partition("</style>")[0]
    assert client.get("/a/example?shown=").status_code == 404
    assert client.get(sealed[:-3] + "abc").status_code == 404
    clock.now += timedelta(minutes=6)
    assert client.get(sealed).status_code == 404
    assert client.get(f"{PAGE}/example?name=Acme").status_code == 302
    assert "sign-in" in client.get(f"{PAGE}/example?name=Acme").location
    assert desk.client.get(f"{PAGE}/example?view=other").status_code == 400


def test_a_form_that_is_stale_keeps_what_was_typed(desk):
    answer = save(desk, name="Typed", csrf_token="stale")
    assert answer.status_code == 400
    assert "Send it again" in answer.text
    assert 'value="Typed"' in answer.text
    assert current() == Brand()
