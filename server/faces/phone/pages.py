"""The phone page and its files; whatever the QR code carries stays in the fragment and never comes here."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, send_file, url_for

from server.config import LOGO_TYPES
from server.faces.phone import files
from server.parts import parts

# The worker that makes the page ready for offline use asks for the same files right after the page did.
FRESH = "max-age=30, must-revalidate"

blueprint = Blueprint("pages", __name__)


@blueprint.get("/a")
@blueprint.get("/A")
def page() -> Response:
    """Serve the page; the QR code's address is in upper case, to stay in the code's alphanumeric mode."""
    return _sent(files.PAGE)


@blueprint.get("/sw.js")
def worker() -> Response:
    """Serve the service worker at the root: from /pwa/ it could not look after /a."""
    return _sent(files.WORKER)


@blueprint.get("/pwa/<path:name>")
def file(name: str) -> Response:
    """Serve a file of the page."""
    return _sent(name)


@blueprint.get("/vendor-logo")
def logo() -> Response:
    """Serve the picture that the vendor's settings name."""
    path = parts().settings.vendor_logo
    if path is None:
        abort(404)
    response = send_file(path, mimetype=LOGO_TYPES[path.suffix.lower()])
    response.headers["Cache-Control"] = "no-cache"
    return response


def _vendor() -> files.Vendor:
    settings = parts().settings
    logo = url_for(".logo") if settings.vendor_logo else ""
    return files.Vendor(settings.vendor_name, logo, settings.privacy_url or "")


def _sent(name: str) -> Response:
    """Send a file, packed where the browser takes it; later it asks whether it is still the same."""
    found = files.find(name, _vendor())
    if found is None:
        abort(404)
    packed = found.packed if request.accept_encodings["gzip"] else None
    response = Response(found.content if packed is None else packed, mimetype=found.mimetype)
    response.headers["Cache-Control"] = "no-cache" if name in (files.PAGE, files.WORKER) else FRESH
    response.vary.add("Accept-Encoding")
    if packed is not None:
        response.content_encoding = "gzip"
    response.set_etag(f"{found.sum}-{'plain' if packed is None else 'gzip'}")
    response.make_conditional(request)
    return response
