"""Mail that was not sent yet: what waits and why, and what was given up and can be sent again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from keyferry.server.core.mail import delivery
from keyferry.server.core.mail import listing as mails
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.tables import table
from keyferry.server.faces.portal.turning import turned
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import outbox as mail
from keyferry.server.web.forms import Refusal
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import ngettext
from keyferry.server.words.columns import OUTBOX, row_of

blueprint = Blueprint("outbox", __name__)

_PIECE = 500


@blueprint.get("/outbox")
@staff.needs(Permission.SEE_LICENSES)
def listing() -> str:
    """Show what waits and what was given up."""
    return outbox_page()


@blueprint.get("/outbox.csv", defaults={"form": "csv"})
@blueprint.get("/outbox.xlsx", defaults={"form": "xlsx"})
@staff.needs(Permission.SEE_LICENSES)
def export(form: str) -> Response:
    """Give what waits and what was given up as a table, as CSV a piece at a time."""
    return table("unsent-email", form, tuple(OUTBOX), _table())


def _table() -> Iterator[list[Sequence[object]]]:
    now, last = parts().clock(), None
    while True:
        with reading() as session:
            rows = mails.before(session, mails.Wanted(), last, _PIECE, now=now)
        if not rows:
            return
        yield [row_of(OUTBOX, one) for one in rows]
        last = rows[-1].id


@blueprint.post("/outbox/<int:number>/send-again")
@staff.runs(mail.send_again)
def send_again(number: int) -> AnyResponse:
    """Have a mail tried anew; back on the customer's page where that was asked."""
    mail.send_again(number, by=staff.by())
    flash(_("The email will be sent again."))
    if (customer := request.args.get("customer", None, int)) is not None:
        return redirect(url_for("portal.customers.customer", number=customer))
    return redirect(url_for("portal.outbox.listing"))


@blueprint.post("/outbox/send-all-again")
@staff.runs(mail.send_all_again)
def send_all_again() -> AnyResponse:
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
