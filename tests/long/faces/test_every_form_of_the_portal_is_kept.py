"""No form of the portal loses what was typed in when its session ended; a new one has to be listed here."""

from __future__ import annotations

import pytest

from keyferry.server.core.models import AuditEvent
from keyferry.server.core.staff.sessions import IDLE
from tests.faces.portal_visitor import form_in, staff
from tests.faces.test_portal_kept_forms import FORMS, TYPED, count, late, sign_in_again

__all__ = ["late"]

LICENSE, CUSTOMER, PRODUCT = "/portal/licenses/1", "/portal/customers/1", "/portal/products/demo-cad"
# A page, where its form is sent, and what is typed into it: what the gate has, and every other one.
EVERY = [
    *FORMS,
    (LICENSE, f"{LICENSE}/activate", {"computer_name": "Labor 7", "email": "b@example.com", "notes": TYPED}),
    (LICENSE, f"{LICENSE}/release", {"computer_id": "2ABCD"}),
    (LICENSE, f"{LICENSE}/renew", {"days": "400"}),
    (LICENSE, f"{LICENSE}/edit", {"notes": TYPED, "lease_days": "60"}),
    (LICENSE, f"{LICENSE}/seats", {"seats": "77"}),
    ("/portal/computers/1", "/portal/computers/1/force-release", {"reason": "The disk died"}),
    (CUSTOMER, f"{CUSTOMER}/merge-preview", {"email": "b@example.com"}),
    ("/portal/branding", "/portal/branding", {"name": "Neue & Co", "privacy": "https://x.example/p"}),
    ("/portal/properties", "/portal/properties", {"branding/supportPhone": "+1 555 0142"}),
    (PRODUCT, f"{PRODUCT}/features", {"features": "export-2"}),
    (PRODUCT, f"{PRODUCT}/rotate", {"typed": "Demo"}),
    (PRODUCT, f"{PRODUCT}/epochs/1/retire", {"typed": "Demo"}),
    ("/portal/operators", "/portal/operators", {"name": "bob"}),
    ("/portal/audit?refused=1", "/portal/audit/views", {"name": "Refused"}),
]
# Where what was typed stands again in another form, by the tests below and of the gate.
ELSEWHERE = {
    *("bulk.ask", "bulk.do", "finding.find", "first_day.type_key", "issuing.change", "issuing.issue"),
    "mail_texts.send_test",
}
# Nothing but secrets is typed there.
SECRET = {
    *("account.change_password", "signing_in.enter", "signing_in.enter_code", "operators.reset"),
    *("computers.release", "second_factor.begin", "second_factor.confirm", "second_factor.end"),
    *("second_factor.renew", "operations.link"),
}
# A button alone, or what the page itself asks for while somebody types.
PRESSED = {
    *("account.sign_out_elsewhere", "branding.back_to_default", "branding.preview", "bulk.export"),
    *("bulk.go_on", "changes.edition", "changes.mail_key", "changes.replace_key", "changes.resume"),
    *("changes.suspend", "computers.key", "computers.license_file", "customers.data", "customers.delete"),
    *("customers.export", "customers.mail_keys", "customers.merge", "first_day.begin_demo"),
    # A file can't be kept, and the others are one press.
    *("importing.discard", "importing.go_on", "importing.look", "importing.refused"),
    *("first_day.hide", "first_day.issue_test_license", "glances.glance", "issuing.customer"),
    *("issuing.export", "issuing.go_on", "issuing.mail", "issuing.stop", "mail_texts.back_to_default"),
    *("mail_texts.letter", "mail_texts.plain", "operations.license_file", "operators.change_role"),
    *("operators.disable", "operators.enable", "operators.end_second_factor", "operators.end_session"),
    *("operators.sign_out", "outbox.send_again", "outbox.send_all_again", "products.profile"),
    *("properties.back_to_default", "signing_in.end", "signing_in.leave", "views.columns", "views.remove"),
    "views.remove_of_audit",
}


def test_every_form_is_known_to_these_tests(app):
    sent = {one.endpoint for one in app.url_map.iter_rules() if "POST" in (one.methods or ())}
    addresses = app.url_map.bind("portal.example")
    typed = {addresses.match(address, "POST")[0].removeprefix("portal.") for _, address, _ in EVERY}
    there = {one.removeprefix("portal.") for one in sent if one.startswith("portal.")}
    assert there == typed | ELSEWHERE | SECRET | PRESSED


@pytest.mark.parametrize(("page", "address", "typed"), EVERY, ids=[address for _, address, _ in EVERY])
def test_what_was_typed_stands_in_the_form_again(vendor, late, page, address, typed):
    has = next(iter(typed))
    if address.endswith("/retire"):
        vendor.rotate()
    form = dict(form_in(late.get(page), address, has=has).values) | typed
    events = count(AuditEvent)
    vendor.clock.now += IDLE
    again = sign_in_again(late, late.post(address, **form))
    assert "Nothing has been done yet" in again.text
    shown = form_in(again, address, has=has).values
    assert {name: shown[name] for name in typed} == typed
    assert count(AuditEvent) == events + 1


@pytest.mark.usefixtures("mail_works")
def test_an_email_that_was_to_be_tested_comes_back_too(vendor, late):
    letter = "/portal/mails/computer_key/en"
    late.get(letter)
    vendor.clock.now += IDLE
    answer = late.post(f"{letter}/test", subject="Ho", text=TYPED)
    assert form_in(sign_in_again(late, answer), letter).values["text"] == TYPED


@pytest.mark.parametrize("address", ["/portal/licenses/new", "/portal/licenses/issue"])
def test_what_was_typed_before_a_preview_comes_back_too(vendor, late, address):
    form, page = "/portal/licenses/preview", "/portal/licenses/new"
    preview = late.post(form, **late.form_to(form, on=page) | {"notes": TYPED, "product": "demo-cad"})
    values = dict(form_in(preview, address).values)
    vendor.clock.now += IDLE
    again = sign_in_again(late, late.post(address, **values))
    assert form_in(again, form).values["notes"] == TYPED


def test_a_key_half_typed_on_the_demo_machine_comes_back_too(vendor):
    visitor = staff(vendor, first_day=True)
    visitor.post("/portal/first-day/demo-machine")
    page = "/portal/first-day/demo-machine"
    assert visitor.get(page).status_code == 200
    vendor.clock.now += IDLE
    again = sign_in_again(visitor, visitor.post(f"{page}/key", computer_key="AB2CD-EF"))
    assert form_in(again, f"{page}/key").values["computer_key"] == "AB2CD-EF"
