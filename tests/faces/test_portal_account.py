"""An operator's own account, and the second factor from the QR code to its end."""

from __future__ import annotations

import base64
import io
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image

from keyferry.server.core import properties
from keyferry.server.core.models import Role
from keyferry.server.db import transaction
from tests.audit_log import events
from tests.authenticator import code_of, set_up
from tests.conftest import STAFF
from tests.faces.portal_visitor import PASSWORD, Visitor, is_open, staff

FRESH = "a new pass phrase"


def scanned(page: str) -> str:
    """The secret in the QR code on a page."""
    picture = re.search(r'src="data:image/png;base64,([^"]+)"', page)[1]
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(base64.b64decode(picture))))
    return parse_qs(urlsplit(found.text).query)["secret"][0]


def recovery_codes(page: str) -> list[str]:
    shown = re.search(r'<ol class="codes".*?</ol>', page, re.DOTALL)
    return [re.sub("<[^>]+>", "", line) for line in re.findall("<li>(.+?)</li>", shown[0])]


def enrolled(vendor, desk: Visitor) -> tuple[str, list[str]]:
    """Set the second factor up as a person does."""
    answer = desk.post("/portal/account/second-factor/begin", password=PASSWORD)
    assert answer.location == "/portal/account/second-factor"
    secret = scanned(desk.get(answer.location).text)
    answer = desk.post("/portal/account/second-factor/confirm", code=code_of(secret, vendor.clock.now))
    return secret, recovery_codes(desk.get(answer.location).text)


def demand(vendor, role: Role = Role.ADMINISTRATOR) -> None:
    with transaction() as session:
        name = properties.second_factor_required(role)
        properties.put(session, name, "true", by=STAFF, now=vendor.clock.now)


def test_the_qr_code_and_the_typed_secret_are_the_same_and_give_ten_recovery_codes(vendor, desk):
    desk.post("/portal/account/second-factor/begin", password=PASSWORD)
    page = desk.get("/portal/account/second-factor").text
    secret = scanned(page)
    assert f'data-key="{secret}"' in page
    spelled = re.sub("</?i>", "", page)
    assert f">{' '.join(secret[at : at + 4] for at in range(0, len(secret), 4))}</span>" in spelled
    answer = desk.post("/portal/account/second-factor/confirm", code=code_of(secret, vendor.clock.now))
    assert answer.location == "/portal/account/recovery-codes"
    with desk.client.session_transaction() as kept:
        held = str(dict(kept))
    shown = desk.get(answer.location)
    codes = recovery_codes(shown.text)
    assert len(set(codes)) == 10
    assert shown.headers["Cache-Control"] == "no-store"
    # Once: not for whoever comes back, nor in what the browser held until then.
    assert desk.get(answer.location).location == "/portal/account"
    assert "recovery_codes" in held
    assert not any(code in held for code in codes)
    assert "10 of 10 left" in desk.get("/portal/account").text
    assert desk.get("/portal/account/second-factor").location == "/portal/account"


def test_a_wrong_first_code_keeps_the_qr_code_and_says_what_to_do(desk):
    desk.post("/portal/account/second-factor/begin", password=PASSWORD)
    before = scanned(desk.get("/portal/account/second-factor").text)
    answer = desk.post("/portal/account/second-factor/confirm", code="12345")
    assert answer.status_code == 403
    assert "check your device’s clock" in answer.text.split('id="code-fault"')[1]
    assert scanned(answer.text) == before
    # Without scripts the browser keeps the answer.
    answer = desk.post("/portal/account/second-factor/confirm", code="12345", plain="1")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (403, "private, no-cache")
    assert "check your device’s clock" in answer.text
    assert before not in answer.text
    assert scanned(desk.get("/portal/account/second-factor").text) == before


def test_a_code_before_anything_was_begun_is_refused(desk):
    answer = desk.post("/portal/account/second-factor/confirm", code="123456")
    assert answer.status_code == 409
    assert "Start setting up the second factor again." in answer.text


def test_to_set_it_up_wants_the_password(desk):
    answer = desk.post("/portal/account/second-factor/begin", password="not mine at all")
    assert answer.status_code == 403
    assert "That isn’t your password." in answer.text.split('id="begin-password-fault"')[1]
    assert "data:image" not in desk.get("/portal/account/second-factor").text
    assert [(event.who, event.code) for event in events("second_factor_refused")] == [
        ("ada", "wrong_password")
    ]


