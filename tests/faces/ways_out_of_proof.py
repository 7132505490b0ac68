"""Stories of refusals for want of proof, as in `ways_out.py`."""

from __future__ import annotations

from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.models import Role
from keyferry.server.services import operations
from keyferry.server.services.requests import Typed
from tests.faces.customers_desk import Desk


def without_proof_too_often_and_asked(desk: Desk) -> str:
    key = desk.vendor.issue(lease_days=60)
    for state in range(3):
        desk.activate(desk.wizard(f"state {state}"), key)
    wizard = desk.wizard("state lost again")
    asked = wizard.begin(key)
    met = desk.refused(asked.url)
    by = By(Channel.PORTAL, "bob", role=Role.SUPPORT)
    given = operations.activate(Typed(key.text, asked.computer_id.text), by=by, reason="reinstalled").done
    assert wizard.complete(given.computer_key).activation_key is not None
    return met


def typed_where_only_scanning_renews(desk: Desk) -> str:
    desk.set("options/renewByScanOnly", "true")
    key, wizard = desk.vendor.issue(lease_days=60), desk.wizard()
    desk.activate(wizard, key)
    live = wizard.begin(key).computer_id
    desk.vendor.clock.pass_days(62)
    typed = {"activation_key": key.text, "computer_id": live.text}
    met = desk.vendor.app.test_client().post("/phone/v1/activations", json=typed).json["code"]
    desk.request_anew(wizard, key)
    return met
