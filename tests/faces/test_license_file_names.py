"""A license file has one name on every way to it: product, computer, and the last group of its ID."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest

from keyferry.server.core.licensing.file_names import license_file_name
from keyferry.server.core.mail import outbox
from keyferry.server.db import transaction
from tests.faces.visitor import Visitor

NAME = "Prüfstand 3 – Halle"
SAFE = "demo-cad-Prüfstand-3-Halle-"

pytestmark = pytest.mark.usefixtures("mail_works")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("LAB-PC-07", "LAB-PC-07"),
        ("測定室の計算機", "測定室の計算機"),
        ("ශ්\u200dරී-PC", "ශ්-රී-PC"),
        ("u\u0308ber", "über"),
        ("../../etc/passwd", "etc-passwd"),
        ('a"b\\c:d*e?f<g>h|i', "a-b-c-d-e-f-g-h-i"),
        ("$(reboot) `id`", "reboot-id"),
        ("...", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_name_is_made_safe(name, safe):
    computer_id = "1ARQD-QN0MG-KMA2N-YKCQH-Y7KNW"
    parts = [part for part in ("DEMO-CAD", safe, "Y7KNW") if part]
    assert license_file_name("DEMO-CAD", name, computer_id) == "-".join(parts) + ".lic"


def test_the_name_is_the_same_in_every_face(app, vendor, desk, visitor: Visitor):
    machine = replace(vendor.machine(vendor.issue(customer="ada@example.com")), name=NAME)
    expected = f"{SAFE}{machine.computer_id.text[-5:]}.lic"
    header = f"filename*=UTF-8''{quote(expected)}"
    phone = app.test_client().post("/phone/v1/activations", json={"token": machine.activation_token})
    assert phone.json["license_file_name"] == expected
    by_license = desk.post("/portal/licenses/1/license-file", computer_id=machine.computer_id.text)
    by_computer = desk.post("/portal/computers/1/license-file")
    for answer in (by_license, by_computer):
        assert header in answer.headers["Content-Disposition"]
        assert 'filename="demo-cad-Prufstand-3-Halle-' in answer.headers["Content-Disposition"]
    typed = {"activation_key": machine.activation_key.text, "computer_id": machine.computer_id.text}
    shown = visitor.fill_in("activate", **typed)
    assert header in visitor.send(shown.form).answer.headers["Content-Disposition"]
    desk.post("/portal/computers/1/key", email="ada@example.com", mails_key="1")
    with transaction() as session:
        taken = outbox.take(session, vendor.clock.now)
        assert taken is not None
        mail = outbox.opened(taken, vendor.keyring)
    assert [file.name for file in mail.attachments] == [expected]
    assert expected in mail.text
