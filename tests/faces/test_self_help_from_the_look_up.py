"""Self Help from a license that was looked up, or a QR code, to what is done with it; and the front page."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from keyferry.protocol.request_token import scan_url
from keyferry.server.core.licensing import licenses
from keyferry.server.mail import links
from keyferry.server.parts import parts
from tests.faces.test_self_help_activate import codes
from tests.faces.visitor import Form, Shown, Visitor

HTML = {"Accept": "text/html"}


@dataclass(frozen=True)
class Desk:
    """A customer who has looked a license up."""

    visitor: Visitor
    license: Shown

    def begin(self, what: str) -> Shown:
        """Press one of the rows below the license."""
        [form] = [form for form in self.license.read.forms if form.action.endswith("/begin")]
        return self.visitor.post(f"{what}/begin", **form.values)


def form_to(shown: Shown, action: str) -> Form:
    [form] = [form for form in shown.read.forms if form.action == action]
    return form


@pytest.fixture
def look_up(visitor):
    return lambda key: Desk(visitor, visitor.fill_in("license", activation_key=key.text))


def test_the_license_says_which_seat_comes_next_and_leads_to_a_key(vendor, visitor, look_up):
    machine = vendor.machine(vendor.issue(seats=5))
    vendor.activate(vendor.machine(machine.activation_key, "OTHER"))
    desk = look_up(machine.activation_key)
    assert "Takes seat 2 of 5." in desk.license.words
    page = desk.begin("activate")
    assert f"key …{machine.activation_key.last_group}" in page.words
    assert "A new computer takes seat 2 of 5." in page.words
    form = form_to(page, "/self-help/activate")
    assert not form.takes("activation_key") or form.fields["activation_key"]["type"] == "hidden"
    shown = visitor.send(form, computer_id=machine.computer_id.text, computer_name="LAB-PC-07")
    assert shown.key == vendor.activate(machine).computer_key


def test_it_leads_to_a_deactivation_that_says_what_it_does_and_back(vendor, visitor, look_up):
    machine = vendor.machine(vendor.issue(seats=3))
    vendor.activate(machine)
    page = look_up(machine.activation_key).begin("deactivate")
    assert "After this, 0 of 3 seats are in use." in page.words
    assert vendor.seats_used(machine.activation_key) == 1
    back = visitor.send(form_to(page, "/self-help/license"))
    assert "1 of 3 seats in use" in back.words
    form = form_to(page, "/self-help/deactivate")
    done = visitor.send(form, computer_id=machine.computer_id.text, code=machine.code.text)
    assert "LAB-PC-07 is deactivated" in done.words


def test_a_refusal_keeps_what_is_known_and_asks_for_the_key_only_if_it_is_wrong(vendor, visitor, look_up):
    machine = vendor.machine(vendor.issue(seats=3))
    form = form_to(look_up(machine.activation_key).begin("activate"), "/self-help/activate")
    shown = visitor.send(form, computer_id="12345")
    again = form_to(shown, "/self-help/activate")
    assert (shown.status, again.is_wrong("computer_id")) == (400, True)
    assert again.fields["activation_key"]["type"] == "hidden"
    vendor.change(machine.activation_key, licenses.suspend)
    assert "on hold" in visitor.send(form, computer_id=machine.computer_id.text).words
    unknown = visitor.send(form, activation_key="1", computer_id=machine.computer_id.text)
    assert form_to(unknown, "/self-help/activate").is_wrong("activation_key")


def test_where_all_seats_are_in_use_the_license_says_so(vendor, look_up):
    key = vendor.issue(seats=1)
    vendor.activate(vendor.machine(key))
    desk = look_up(key)
    assert "The only seat is in use. Deactivate a computer first." in desk.license.words
    assert "A computer that has it gets its key again." in desk.begin("activate").words


@pytest.mark.parametrize(("page", "switched"), [("activate", "Activate"), ("deactivate", "Deactivate")])
def test_what_is_switched_off_is_not_begun(vendor, visitor, switch, look_up, page, switched):
    desk = look_up(vendor.issue())
    switch(f"customerSite/show{switched}Link", "false")
    assert desk.begin(page).status == 404
    again = visitor.fill_in("license", activation_key=vendor.issue().text)
    assert f"{switched} a computer" not in again.words


def test_a_qr_code_fills_the_form_and_is_activated_with_its_name(vendor, visitor):
    machine = vendor.machine(vendor.issue(seats=2))
    page = visitor.post("scanned", link=scan_url("https://lic.example.com", machine.activation_token))
    assert page.status == 400, "a form that was not sent from a page of ours is refused"
    csrf = visitor.open("activate").form.values["csrf_token"]
    link = scan_url("https://lic.example.com", machine.activation_token)
    page = visitor.post("scanned", link=link, csrf_token=csrf)
    assert machine.computer_id.text in page.words
    assert machine.activation_key.text not in page.answer.text
    assert vendor.seats_used(machine.activation_key) == 0
    assert page.form.values["computer_name"] == "LAB-PC-07"
    assert visitor.send(page.form).key == vendor.activate(machine).computer_key


def test_a_qr_code_of_a_deactivation_fills_that_form(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    csrf = visitor.open("deactivate").form.values["csrf_token"]
    link = scan_url("https://lic.example.com", machine.deactivation_token)
    page = visitor.post("scanned", link=link, csrf_token=csrf)
    assert (page.form.action, vendor.seats_used(machine.activation_key)) == ("/self-help/deactivate", 1)
    assert "Confirmed by the code yes" in visitor.send(page.form).words


def test_a_qr_code_of_something_else_leads_back_to_typing(visitor):
    csrf = visitor.open("activate").form.values["csrf_token"]
    shown = visitor.post("scanned", link="https://example.com/#nothing", csrf_token=csrf)
    assert shown.status == 400
    assert form_to(shown, "/self-help/license").takes("activation_key")


def test_the_front_page_leads_to_phone_self_help_and_staff(app, visitor, switch):
    client = app.test_client()
    page = client.get("/").text
    for address in ("/a", "/self-help/", "/portal/"):
        assert f'href="{address}"' in page
    assert "Keyferry" not in re.sub(r"<head>.*?</head>|/pwa/\S*", "", page, flags=re.DOTALL)
    for name in ("showActivateLink", "showDeactivateLink", "showGetLicenseInformationLink"):
        switch(f"customerSite/{name}", "false")
    for name in ("customerSite/showEmailLicenseKeysLink", "customerSite/emailReleaseLinks"):
        switch(name, "false")
    page = client.get("/").text
    assert 'href="/a"' in page
    assert 'href="/self-help/"' not in page


def test_the_addresses_in_mails_are_of_pages(app):
    settings = parts().settings
    for address in (links.self_help(settings), links.steps(settings, "12FX2")):
        path = address.removeprefix(settings.public_url).partition("#")[0]
        assert app.test_client().get(path, headers=HTML).status_code == 200


def test_the_sheet_leads_to_the_key_by_what_no_server_sees(vendor, visitor):
    shown = visitor.fill_in("activate", **codes(vendor.machine(vendor.issue())))
    [code] = [picture for picture in shown.read.pictures if picture.startswith("data:image/svg+xml")]
    assert code
    assert links.steps(parts().settings, shown.key).endswith(f"/self-help/step-by-step#{shown.key}")