def test_after_the_password_a_code_is_asked_for_and_leads_on_to_where_one_wanted_to_go(vendor, desk):
    secret, _ = enrolled(vendor, desk)
    vendor.clock.now += timedelta(minutes=1)
    other = Visitor(vendor.app.test_client())
    answer = other.sign_in(next="/portal/licenses?q=ada")
    assert answer.location == "/portal/sign-in/code?next=/portal/licenses?q%3Dada"
    assert other.get("/portal/").status_code == 302
    page = other.get(answer.location).text
    assert 'autocomplete="one-time-code"' in page
    assert PASSWORD not in page
    values = {"code": code_of(secret, vendor.clock.now), "next": "/portal/licenses?q=ada"}
    answer = other.post("/portal/sign-in/code", **values)
    assert answer.location == "/portal/licenses?q=ada"
    assert other.get(answer.location).status_code == 200
    assert other.get("/portal/sign-in/code").location == "/portal/sign-in"


def test_a_wrong_code_opens_nothing_and_a_recovery_code_opens_once(vendor, desk):
    _, codes = enrolled(vendor, desk)
    for code, status in [("000000", 403), (codes[0].lower(), 302), (codes[0], 403), (codes[1], 302)]:
        other = Visitor(vendor.app.test_client())
        other.get(other.sign_in().location)
        answer = other.post("/portal/sign-in/code", code=code)
        assert answer.status_code == status
        assert status == 302 or "Each code works once" in answer.text.split('id="code-fault"')[1]
        assert other.get("/portal/").status_code == (200 if status == 302 else 302)


def test_codes_are_not_to_be_tried_for_long(vendor, desk):
    enrolled(vendor, desk)
    other = Visitor(vendor.app.test_client())
    other.get(other.sign_in().location)
    answers = [other.post("/portal/sign-in/code", code="000000") for _ in range(12)]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429] * 2
    assert "Wait 60 min" in answers[-1].text


def test_a_code_page_that_was_left_open_leads_back_to_the_password(vendor, desk):
    secret, _ = enrolled(vendor, desk)
    other = Visitor(vendor.app.test_client())
    other.get(other.sign_in().location)
    vendor.clock.now += timedelta(minutes=11)
    answer = other.post("/portal/sign-in/code", code=code_of(secret, vendor.clock.now))
    assert answer.status_code == 403
    assert "That took too long." in answer.text
    assert 'name="password"' in answer.text
    # Nobody knows how long it took where the browser has forgotten when it began.
    other.client.delete_cookie(vendor.app.config["SESSION_COOKIE_NAME"])
    other.get("/portal/sign-in")
    answer = other.post("/portal/sign-in/code", code=code_of(secret, vendor.clock.now))
    assert "Sign in with your name and password first." in answer.text


def test_without_the_password_there_is_no_code_page(vendor):
    other = Visitor(vendor.app.test_client())
    assert other.get("/portal/sign-in/code").location == "/portal/sign-in"
    other.get("/portal/sign-in")
    answer = other.post("/portal/sign-in/code", code="123456")
    assert (answer.status_code, 'name="password"' in answer.text) == (403, True)


@pytest.mark.thorough
@pytest.mark.parametrize("role", Role)
def test_who_must_have_one_is_led_to_the_set_up_and_reaches_nothing_before(vendor, role):
    demand(vendor, role)
    vendor.issue()
    desk = staff(vendor, role=role)
    rules = [rule for rule in vendor.app.url_map.iter_rules() if rule.endpoint.startswith("portal.")]
    for rule in rules:
        if "sign" in rule.endpoint or "second_factor" in rule.endpoint:
            continue
        path = re.sub("<int:[a-z]+>", "1", rule.rule)
        answer = desk.get(path) if "GET" in rule.methods else desk.post(path)
        assert answer.location == "/portal/account/second-factor", path
    page = desk.get("/portal/account/second-factor").text
    assert f"Your role, {role}, requires one." in page
    desk.post("/portal/account/second-factor/begin")
    secret = scanned(desk.get("/portal/account/second-factor").text)
    desk.post("/portal/account/second-factor/confirm", code=code_of(secret, vendor.clock.now))
    assert desk.get("/portal/licenses/1").status_code == 200


def test_a_role_that_must_have_one_from_now_on_is_led_there_at_once(vendor, desk):
    assert desk.get("/portal/").status_code == 200
    demand(vendor)
    assert desk.get("/portal/").location == "/portal/account/second-factor"
    assert desk.post("/portal/sign-out").location == "/portal/sign-in"


