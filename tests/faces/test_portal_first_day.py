"""A vendor's first day in the portal: seven steps that facts complete, and the demo machine."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import func, select

from keyferry.protocol.computer_key import Style
from keyferry.server.core import properties
from keyferry.server.core.brand import branding
from keyferry.server.core.events import Event
from keyferry.server.core.mail import mails, outbox
from keyferry.server.core.models import DemoMachine, License, Role
from keyferry.server.db import reading, transaction
from keyferry.server.parts import EXTENSION, parts
from tests.audit_log import events
from tests.authenticator import code_of
from tests.conftest import NOON, STAFF, Vendor
from tests.faces import portal_visitor
from tests.faces.portal_visitor import PASSWORD, Visitor, form_in
from tests.faces.visitor import Reader
from tests.mail_server import mail_server, send_mail
from tests.wizard.test_qr import rendered

DAY = "/portal/first-day"
SHOWN = properties.FIRST_DAY


@pytest.fixture
def ada(vendor: Vendor) -> Visitor:
    """An administrator on the vendor's first day."""
    return portal_visitor.staff(vendor, first_day=True)


@pytest.fixture
def newcomer(app, clock) -> Visitor:
    """An administrator of a vendor that has nothing yet."""
    return portal_visitor.staff(Vendor(app, app.extensions[EXTENSION].keyring, clock, "none"), first_day=True)


@pytest.fixture
def set_to(app):
    """Start the server with other settings."""

    def set_to(**values: object) -> None:
        settings = parts().settings.model_copy(update=values)
        app.extensions[EXTENSION] = replace(parts(), settings=settings)

    return set_to


def steps(page) -> dict[str, str]:
    """How each step of the list stands, by its words: did, now or later."""
    found = {}
    for item in re.findall(r"<li[^>]*><svg.*?</li>", page.text, re.S):
        words = Reader(f"<p>{item}</p>").words
        how = re.match(r'<li class="(did|now)"', item)
        found[words] = how[1] if how else "later"
    return found


def is_done(page, title: str) -> bool:
    return any(how == "did" and words.startswith(title) for words, how in steps(page).items())


def opened(page) -> str:
    """The title of the step that is open."""
    return unescape(re.search(r'<li class="now".*?<b>(.*?)</b>', page.text, re.S)[1])


def progress(page) -> str:
    in_the_menu = re.search(r'<span class="tag todo">(.*?)</span>', page.text)[1]
    assert f"<b>{in_the_menu}</b>" in page.text or "first-day" in page.request.path
    return in_the_menu


def code_on(page) -> str:
    """What a phone reads from the demo code."""
    picture = re.search(r'src="data:image/png;base64,([^"]+)"', page.text)[1]
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(base64.b64decode(picture))))
    return found.text


def phone(app, address: str) -> str:
    """Do as the phone page does with a scanned address, and return the computer key."""
    answer = app.test_client().post("/phone/v1/activations", json={"token": address.partition("#")[2]})
    assert answer.status_code == 200, answer.text
    return answer.json["computer_key"]


def kinds() -> list[str]:
    """What happened, in its order."""
    return [event.event for event in events()]


def turn_on_second_factor(ada: Visitor, now) -> None:
    ada.post("/portal/account/second-factor/begin", password=PASSWORD)
    [secret] = Reader(ada.get("/portal/account/second-factor").text).keys
    ada.post("/portal/account/second-factor/confirm", code=code_of(secret, now))


def count(model) -> int:
    with reading() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def activated(app, ada: Visitor) -> None:
    """Go through the demo machine's whole loop."""
    ada.post(f"{DAY}/demo-machine")
    ada.post(f"{DAY}/demo-machine/key", computer_key=phone(app, code_on(ada.get("/portal/"))))


def test_a_new_vendor_finds_the_list_with_nothing_done(newcomer):
    page = newcomer.get("/portal/")
    assert "Let’s activate your first computer." in page.text
    assert progress(page) == "0 of 7"
    assert opened(page) == "Public address"
    assert "which only this machine can open" in page.text
    assert len(steps(page)) == 7
    # Nothing can be played before there is a product.
    assert "No test machine handy?" not in page.text
    for step, sentence in {
        "product": "Add product",
        "license": "Add a product first.",
        "activation": "Add a product and a test license first.",
    }.items():
        assert sentence in newcomer.get(f"/portal/?step={step}").text
    answer = newcomer.post(f"{DAY}/test-license")
    assert (answer.status_code, count(License)) == (404, 0)
    assert "Add a product first." in answer.text


