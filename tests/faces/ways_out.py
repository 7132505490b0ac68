"""Stories of refusals that name a way out: each meets one, and does what its sentence says and no more.

They end with a computer key or a free seat, and return the code of the refusal that they met.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import license_changes, licenses
from keyferry.server.core.licensing.deactivation import Claimed
from keyferry.server.core.licensing.release_limits import CLAIMS, REPLACEMENTS
from keyferry.server.core.mail import delivery
from keyferry.server.core.models import License, Role
from keyferry.server.db import transaction
from keyferry.server.services import operations, products
from keyferry.server.services.guard import PER_LICENSE
from keyferry.server.services.requests import Typed
from keyferry.wizard.control import ActivationControl
from tests.conftest import STAFF
from tests.faces.customers_desk import Desk
from tests.faces.visitor import Visitor
from tests.faces.ways_out_of_proof import typed_where_only_scanning_renews, without_proof_too_often_and_asked
from tests.mail_server import mail_server, send_mail, text_of

WayOut = Callable[[Desk, ActivationControl, ActivationKey], None]


def superseded_in_use(desk: Desk, way_out: WayOut = Desk.deactivate_and_activate) -> str:
    key, wizard = desk.vendor.issue(), desk.wizard()
    desk.activate(wizard, key)
    desk.activate(desk.wizard("another account"), key)
    met = desk.refused_as_typed(wizard, key)
    way_out(desk, wizard, key)
    return met


def superseded_in_use_and_requested_anew(desk: Desk) -> str:
    return superseded_in_use(desk, Desk.request_anew)


def superseded_while_pending(desk: Desk) -> str:
    key, wizard = desk.vendor.issue(), desk.wizard()
    desk.scan(wizard.begin(key).url)
    desk.activate(desk.wizard("another account"), key)
    met = desk.refused(wizard.begin(key).url)
    desk.deactivate_and_activate(wizard, key)
    return met


def superseded_picture(desk: Desk) -> str:
    key, wizard = desk.vendor.issue(), desk.wizard()
    picture = wizard.begin(key).url
    desk.scan(picture)
    desk.activate(wizard := desk.wizard("state set up again"), key)
    met = desk.refused(picture)
    assert desk.scan(wizard.begin(key).url).status_code == 200
    return met


def released_by_force(desk: Desk, way_out: WayOut = Desk.deactivate_and_activate) -> str:
    key, wizard = desk.vendor.issue(), desk.wizard()
    desk.activate(wizard, key)
    desk.force(wizard.begin(key).computer_id)
    met = desk.refused_as_typed(wizard, key)
    way_out(desk, wizard, key)
    return met


def released_by_force_and_requested_anew(desk: Desk) -> str:
    return released_by_force(desk, Desk.request_anew)


def released_by_force_while_pending(desk: Desk) -> str:
    key, wizard = desk.vendor.issue(), desk.wizard()
    asked = wizard.begin(key)
    desk.scan(asked.url)
    desk.force(asked.computer_id)
    met = desk.refused(wizard.begin(key).url)
    desk.deactivate_and_activate(wizard, key)
    return met


def released_by_the_wizard(desk: Desk) -> str:
    key, wizard = desk.vendor.issue(), desk.wizard()
    picture = wizard.begin(key).url
    desk.activate(wizard, key)
    desk.release(wizard)
    met = desk.refused(picture)
    desk.activate(wizard, key)
    return met


def replaced_key(desk: Desk) -> str:
    former, wizard = desk.vendor.issue(), desk.wizard()
    desk.activate(wizard, former)
    desk.vendor.clock.pass_days(1)
    desk.vendor.change(former, license_changes.replace_key)
    met = desk.refused(wizard.begin(former).url)
    with transaction() as session:
        new = ActivationKey.from_text(session.scalars(select(License.activation_key)).one())
    desk.activate(wizard, new)
    # The wizard offers the code of what it gave up for this; there is nothing to free by it.
    for operation in ("requests", "deactivations"):
        assert desk.scan(wizard.show_code(former).url, operation).json["superseded"] is True
    assert desk.vendor.seats_used(new) == 1
    return met


def scanned_again(desk: Desk, key: ActivationKey, change: Callable[[], object], state: str = "state") -> str:
    """What stands in the way is changed, and the same code is scanned once more."""
    wizard = desk.wizard(state)
    asked = wizard.begin(key).url
    met = desk.refused(asked)
    change()
    desk.type_key(wizard, desk.scan(asked))
    return met


def no_seat(desk: Desk) -> str:
    key, other = desk.vendor.issue(), desk.wizard(computer="OTHER-PC")
    desk.activate(other, key)
    return scanned_again(desk, key, lambda: desk.release(other))


def expired(desk: Desk) -> str:
    key = desk.vendor.issue(days=10)
    desk.activate(desk.wizard(), key)
    desk.vendor.clock.pass_days(20)
    return scanned_again(desk, key, lambda: desk.vendor.change(key, licenses.renew, days=30))


def suspended(desk: Desk) -> str:
    key = desk.vendor.issue()
    desk.vendor.change(key, licenses.suspend)
    return scanned_again(desk, key, lambda: desk.vendor.change(key, licenses.resume))


def retired(desk: Desk) -> str:
    key, wizard = desk.vendor.issue(), desk.wizard()
    desk.activate(wizard, key)
    desk.vendor.rotate(retire_old=True)
    met = desk.refused(wizard.begin(key).url)
    desk.activate(desk.wizard(), key)
    return met


def never_activated(desk: Desk) -> str:
    key, wizard = desk.vendor.issue(), desk.wizard()
    wizard.begin(key)
    met = desk.refused(wizard.deactivate(key).url, "deactivations")
    desk.activate(wizard, key)
    return met


def unknown_key(desk: Desk) -> str:
    key, wizard = desk.vendor.issue(), desk.wizard()
    met = desk.refused(wizard.begin(ActivationKey.generate(b"k" * 12)).url)
    desk.activate(wizard, key)
    return met


def key_of_another_product(desk: Desk) -> str:
    vendor = desk.vendor
    new = {"code": "demo-cam", "name": "Demo CAM", "key_style": "short", "machine_source": "os"}
    products.add(**new, features=[], by=STAFF, show=lambda added: added)
    others = replace(vendor, product_code="demo-cam").issue()
    wizard = desk.wizard()
    met = desk.refused(wizard.begin(others).url)
    desk.activate(wizard, vendor.issue())
    return met


def moved_too_often(desk: Desk, way_out: Callable[[ActivationKey], None]) -> str:
    key = desk.vendor.issue()
    for number in range(REPLACEMENTS.per_machine + 1):
        desk.activate(desk.wizard(f"state {number}"), key)
    return scanned_again(desk, key, lambda: way_out(key), "the last one")


def moved_too_often_and_waited(desk: Desk) -> str:
    return moved_too_often(desk, lambda _: desk.vendor.clock.pass_days(31))


def moved_too_often_and_asked(desk: Desk) -> str:
    def ask(key: ActivationKey) -> None:
        desk.force(desk.wizard(f"state {REPLACEMENTS.per_machine}").begin(key).computer_id)

    return moved_too_often(desk, ask)


def activated_too_often(desk: Desk) -> str:
    desk.set("options/maxActivationsPerSystem", "1")
    key = desk.vendor.issue()
    desk.activate(desk.wizard(), key)
    return scanned_again(desk, key, lambda: desk.set("options/maxActivationsPerSystem", "2"), "set up again")


def too_many_attempts(desk: Desk) -> str:
    key, wizard = desk.vendor.issue(), desk.wizard()
    guess = desk.vendor.machine(key).deactivation_token
    for _ in range(PER_LICENSE):
        assert desk.refused(guess, "deactivations") == "not_activated"
    # Whoever guesses keeps nobody from activating.
    desk.type_key(wizard, desk.scan(wizard.begin(key).url))
    released = wizard.deactivate().url
    refused = desk.scan(released, "deactivations")
    desk.vendor.clock.now += timedelta(seconds=int(refused.headers["Retry-After"]))
    assert desk.scan(released, "deactivations").status_code == 200
    return refused.json["code"]


def scanned_badly(desk: Desk, badly: Callable[[str], str]) -> str:
    wizard = desk.wizard()
    asked = wizard.begin(desk.vendor.issue()).url
    met = desk.refused(badly(asked))
    desk.type_key(wizard, desk.scan(asked))
    return met


def cut(desk: Desk) -> str:
    return scanned_badly(desk, lambda url: url[:-1])


def altered(desk: Desk) -> str:
    return scanned_badly(desk, lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"))


def too_large(desk: Desk) -> str:
    return scanned_badly(desk, lambda url: url * 500)


def wrong_code(desk: Desk) -> str:
    """The code of a machine's earlier state, typed with the computer ID of the present one."""
    key, wizard = desk.vendor.issue(seats=2), desk.wizard()
    desk.activate(wizard, key)
    given_up, other = wizard.deactivate(), desk.vendor.machine(key)
    typed = {"activation_key": key.text, "computer_id": given_up.computer_id.text}
    visitor = Visitor(desk.vendor.app)
    shown = visitor.fill_in("deactivate", **typed, code=other.code.text)
    assert "come from the same License Wizard" in shown.words
    again = wizard.show_code()
    assert visitor.fill_in("deactivate", **typed, code=again.code.text).status == 200
    assert desk.vendor.seats_used(key) == 0
    return "wrong_deactivation_code" if shown.status == 400 else ""