def test_new_recovery_codes_want_the_password_and_replace_the_earlier_ones(vendor, desk):
    _, earlier = enrolled(vendor, desk)
    answer = desk.post("/portal/account/recovery-codes", password="not mine at all")
    assert answer.status_code == 403
    assert is_open(answer.text, "codes")
    answer = desk.post("/portal/account/recovery-codes", password=PASSWORD)
    fresh = recovery_codes(desk.get(answer.location).text)
    assert len(set(fresh) - set(earlier)) == 10


def test_it_ends_with_the_password_only(vendor, desk):
    enrolled(vendor, desk)
    answer = desk.post("/portal/account/second-factor/end", password="not mine at all")
    assert answer.status_code == 403
    assert is_open(answer.text, "end")
    answer = desk.post("/portal/account/second-factor/end", password=PASSWORD)
    assert "Your second factor has ended." in desk.get(answer.location).text
    assert Visitor(vendor.app.test_client()).sign_in().location == "/portal/"
    wanted = ("second_factor_set_up", "second_factor_refused", "second_factor_ended")
    assert [event.event for event in events(*wanted)] == list(wanted)


def test_a_password_is_changed_with_the_old_one_and_ends_the_sessions_elsewhere(vendor, desk):
    other = Visitor(vendor.app.test_client())
    other.sign_in()
    for old, fresh, beside in [("wrong", FRESH, "password"), (PASSWORD, "short", "new_password")]:
        answer = desk.post("/portal/account/password", password=old, new_password=fresh)
        assert f'id="change-{beside}-fault"' in answer.text
    answer = desk.post("/portal/account/password", password=PASSWORD, new_password=FRESH)
    assert "Password changed." in desk.get(answer.location).text
    assert other.get("/portal/").status_code == 302
    assert other.sign_in(password=FRESH).location == "/portal/"
    wanted = ("password_change_refused", "password_changed")
    assert [event.event for event in events(*wanted)] == list(wanted)


def test_all_other_sessions_end_at_once_and_this_one_goes_on(vendor, desk):
    others = [Visitor(vendor.app.test_client()) for _ in range(2)]
    for other in others:
        other.sign_in()
    assert "Sign out elsewhere" in desk.get("/portal/account").text
    answer = desk.post("/portal/account/sign-out-elsewhere")
    page = desk.get(answer.location).text
    assert "You’re signed out everywhere else." in page
    assert "Sign out elsewhere" not in page
    assert [other.get("/portal/").status_code for other in others] == [302, 302]
    assert len(events("signed_out")) == 2


def test_few_recovery_codes_are_a_warning_and_none_an_order(vendor, desk):
    _, codes = enrolled(vendor, desk)
    assert "warn-t" not in desk.get("/portal/account").text
    for code in codes[:-1]:
        other = Visitor(vendor.app.test_client())
        other.get(other.sign_in().location)
        assert other.post("/portal/sign-in/code", code=code).status_code == 302
    assert '<small class="warn-t">1 of 10 left</small>' in desk.get("/portal/account").text
    other = Visitor(vendor.app.test_client())
    other.get(other.sign_in().location)
    other.post("/portal/sign-in/code", code=codes[-1])
    assert "None left. Create new ones now." in desk.get("/portal/account").text


def test_passwords_are_not_to_be_guessed_from_an_unwatched_screen(desk):
    answers = [
        desk.post("/portal/account/password", password=f"guess {number}", new_password=FRESH)
        for number in range(6)
    ]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429]
    assert desk.post("/portal/account/second-factor/begin", password=PASSWORD).status_code == 429


def test_no_secret_code_or_password_gets_into_the_log_or_the_cookies(vendor, desk, caplog):
    caplog.set_level("DEBUG")
    secret, _ = set_up(now=vendor.clock.now - timedelta(hours=1))
    other = Visitor(vendor.app.test_client())
    other.get(other.sign_in().location)
    kept = other.client.get_cookie(vendor.app.config["SESSION_COOKIE_NAME"])
    other.post("/portal/sign-in/code", code=code_of(secret, vendor.clock.now))
    written = caplog.text + kept.value + str(base64.urlsafe_b64decode(kept.value.split(".")[0] + "=="))
    for hidden in (secret, code_of(secret, vendor.clock.now), PASSWORD):
        assert hidden not in written