def test_the_public_address_is_done_where_phones_reach_it(ada, set_to):
    assert not is_done(ada.get("/portal/"), "Public address")
    for url in ("http://localhost:8000", "http://0.0.0.0:8000", "http://keys"):
        set_to(public_url=url)
        assert not is_done(ada.get("/portal/"), "Public address")
    set_to(public_url="http://192.168.1.20:8000")
    page = ada.get("/portal/").text
    assert "Only phones in your own network open it." in page
    assert "Without HTTPS, phones can’t use the camera." in page
    set_to(public_url="http://keys.halden.example")
    page = ada.get("/portal/")
    assert is_done(page, "Public address")
    assert "Only phones in your own network" not in page.text


def test_whoever_goes_on_without_an_address_is_not_held_up(ada):
    assert opened(ada.get("/portal/")) == "Test license"
    assert opened(ada.get("/portal/?step=address")) == "Public address"
    # What is done can't be opened again, and what is no step neither.
    for step in ("product", "nonsense"):
        assert opened(ada.get(f"/portal/?step={step}")) == "Test license"


def test_a_test_license_comes_by_one_press_and_only_once(vendor, ada):
    form = form_in(ada.get("/portal/"), f"{DAY}/test-license")
    for _ in range(2):
        ada.post(form.action, **form.values)
    with reading() as session:
        test, demo = session.scalars(select(License).order_by(License.id)).all()
    assert test.notes == "Test license: one seat for 30 days."
    assert (test.seats, test.expires_on) == (1, NOON.date() + timedelta(days=30))
    assert vendor.profile.feature_names(test.features) == ("export", "cam", "simulation")
    assert (demo.demo_fingerprint is not None, test.demo_fingerprint) == (True, None)
    page = ada.get("/portal/")
    assert is_done(page, f"Test license (done) {test.activation_key}")
    assert opened(page) == "Activate a test computer"


def test_a_license_that_was_issued_otherwise_counts_as_well(vendor, ada):
    key = vendor.issue()
    assert is_done(ada.get("/portal/"), f"Test license (done) {key.text}")


def test_the_first_activation_of_a_real_computer_is_waited_for(vendor, ada):
    key = vendor.issue()
    before = ada.get(f"{DAY}/state").json
    assert f'data-state="{before["state"]}"' in ada.get("/portal/").text
    vendor.activate(vendor.machine(key, "LAB-PC-07"))
    assert ada.get(f"{DAY}/state").json != before
    page = ada.get("/portal/")
    assert is_done(page, "Activate a test computer (done) LAB-PC-07")
    assert "Your first computer is activated." in page.text
    assert "No test machine handy?" not in page.text


def test_second_factor_branding_and_email_are_done_by_what_is_the_case(vendor, ada, set_to, mail_works):
    assert opened(ada.get("/portal/?step=second_factor")) == "Turn on a second factor"
    turn_on_second_factor(ada, vendor.clock.now)
    assert is_done(ada.get("/portal/"), "Turn on a second factor")
    now = vendor.clock.now
    with transaction() as session:
        branding.put_all(session, {"color": "#0a5f38"}, branding.Brand(), by=STAFF, now=now)
    page = ada.get("/portal/?step=branding")
    assert "Color (done)" in Reader(page.text).words
    assert not is_done(page, "Add your logo")
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "#0a5f38").save(picture, "PNG")
    with transaction() as session:
        branding.put_logo(session, picture.getvalue(), by=STAFF, now=now)
    assert "Logo (done)" in Reader(ada.get("/portal/?step=branding").text).words
    with transaction() as session:
        properties.put(session, properties.SUPPORT_EMAIL, "help@halden.example", by=STAFF, now=now)
    assert is_done(ada.get("/portal/"), "Add your logo, color, and contact")

    vendor.issue(customer="ada@example.com")
    with transaction() as session:
        mail = mails.license_keys_asked_for("ada@example.com")
        outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=now)
    with mail_server() as box:
        set_to(smtp_url=f"smtp://127.0.0.1:{box.port}", mail_from="keys@halden.example")
        page = ada.get("/portal/?step=email")
        assert "once the first email has been sent" in page.text
        assert not is_done(page, "Connect email")
        send_mail(box, vendor.clock)
    assert is_done(ada.get("/portal/"), "Connect email")


def test_the_list_ends_by_itself_once_all_is_done(app, vendor, ada, set_to, mail_works):
    test_second_factor_branding_and_email_are_done_by_what_is_the_case(vendor, ada, set_to, mail_works)
    set_to(public_url="http://keys.halden.example")
    page = ada.get("/portal/")
    assert progress(page) == "6 of 7"
    activated(app, ada)
    page = ada.get("/portal/").text
    assert "All seven steps are done." in page
    assert "todo-list" not in page
    assert kinds()[-1] == "demo_machine_ended"
    # What is undone later does not bring it back.
    set_to(public_url="http://127.0.0.1:8000")
    assert "todo-list" not in ada.get("/portal/").text


