"""The demo machine: a computer that the server plays, from its QR code to the key that is typed on it."""

from __future__ import annotations

import base64
import io
import re
from html import unescape

import pytest
from PIL import Image
from sqlalchemy import select

from keyferry.server import create_app
from keyferry.server.core.models import DemoMachine
from keyferry.server.db import reading
from keyferry.server.parts import EXTENSION
from keyferry.wizard.qr import ScanCode
from tests.conftest import Vendor
from tests.faces import portal_visitor
from tests.faces.portal_visitor import Visitor, form_in
from tests.faces.test_portal_first_day import DAY, SHOWN, activated, code_on, is_done, kinds, phone


@pytest.fixture
def ada(vendor: Vendor) -> Visitor:
    """An administrator on the vendor's first day."""
    return portal_visitor.staff(vendor, first_day=True)


@pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)
def test_the_demo_machine_goes_the_whole_way_from_its_code_to_its_activation(app, vendor, ada):
    assert "Show a demo code" in ada.get("/portal/").text
    ada.post(f"{DAY}/demo-machine")
    page, before = ada.get("/portal/"), ada.get(f"{DAY}/state").json
    # Drawn as a wizard draws it, and for whoever has no phone a link.
    address = code_on(page)
    assert address in page.text
    drawn = Image.open(io.BytesIO(ScanCode.of(address).png())).convert("L")
    picture = re.search(r'src="data:image/png;base64,([^"]+)"', page.text)[1]
    assert Image.open(io.BytesIO(base64.b64decode(picture))).convert("L").tobytes() == drawn.tobytes()
    key = phone(app, address)
    assert ada.get(f"{DAY}/state").json != before
    # A phone that has the key has activated nothing yet: it has to be typed.
    assert not is_done(ada.get("/portal/"), "Activate a test computer")
    form = form_in(ada.get(f"{DAY}/demo-machine"), f"{DAY}/demo-machine/key")
    answer = ada.post(form.action, **form.values | {"computer_key": key.lower().replace("-", " ")})
    assert answer.location == "/portal/"
    page = ada.get("/portal/")
    assert "The demo machine is activated, as your customer’s computer will be." in page.text
    assert is_done(page, "Activate a test computer (done) Demo machine")
    assert [event for event in kinds() if "demo" in event] == [
        "demo_machine_begun",
        "demo_machine_activated",
    ]
    # Once activated, it takes no key.
    assert ada.get(f"{DAY}/demo-machine").location == "/portal/"


def test_a_mistyped_key_is_corrected_or_refused_in_the_wizards_words(app, vendor, ada):
    ada.post(f"{DAY}/demo-machine")
    key = phone(app, code_on(ada.get("/portal/")))
    other = vendor.activate(vendor.machine(vendor.issue())).computer_key
    for typed, said in {
        key[:14]: "This is too short",
        other: "it’s for another computer",
        "": "type",
    }.items():
        answer = ada.post(f"{DAY}/demo-machine/key", computer_key=typed)
        assert answer.status_code == 400
        assert said in unescape(answer.text)
        assert 'aria-invalid="true"' in answer.text
        assert f'value="{typed}"' in answer.text
    mistyped = ("Y" if key[0] == "X" else "X") + key[1:]
    ada.post(f"{DAY}/demo-machine/key", computer_key=mistyped)
    assert "One character was corrected, and the key confirms it." in ada.get("/portal/").text
    # What is mistyped on a computer is no event.
    assert "change_refused" not in kinds()


def test_the_demo_machine_lives_in_the_database_and_in_no_process(app, vendor, ada, master_key):
    ada.post(f"{DAY}/demo-machine")
    key = phone(app, code_on(ada.get("/portal/")))
    # Another server process on the same database.
    other = create_app(vendor.app.extensions[EXTENSION].settings, clock=vendor.clock)
    there = Visitor(other.test_client())
    for cookie in ("keyferry_portal", "keyferry_form"):
        for (_, _, name), found in list(ada.client._cookies.items()):
            if name.startswith(cookie):
                there.client.set_cookie(name, found.value, path=found.path)
    there.get("/portal/account")
    there.post(f"{DAY}/demo-machine/key", computer_key=key)
    assert is_done(ada.get("/portal/"), "Activate a test computer (done) Demo machine")


def test_once_the_list_is_hidden_the_demo_machine_is_gone_and_settings_bring_the_list_back(app, vendor, ada):
    own = vendor.issue()
    activated(app, ada)
    assert vendor.issue().text in ada.get("/portal/licenses").text
    form = form_in(ada.get("/portal/"), f"{DAY}/hide")
    assert ada.post(form.action, **form.values).location == "/portal/"
    page = ada.get("/portal/").text
    assert "The list is hidden." in page
    assert "todo-list" not in page
    assert "tag todo" not in page
    assert kinds()[-4:] == ["property_set", "released_proven", "license_suspended", "demo_machine_ended"]
    with reading() as session:
        license = session.scalars(select(DemoMachine)).one().license
    assert license.seats_used == 0
    listed = ada.get("/portal/licenses").text
    assert own.text in listed
    assert license.activation_key not in listed
    assert "Demo machine" not in ada.get("/portal/computers").text
    ada.post("/portal/properties/default", property=SHOWN)
    assert "Show a demo code" in ada.get("/portal/?step=activation").text


def test_any_face_that_hides_the_list_ends_the_demo_machine(ada, instance):
    ada.post(f"{DAY}/demo-machine")
    instance("property", "set", SHOWN, "false")
    assert kinds()[-1] == "demo_machine_ended"
    assert ada.post(f"{DAY}/demo-machine/key", computer_key="x").status_code == 404