def of_another_key(desk: Desk) -> str:
    key, wizard = desk.vendor.issue(), desk.wizard()
    asked = wizard.begin(key)
    visitor = Visitor(desk.vendor.app)
    typed = {"activation_key": desk.vendor.issue().text, "computer_id": asked.computer_id.text}
    shown = visitor.fill_in("activate", **typed)
    assert "Check that both come from the same License Wizard" in shown.words
    assert visitor.fill_in("activate", **typed | {"activation_key": asked.activation_key.text}).status == 200
    return "computer_id_mismatch" if shown.status == 400 else ""


def too_early(desk: Desk) -> str:
    desk.set("customerSite/preventDeactivationPeriod", str(5 * 24 * 60))
    key, wizard = desk.vendor.issue(), desk.wizard()
    desk.activate(wizard, key)
    given_up, visitor = wizard.deactivate(), Visitor(desk.vendor.app)
    typed = {"activation_key": key.text, "computer_id": given_up.computer_id.text}
    shown = visitor.fill_in("deactivate", **typed, code=given_up.code.text)
    assert f"starting {desk.vendor.clock.now.date().replace(day=29)}" in shown.words
    desk.vendor.clock.pass_days(5)
    assert visitor.fill_in("deactivate", **typed, code=given_up.code.text).status == 200
    return "deactivation_too_early" if shown.status == 403 else ""


