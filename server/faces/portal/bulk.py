"""What staff do to many licenses at once, after a question that counts them; and their keys as a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from keyferry.server.core.errors import Malformed
from keyferry.server.core.licensing import license_changes, licenses
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import License
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff, typed
from keyferry.server.faces.portal.tables import LICENSE_COLUMNS, license_row, workbook
from keyferry.server.services import changes
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import ngettext

blueprint = Blueprint("bulk", __name__)

_MOST = 1000
_ACTIONS = {"suspend", "resume", "renew"}
# Longer ones are of no row, and no database holds them.
_NUMBER = re.compile(r"[0-9]{1,9}")


@blueprint.post("/licenses/bulk")
@staff.needs(Permission.CHANGE_LICENSES)
def ask() -> str:
    """Ask whether to do it; nothing is done yet."""
    return ask_page()


@blueprint.post("/licenses/bulk/do")
@staff.runs(changes.change_many)
def do() -> AnyResponse:
    """Do it to all of them or, where one refuses, to none."""
    values, numbers = posted(), _numbers()
    action = _action(values)
    terms = typed.renewal(values) if action == "renew" else Terms()
    changed, asked = changes.change_many(numbers, action, terms, by=staff.by(), version=typed.version())
    flash(_outcome(changed, asked, action))
    return redirect(url_for("portal.licenses.listing"))


@blueprint.post("/licenses/export")
@staff.runs(changes.export)
def export() -> Response:
    """Give the chosen licenses as a table."""
    rows = changes.export(_numbers(), by=staff.by(), show=license_row)
    return workbook("licenses.xlsx", LICENSE_COLUMNS, [rows])


def ask_page(**context: Any) -> str:
    """Return the question, with what was wrong where it was asked before."""
    with reading() as session:
        try:
            chosen, action = _chosen(session), _action(posted())
        except Malformed:
            if "refusal" not in context:
                raise
            chosen, action = [], ""
        version = license_changes.version_of_all(chosen)
        return staff.page("bulk", chosen=chosen, version=version, action=action, values=posted(), **context)


def _action(values: dict[str, str]) -> str:
    action = values.get("action", "")
    if action not in _ACTIONS:
        raise Malformed("Choose what to do with the licenses.", code="nothing_chosen")
    return action


def _numbers() -> set[int]:
    """Return the numbers of the licenses that were selected; raises Malformed (nothing_chosen)."""
    numbers = {int(text) for text in request.form.getlist("chosen") if _NUMBER.fullmatch(text)}
    if len(numbers) > _MOST:
        raise Malformed("Select up to {most:,} licenses at a time.", code="nothing_chosen", most=_MOST)
    return numbers


def _chosen(session: Session) -> Sequence[License]:
    return licenses.with_ids(session, _numbers())


def _outcome(changed: int, asked: int, action: str) -> str:
    """Say how many were changed, and how many were so before."""
    done = {
        "suspend": ngettext("1 license put on hold.", "{count} licenses put on hold.", changed),
        "resume": ngettext("1 license resumed.", "{count} licenses resumed.", changed),
        "renew": ngettext("1 license renewed.", "{count} licenses renewed.", changed),
    }[action]
    before = asked - changed
    return f"{done} {_('No changes to {count}.', count=f'{before:,}')}" if before else done


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the question again, or that nothing was selected."""
    return ask_page(refusal=refusal)
