"""What staff do to many licenses at once, after a question that counts them; and their keys as a table.

Up to a thousand that were selected are changed all or none. All of a list, up to 100,000, are changed one
after the other, while a page says how far it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from keyferry.server.core.errors import Malformed
from keyferry.server.core.licensing import batches, license_changes, licenses, many
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.licensing.listings import Wanted
from keyferry.server.core.models import License
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff, typed
from keyferry.server.faces.portal.licenses import list_page
from keyferry.server.faces.portal.list_addresses import LICENSES
from keyferry.server.faces.portal.tables import csv_file, workbook
from keyferry.server.parts import parts
from keyferry.server.services import changes, changing_many, list_queries
from keyferry.server.services.changing_many import Progress
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import ngettext, number
from keyferry.server.web.spreadsheets import MOST_ROWS
from keyferry.server.words.columns import licenses_at, row_of

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
    values = posted()
    action = _action(values)
    terms = typed.renewal(values) if action == "renew" else Terms()
    if _means_everything(values):
        return _begin(values, action, terms)
    changed, asked = changes.change_many(_numbers(), action, terms, by=staff.by(), version=typed.version())
    flash(_outcome(action, changed, asked))
    return _back_to_list()


@blueprint.get("/licenses/bulk/<int:number>")
@staff.needs(Permission.SEE_LICENSES)
def progress(number: int) -> str:
    """Show how far a change of a whole list has come."""
    return progress_page(number)


@blueprint.post("/licenses/bulk/<int:number>/go-on")
@staff.runs(changing_many.go_on)
def go_on(number: int) -> AnyResponse:
    """Change more licenses for a second; the script of the page asks for numbers instead of a page."""
    change = changing_many.go_on(number, by=staff.by())
    if request.accept_mimetypes.best == "application/json":
        return jsonify(done=change.done, wanted=change.wanted)
    return redirect(url_for("portal.bulk.progress", number=number))


@blueprint.post("/licenses/export")
@staff.runs(changes.export)
def export() -> Response:
    """Give the chosen licenses, or all of the list, as a table."""
    values, by = posted(), staff.by()
    is_csv, columns = values.get("format") == "csv", licenses_at(parts().clock())
    show = partial(row_of, columns)
    if _means_everything(values):
        most = changing_many.MOST_EXPORTED if is_csv else MOST_ROWS
        pieces = changing_many.export(_wanted(values), by=by, show=show, most=most)
    else:
        pieces = iter([changes.export(_numbers(), by=by, show=show)])
    if is_csv:
        return csv_file("licenses.csv", tuple(columns), pieces)
    return workbook("licenses.xlsx", tuple(columns), pieces)


def ask_page(**context: Any) -> str:
    """Return the question, with what was wrong where it was asked before."""
    values = posted()
    if _means_everything(values):
        return _ask_about_everything(values, context)
    with reading() as session:
        try:
            chosen, action = _chosen(session), _action(values)
        except Malformed:
            if "refusal" not in context:
                raise
            chosen, action = [], ""
        version = license_changes.version_of_all(chosen)
        count = len(chosen)
        return staff.page(
            "bulk", chosen=chosen, count=count, version=version, action=action, values=values, **context
        )


def progress_page(number: int, **context: Any) -> str:
    """Return how far a change of a whole list has come; raises NotFound (unknown_change)."""
    change = changing_many.progress_of(number, by=staff.by())
    outcome = _outcome_of(change) if change.is_done else ""
    return staff.page("bulk_progress", change=change, outcome=outcome, **context)


def _ask_about_everything(values: dict[str, str], context: dict[str, Any]) -> str:
    numbers, action = changing_many.meant(_wanted(values)), _action(values)
    if "refusal" not in context:
        many.check(action, Terms(days=1), len(numbers))
    return staff.page(
        "bulk",
        chosen=[],
        count=len(numbers),
        everything=LICENSES.query(LICENSES.of_query(values.get("list", ""))),
        version=changing_many.version(numbers),
        action=action,
        form=batches.new_form(),
        values=values,
        **context,
    )


def _begin(values: dict[str, str], action: str, terms: Terms) -> AnyResponse:
    mark, by = batches.mark_of_form(values.get("form", "")), staff.by()
    numbers = changing_many.meant(_wanted(values))
    change = changing_many.begin(numbers, action, terms, mark, by=by, seen=typed.version())
    change = changing_many.go_on(change.number, by=by)
    if not change.is_done or change.refused:
        return redirect(url_for("portal.bulk.progress", number=change.number))
    flash(_outcome_of(change))
    return _back_to_list()


def _back_to_list() -> AnyResponse:
    """Lead to the list as it was filtered before."""
    return redirect(LICENSES.address(LICENSES.of_query(posted().get("list", ""))))


def _means_everything(values: dict[str, str]) -> bool:
    return values.get("everything") == "1"


def _wanted(values: dict[str, str]) -> Wanted:
    """Return which licenses the list has that the form was sent from."""
    return list_queries.licenses_wanted(LICENSES.of_query(values.get("list", "")), parts().clock())


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


def _outcome_of(change: Progress) -> str:
    done = _outcome(change.action, change.changed, change.done - change.refused)
    if not change.refused:
        return done
    # Nothing but a renewal by days is ever refused.
    skipped = ngettext(
        "1 license was skipped: it has no end date, or would end too late.",
        "{count} licenses were skipped: they have no end date, or would end too late.",
        change.refused,
    )
    return f"{done} {skipped}"


def _outcome(action: str, changed: int, asked: int) -> str:
    """Say how many were changed, and how many were so before."""
    done = {
        "suspend": ngettext("1 license put on hold.", "{count} licenses put on hold.", changed),
        "resume": ngettext("1 license resumed.", "{count} licenses resumed.", changed),
        "renew": ngettext("1 license renewed.", "{count} licenses renewed.", changed),
    }[action]
    before = asked - changed
    return f"{done} {_('No changes to {count}.', count=number(before))}" if before else done


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the question again, the list that nothing can be asked about, or that nothing was selected."""
    if request.view_args:
        return progress_page(**request.view_args, refusal=refusal)
    values = posted()
    is_question = operation == "do" and values.get("action") in _ACTIONS
    if _means_everything(values) and not is_question:
        return list_page(LICENSES.of_query(values.get("list", "")), refusal=refusal)
    return ask_page(refusal=refusal)