def claimed_too_often(desk: Desk) -> str:
    key = desk.vendor.issue(seats=9)
    for number in range(CLAIMS.per_license):
        machine = desk.vendor.machine(key, f"PC-{number}")
        desk.vendor.activate(machine)
        desk.vendor.release(machine, Claimed())
    desk.set("customerSite/showDeactivationVerificationCode", "false")
    wizard = desk.wizard()
    desk.activate(wizard, key)
    given_up, visitor = wizard.deactivate(), Visitor(desk.vendor.app)
    typed = {"activation_key": key.text, "computer_id": given_up.computer_id.text}
    shown = visitor.fill_in("deactivate", **typed)
    assert "Wait a few days, or ask the vendor for help." in shown.words
    # Asked, the vendor frees the seat, and who tries again reads that nothing is left to do.
    desk.force(given_up.computer_id)
    assert "Its seat is already free" in visitor.fill_in("deactivate", **typed).words
    assert desk.vendor.seats_used(key) == 0
    return "release_limit_reached" if shown.status == 403 else ""


def typed_anew(desk: Desk, **license: str) -> tuple[ActivationKey, ActivationControl, str]:
    """A computer that was set up again types its codes at the phone page; returns what it is refused with."""
    key = desk.vendor.issue(**license)
    desk.activate(desk.wizard(), key)
    wizard = desk.wizard("state set up again")
    typed = {"activation_key": key.text, "computer_id": wizard.begin(key).computer_id.text}
    answer = desk.vendor.app.test_client().post("/phone/v1/activations", json=typed)
    return key, wizard, answer.json["code"]


