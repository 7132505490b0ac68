"""The first-day list in the place of the start page, and the demo machine on which its key is typed."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from keyferry.protocol.codes import Kind
from keyferry.protocol.computer_key import Style
from keyferry.server.core import audit, first_day
from keyferry.server.core.first_day import Step
from keyferry.server.core.licensing import demo_machine
from keyferry.server.core.mail import delivery
from keyferry.server.core.models import License
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.products import profile_name
from keyferry.server.faces.portal.sample_code import PYTHON, TERMINAL, samples
from keyferry.server.parts import parts
from keyferry.server.services import first_day as services
from keyferry.server.services.first_day import FirstDay
from keyferry.server.web.forms import Refusal, form_expired, posted
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import ngettext

blueprint = Blueprint("first_day", __name__, url_prefix="/first-day")

# As the wizard draws it: the stronger correction only while the code stays small.
_LARGEST_COMFORTABLE_VERSION = 5
_PIXELS, _MARGIN = 8, 4
_WORKER = "keyferry worker"


@blueprint.get("/state")
@staff.needs(Permission.SEE_LICENSES)
def state() -> Response:
    """Tell the page that waits whether anything has happened."""
    found = staff.first_day()
    return jsonify({"state": found.state if found else ""})


@blueprint.post("/test-license")
@staff.runs(services.issue_test_license)
def issue_test_license() -> Response:
    """Issue a test license by one press."""
    services.issue_test_license(by=staff.by())
    flash(_("Test license issued."))
    return _back()


@blueprint.post("/demo-machine")
@staff.runs(services.begin_demo)
def begin_demo() -> Response:
    """Begin the demo machine."""
    services.begin_demo(by=staff.by())
    return _back()


@blueprint.get("/demo-machine")
@staff.runs(services.type_key)
def demo() -> str | Response:
    """Show the demo machine, where its key is typed."""
    return demo_page() or _back()


@blueprint.post("/demo-machine/key")
@staff.runs(services.type_key)
def type_key() -> Response:
    """Type the key on the demo machine."""
    key = services.type_key(posted().get("computer_key", ""), by=staff.by())
    count = len(key.corrections)
    corrected = ngettext(
        "One character was corrected, and the key confirms it.",
        "{count} characters were corrected, and the key confirms them.",
        count,
    )
    activated = _("The demo machine is activated, as your customer’s computer will be.")
    flash(f"{activated} {corrected}" if count else activated)
    return _back()


@blueprint.post("/hide")
@staff.runs(services.hide)
def hide() -> Response:
    """Show the list no more."""
    services.hide(by=staff.by())
    flash(_("The list is hidden. Settings can show it again: portal/showFirstDayList."))
    return _back()


def page(**context: Any) -> str | None:
    """Return the list, None where the start page is to be shown: once all is done, from now on."""
    found = staff.first_day()
    if found is None or (found.is_done and not staff.may("SET_PROPERTIES")):
        return None
    if found.is_done:
        services.hide(by=staff.by())
        staff.forget_first_day()
        flash(_("All seven steps are done. The demo machine is gone, and Start shows your figures."))
        return None
    license, now, address = found.facts.license, parts().clock(), services.demo_address()
    with reading() as session:
        late, ahead = delivery.late(session, now), audit.from_the_future(session, now)
    return staff.page(
        "checklist",
        day=found,
        steps=list(Step),
        opened=_opened(found),
        code=request.args.get("code", TERMINAL),
        kinds={TERMINAL: _("Terminal"), PYTHON: "Python"},
        worker=_WORKER,
        samples=_samples(found, license) if license else {},
        url=parts().settings.public_url,
        is_https=parts().settings.is_https,
        late=late,
        ahead=ahead,
        scan_address=address,
        picture=_picture(address) if address else None,
        **context,
    )


def demo_page(**context: Any) -> str | None:
    """Return the page of the demo machine, with what was wrong with a key; None where there is none."""
    found = staff.first_day()
    machine = found.facts.demo if found else None
    address = services.demo_address()
    if found is None or machine is None or address is None:
        return None
    is_short = machine.license.product.key_style == Style.SHORT
    lengths = {"computer_key": Kind.COMPUTER_KEY.length} if is_short else {}
    shown = {"scan_address": address, "picture": _picture(address), "lengths": lengths, "is_short": is_short}
    return staff.page("demo_machine", day=found, **shown, **context)


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page on which an operation was refused."""
    if operation == "type_key" and (again := demo_page(values=posted(), refusal=refusal)):
        return again
    again = page(refusal=refusal)
    if again is not None:
        return again
    if refusal.code == form_expired().code:
        return staff.page("first_day_over", refusal=refusal)
    # The list has ended meanwhile, and with it the demo machine.
    raise demo_machine.over()


def _opened(found: FirstDay) -> Step | None:
    wanted = request.args.get("step", "")
    chosen = next((step for step in Step if step == wanted and step not in found.done), None)
    return chosen or first_day.opened(found.done)


def _samples(found: FirstDay, license: License) -> dict[str, str]:
    product = license.product
    return samples(profile_name(product), license.activation_key, product.machine_source)


def _picture(address: str) -> str:
    """Return the QR code as an address that holds it whole."""
    code = _encoded(address, "m")
    if int(code.version) > _LARGEST_COMFORTABLE_VERSION:
        code = _encoded(address, "l")
    picture: str = code.png_data_uri(scale=_PIXELS, border=_MARGIN)
    return picture


def _encoded(address: str, error_correction: str) -> segno.QRCode:
    place, mark, token = address.partition("#")
    # The one "#" is a segment of its own, or the whole code would be half as large again.
    return segno.make_qr(
        [place, mark, token],  # type: ignore[arg-type]  # segments are documented
        error=error_correction,
        boost_error=False,
    )


def _back() -> Response:
    return redirect(url_for("portal.start.home"))
