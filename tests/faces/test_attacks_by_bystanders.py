"""What somebody learns who photographed the QR code that a wizard shows, and scans it."""

from __future__ import annotations

import jwt
from sqlalchemy import select

from keyferry.server.core.models import Customer
from keyferry.server.db import transaction

ADDRESS, NAME = "ada@example.com", "Ada Lovelace"


def test_a_photographed_code_tells_nothing_of_the_customer(vendor, app):
    """The license file in the answer once held the customer's address."""
    machine = vendor.machine(vendor.issue(customer=ADDRESS))
    with transaction() as session:
        session.scalars(select(Customer)).one().name = NAME
    bystander = app.test_client()
    for operation in ("requests", "activations"):
        answer = bystander.post(f"/phone/v1/{operation}", json={"token": machine.activation_token})
        assert answer.status_code == 200
        file = answer.json.get("license_file")
        said = answer.text + str(file and jwt.decode(file, options={"verify_signature": False}))
        assert ADDRESS not in said
        assert NAME not in said
    assert "LAB-PC-07" in said