def typed_instead_of_scanned(desk: Desk) -> str:
    key, wizard, met = typed_anew(desk)
    desk.activate(wizard, key)
    return met


def typed_and_asked(desk: Desk) -> str:
    key, wizard, met = typed_anew(desk)
    # The vendor replaces the computer ID by the codes that are read out, with a reason.
    typed = Typed(key.text, wizard.begin(key).computer_id.text)
    by = By(Channel.PORTAL, "bob", role=Role.SUPPORT)
    given = operations.activate(typed, by=by, reason="reinstalled").done
    assert wizard.complete(given.computer_key).activation_key is not None
    return met


def typed_and_mailed(desk: Desk) -> str:
    with transaction() as session:
        delivery.looked(session, desk.vendor.clock.now)
    key, wizard, met = typed_anew(desk, customer="ada@example.com")
    typed = {"activation_key": key.text, "computer_id": wizard.begin(key).computer_id.text}
    desk.vendor.app.test_client().post("/phone/v1/release-links", json=typed)
    visitor = Visitor(desk.vendor.app)
    given = visitor.send(visitor.open(mailed_link(desk.vendor.clock)).form)
    assert wizard.complete(given.key).activation_key is not None
    return met


def mailed_link(clock: Callable[[], datetime]) -> str:
    """What follows `/self-help/` in the link that waits in the outbox, once it was mailed."""
    with mail_server() as box:
        send_mail(box, clock)
    [mail] = box.mails
    [found] = re.findall(r"http://\S+/self-help/(release-link/[0-9a-f]{32})\s", text_of(mail))
    return str(found)


def no_link_and_asked(desk: Desk) -> str:
    with transaction() as session:
        delivery.looked(session, desk.vendor.clock.now)
    key, former, wizard = desk.vendor.issue(), desk.wizard(), desk.wizard(computer="OTHER-PC")
    desk.activate(former, key)
    asked = wizard.begin(key).url
    met = desk.refused(asked, "release-links")
    desk.force(former.begin(key).computer_id)
    desk.type_key(wizard, desk.scan(asked))
    return met


CHANNELS: dict[str, list[Callable[[Desk], str]]] = {
    "computer_id_superseded": [
        superseded_in_use,
        superseded_in_use_and_requested_anew,
        superseded_while_pending,
        superseded_picture,
    ],
    "computer_id_released": [
        released_by_force,
        released_by_force_and_requested_anew,
        released_by_force_while_pending,
        released_by_the_wizard,
    ],
    "activation_key_replaced": [replaced_key],
    "no_seat_left": [no_seat],
    "no_release_link": [no_link_and_asked],
    "replacement_needs_link": [typed_and_mailed],
    "replacement_needs_vendor": [
        typed_instead_of_scanned,
        typed_and_asked,
        without_proof_too_often_and_asked,
    ],
    "renewal_needs_scan": [typed_where_only_scanning_renews],
    "license_expired": [expired],
    "license_suspended": [suspended],
    "retired_epoch": [retired],
    "not_activated": [never_activated],
    "unknown_activation_key": [unknown_key, key_of_another_product],
    "computer_looks_the_same": [moved_too_often_and_waited, moved_too_often_and_asked],
    "release_limit_reached": [claimed_too_often],
    "activation_limit_reached": [activated_too_often],
    "too_many_attempts": [too_many_attempts],
    "malformed_token": [cut],
    "bad_signature": [altered],
    "request_too_large": [too_large],
    "wrong_deactivation_code": [wrong_code],
    "computer_id_mismatch": [of_another_key],
    "deactivation_too_early": [too_early],
}
