"""Mail that was not sent yet: what waits and why, and what was given up and can be sent again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from keyferry.server.core.mail import delivery
from keyferry.server.core.mail import listing as mails
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.turning import turned
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import outbox as mail
from keyferry.server.web.forms import Refusal
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import ngettext

blueprint = Blueprint("outbox", __name__)


@blueprint.get("/outbox")
@staff.needs(Permission.SEE_LICENSES)
def listing() -> str:
    """Show what waits and what was given up."""
    return outbox_page()


@blueprint.post("/outbox/<int:number>/send-again")
@staff.runs(mail.send_again)
def send_again(number: int) -> Response:
    """Have a mail tried anew; back on the customer's page where that was asked."""
    mail.send_again(number, by=staff.by())
    flash(_("The email will be sent again."))
    if (customer := request.args.get("customer", None, int)) is not None:
        return redirect(url_for("portal.customers.customer", number=customer))
    return redirect(url_for("portal.outbox.listing"))


@blueprint.post("/outbox/send-all-again")
@staff.runs(mail.send_all_again)
def send_all_again() -> Response:
    """Have all that was given up tried anew."""
    count = mail.send_all_again(by=staff.by())
    flash(ngettext("1 email will be sent again.", "{count} emails will be sent again.", count))
    return redirect(url_for("portal.outbox.listing"))


def outbox_page(**context: Any) -> str:
    """Return the page of the outbox, with what was wrong where something was."""
    now = parts().clock()
    with reading() as session:
        return staff.page(
            "outbox",
            found=mails.mails(session, mails.Wanted(), now=now, **turned()),
            outgoing=outgoing(session),
            late=delivery.late(session, now),
            **context,
        )


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page on which an operation was refused."""
    return outbox_page(refusal=refusal)
