"""The phone, the portal and Self Help read every spelling of an address."""

from __future__ import annotations

from tests.faces.portal_visitor import staff
from tests.faces.test_spellings import machine, post
from tests.spellings import READ

__all__ = ["machine", "post"]


def test_the_phone_reads_every_spelling(machine, post):
    in_lower_case = READ["lower case"]
    for name, spelled in READ.items():
        asked = post("requests", spelled(machine.activation_token))
        assert (asked.status_code, asked.json["computer_id"]) == (200, machine.computer_id.text), name
    assert post("activations", in_lower_case(machine.activation_token)).json["state"] == "new"
    for name, spelled in READ.items():
        asked = post("requests", spelled(machine.deactivation_token))
        assert (asked.status_code, asked.json["state"]) == (200, "active"), name
    assert post("deactivations", in_lower_case(machine.deactivation_token)).json["release"] == "proven"


def test_the_portal_reads_every_spelling(vendor, machine):
    operator = staff(vendor)
    for name, spelled in READ.items():
        page = operator.post("/portal/link", link=spelled(machine.activation_token))
        assert page.status_code == 200, name
        assert machine.computer_id.text in page.text, name
