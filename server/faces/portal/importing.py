"""Importing customers and licenses from another system: a file, what its rows mean, and then all of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from keyferry.server.core.imports import imports
from keyferry.server.core.imports.csv_files import MAX_BYTES, MOST_ROWS
from keyferry.server.core.imports.rows import COLUMNS, left_out
from keyferry.server.core.licensing.products import every_product
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.tables import csv_file
from keyferry.server.parts import parts
from keyferry.server.services import importing
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import said
from keyferry.server.words.columns import refused_head, refused_row

blueprint = Blueprint("importing", __name__, url_prefix="/import")

# With what a browser puts around the file.
MAX_FORM_BYTES = MAX_BYTES + 64 * 1024
MOST_SHOWN = 100
"""How many refused rows a page shows; the file has all of them."""


@blueprint.url_value_preprocessor
def take_files(endpoint: str | None, values: object) -> None:
    """Let a form be larger than elsewhere: here already, since its CSRF field is read before any view."""
    request.max_content_length = MAX_FORM_BYTES


@blueprint.get("")
@staff.needs(Permission.CHANGE_LICENSES)
def form() -> str:
    """Show where a file is chosen."""
    return form_page({})


@blueprint.get("/example.csv")
@staff.needs(Permission.CHANGE_LICENSES)
def example() -> Response:
    """Give a file to fill in, with a customer and two licenses."""
    with reading() as session:
        code = next((one.code for one in every_product(session)), "product-code")
    year = parts().clock().year + 1
    rows = (
        ("ada@example.com", "Ada Example", code, "", 5, f"{year}-12-31", "", "", "PO-1001", "", "active"),
        ("bob@example.com", "Bob Example", code, "", 1, "", 365, "", "PO-1002", "Was key AB-12", "active"),
        ("eve@example.com", "A customer without a license", *[""] * 9),
    )
    return csv_file("import-example.csv", tuple(COLUMNS), [rows])


@blueprint.post("")
@staff.runs(importing.look)
def look() -> AnyResponse:
    """Take a file, and lead to what its rows mean; nothing is imported yet."""
    file = request.files.get("file")
    content, name = (file.read(), file.filename or "") if file else (b"", "")
    number = importing.look(content, name, posted().get("product", ""), by=staff.by())
    return redirect(url_for("portal.importing.progress", number=number))


@blueprint.get("/<int:number>")
@staff.needs(Permission.CHANGE_LICENSES)
def progress(number: int) -> str:
    """Show what an import would make, how far it is, or what it made."""
    return progress_page(number)


@blueprint.post("/<int:number>/go-on")
@staff.runs(importing.go_on)
def go_on(number: int) -> AnyResponse:
    """Import more rows for a second; the script of the page asks for numbers instead of a page."""
    found = importing.go_on(number, by=staff.by())
    if request.accept_mimetypes.best == "application/json":
        return jsonify(done=found.done, wanted=found.wanted)
    return redirect(url_for("portal.importing.progress", number=number))


@blueprint.post("/<int:number>/discard")
@staff.runs(importing.discard)
def discard(number: int) -> AnyResponse:
    """Forget a file of which nothing is imported."""
    importing.discard(number, by=staff.by())
    flash(_("File discarded. Nothing was imported."))
    return redirect(url_for("portal.importing.form"))


@blueprint.post("/<int:number>/refused")
@staff.runs(importing.refused)
def refused(number: int) -> Response:
    """Give the rows that are not imported, each with the reason: corrected, they are a file to import."""
    show = lambda head, row: refused_row(head, row, said(row.message))  # noqa: E731
    head, pieces = importing.refused(number, by=staff.by(), show=show)
    return csv_file(f"not-imported-{number}.csv", refused_head(head), pieces)


def form_page(values: dict[str, str], **context: Any) -> str:
    """Return the page where a file is chosen, with what was wrong with it."""
    with reading() as session:
        products, latest = every_product(session), imports.latest(session)
    return staff.page(
        "import",
        product_options=[(one.code, one.name) for one in products],
        latest=latest,
        values=values,
        columns=COLUMNS,
        max_bytes=MAX_BYTES,
        most_rows=MOST_ROWS,
        **context,
    )


def progress_page(number: int, **context: Any) -> str:
    """Return the page of an import; raises NotFound (unknown_import)."""
    with reading() as session:
        found = imports.find(session, number)
        return staff.page(
            "import_progress",
            found=found,
            refused=[*imports.refused_rows(session, found, most=MOST_SHOWN).values()],
            left_out=left_out(found.head),
            twin=imports.twin(session, found) if found.begun_at is None else None,
            **context,
        )


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page where a file is chosen, or that of the import."""
    if request.view_args:
        return progress_page(**request.view_args, refusal=refusal)
    # What is far too large was not read at all.
    return form_page(posted() if "form" in vars(request) else {}, refusal=refusal)
