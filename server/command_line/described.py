"""Licenses and activations as commands show them, to programs and to people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from keyferry.protocol.visible import visible
from keyferry.server.core.licensing.facts import ActivationFacts, LicenseFacts
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.models import Product


def product_data(product: Product) -> dict[str, Any]:
    """Return a product for programs."""
    return {
        "code": product.code,
        "number": product.number,
        "name": product.name,
        "key_style": product.key_style,
        "machine_source": product.machine_source,
        "features": list(product.features),
        "epoch": product.current_epoch.number,
    }


def license_data(license: LicenseFacts) -> dict[str, Any]:
    """Return a license for programs; `expires` is null where it never does or `days` have not begun."""
    return {
        "activation_key": license.activation_key,
        "product": license.product_code,
        "product_name": license.product_name,
        "customer": license.customer,
        "order": license.order,
        "seats": license.seats,
        "seats_used": license.seats_used,
        "expires": iso(license.expires),
        "days": license.days,
        "lease_days": license.lease_days,
        "features": license.features,
        "status": license.standing.value,
    }


def activation_data(activation: ActivationFacts) -> dict[str, Any]:
    """Return an activation for programs; `state` is active, or how it ended."""
    return {
        "computer_id": activation.computer_id,
        "computer_name": activation.computer_name,
        "state": activation.state,
        "activated_at": iso(activation.activated_at),
        "activated_by": activation.who,
        "channel": activation.channel,
        "expires": iso(activation.expires),
        "ended_at": iso(activation.ended_at),
        "ended_how": activation.ended_how,
        "ended_by": activation.ended_by,
        "reason": activation.reason,
    }


def license_text(license: LicenseFacts) -> str:
    """Return a license and its computers for people."""
    lines = {
        "License": license.activation_key,
        "Product": f"{license.product_name} ({license.product_code})",
        "Customer": license.customer or "none",
        "Order": license.order or "none",
        "Status": _status_text(license),
        "Seats": f"{license.seats_used} of {license.seats} in use",
        "Expires": expires_text(license),
        "Lease": f"each key lasts {license.lease_days} days at most" if license.lease_days else "none",
        "Features": ", ".join(license.features) or "none",
        "Issued": license.issued.isoformat(),
    }
    facts = "\n".join(f"{name:<10}{visible(value)}" for name, value in lines.items())
    computers = "\n".join(_activation_line(activation) for activation in license.computers)
    return f"{facts}\n\n{computers}" if computers else f"{facts}\n\nNo computer has been activated yet."


def expires_text(license: LicenseFacts) -> str:
    """Return until when a license runs, in words."""
    if license.expires is not None:
        return license.expires.isoformat()
    return "never" if license.days is None else f"{license.days} days after the first activation"


def iso(value: date | datetime | None) -> str | None:
    """Return a day as YYYY-MM-DD, a time in UTC as YYYY-MM-DDTHH:MM:SSZ."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if value is not None else None


def _status_text(license: LicenseFacts) -> str:
    hints = {
        Standing.SUSPENDED: "suspended: no activation until `keyferry license resume`",
        Standing.EXPIRED: "expired: no activation until `keyferry license renew`",
    }
    return hints.get(license.standing, license.standing.value)


def _activation_line(activation: ActivationFacts) -> str:
    name = visible(activation.computer_name or "(no name)")
    since = f"since {activation.activated_at.date()}"
    if activation.ended_at is not None:
        since = f"{activation.activated_at.date()} to {activation.ended_at.date()}"
    return f"{activation.computer_id}  {activation.state:<10}  {since:<24}  {name}"
