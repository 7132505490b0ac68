"""The phone page and its files; whatever the QR code carries stays in the fragment and never comes here."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, send_from_directory

PWA = Path(__file__).resolve().parents[3] / "pwa"

blueprint = Blueprint("pages", __name__)


@blueprint.get("/a")
@blueprint.get("/A")
def page() -> Response:
    """Serve the page; the QR code's address is in upper case, to stay in the code's alphanumeric mode."""
    return _revalidated("index.html")


@blueprint.get("/pwa/<path:name>")
def file(name: str) -> Response:
    """Serve a file of the page."""
    return _revalidated(name)


def _revalidated(name: str) -> Response:
    """Let the browser keep a file, but ask each time whether it is still the same one."""
    response = send_from_directory(PWA, name)
    response.headers["Cache-Control"] = "no-cache"
    return response