def test_a_demo_machine_whose_days_are_over_makes_room_for_another(app, vendor, ada):
    ada.post(f"{DAY}/demo-machine")
    ada.post(f"{DAY}/demo-machine")
    assert count(DemoMachine) == 1
    first = code_on(ada.get("/portal/"))
    vendor.clock.pass_days(9)
    ada = portal_visitor.staff(vendor, "grace", first_day=True)
    assert "Show a demo code" in ada.get("/portal/").text
    answer = ada.post(f"{DAY}/demo-machine/key", computer_key="x")
    assert answer.status_code == 404
    assert "This demo machine has ended. Show a new demo code on the start page." in answer.text
    ada.post(f"{DAY}/demo-machine")
    assert code_on(ada.get("/portal/")) != first
    activated(app, ada)


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.ADMINISTRATOR, True), (Role.MANAGER, True), (Role.SUPPORT, False), (Role.VIEWER, False)],
)
def test_only_who_may_issue_sees_the_list_and_plays_the_demo_machine(vendor, role, may):
    someone = portal_visitor.staff(vendor, "grace", role, first_day=True)
    page = someone.get("/portal/").text
    assert ("todo-list" in page) is may
    assert ("Hide this list" in page) is (role is Role.ADMINISTRATOR)
    for operation in ("test-license", "demo-machine", "demo-machine/key"):
        answer = someone.post(f"{DAY}/{operation}", computer_key="x")
        assert (answer.status_code == 403) is not may
    assert (someone.get(f"{DAY}/demo-machine").status_code == 403) is not may
    assert (someone.post(f"{DAY}/hide").status_code == 403) is (role is not Role.ADMINISTRATOR)
    assert count(License) == (2 if may else 0)


def test_a_manager_has_the_list_until_the_first_activation_and_no_way_to_what_administrators_do(vendor):
    mo = portal_visitor.staff(vendor, "mo", Role.MANAGER, first_day=True)
    key = vendor.issue()
    page = mo.get("/portal/").text
    assert page.count("For an administrator") == 3
    assert "An administrator can download the profile." in page
    vendor.activate(vendor.machine(key))
    assert "todo-list" not in mo.get("/portal/").text
    assert "tag todo" not in mo.get("/portal/help").text


def test_the_demo_machine_is_said_to_be_one_wherever_it_is_listed(app, vendor, ada):
    ada.post(f"{DAY}/demo-machine")
    phone(app, code_on(ada.get("/portal/")))
    for path in ("computers", "computers/1", "licenses", "licenses/1"):
        assert '<span class="st info">Demo</span>' in ada.get(f"/portal/{path}").text
    license = ada.get("/portal/licenses/1").text
    assert "Demo machine: the server plays it" in license
    # It is for no other computer, and for no longer.
    assert 'data-opens="edit"' in license
    assert 'data-opens="activate"' not in license
    assert 'data-opens="renew"' not in license
    assert Event.DEMO_MACHINE_BEGUN.words in ada.get("/portal/audit").text


@pytest.mark.full_price
@pytest.mark.thorough
@pytest.mark.parametrize("vendor", [Style.SHORT], indirect=True)
def test_the_python_lines_run_as_they_are_shown(app, vendor, tmp_path):
    # What runs by itself has the clock of this machine.
    vendor.clock.now = datetime.now(UTC)
    ada = portal_visitor.staff(vendor, first_day=True)
    ada.post(f"{DAY}/test-license")
    page = ada.get("/portal/?code=python")
    [lines] = [unescape(text) for text in re.findall(r"<pre[^>]*>(.*?)</pre>", page.text, re.S)]
    assert f'data-copy="{lines.splitlines()[0]}' in page.text
    form = form_in(page, "/portal/products/demo-cad/profile")
    saved = ada.post(form.action, **form.values)
    name = re.search(r"filename=\"?([\w.-]+)", saved.headers["Content-Disposition"])[1]
    (tmp_path / name).write_bytes(saved.data)
    running = subprocess.Popen(
        [sys.executable, "-c", lines],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={
            "HOME": str(tmp_path),
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": ":".join(sys.path),
            "PYTHONUTF8": "1",
        },
        text=True,
    )
    with running:
        drawn = []
        for line in running.stdout:
            if line.startswith("\x1b["):
                drawn.append(line)
            elif drawn:
                break
        [found] = zxingcpp.read_barcodes(rendered("".join(drawn)))
        said, _ = running.communicate(f"{phone(app, found.text)}\n", timeout=60)
    assert running.returncode == 0
    assert said.removeprefix("Computer key: ").startswith("This computer's key is valid until")
    assert is_done(ada.get("/portal/"), "Activate a test computer")


def test_the_terminal_line_names_the_profile_and_where_needed_the_machine(ada):
    ada.post(f"{DAY}/test-license")
    page = unescape(ada.get("/portal/").text)
    assert "keyferry-wizard --profile demo-cad-epoch-1.profile.json \\\n    --state ./license" in page
    # What is no kind of code is the first one.
    assert "--state ./license" in ada.get("/portal/?code=cobol").text
