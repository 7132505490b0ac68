"""The phone page and its files; whatever the QR code carries stays in the fragment and never comes here."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, send_file, url_for

from server.config import LOGO_TYPES
from server.faces.phone import files
from server.faces.phone.document import document
from server.faces.phone.languages import chosen
from server.headers import CSP
from server.parts import parts

# The worker that makes the page ready for offline use asks for the same files right after the page did.
FRESH = "max-age=30, must-revalidate"
ALWAYS_ASKED = "no-cache"

blueprint = Blueprint("pages", __name__)


@blueprint.get("/a")
@blueprint.get("/A")
def page() -> Response:
    """Serve the page; the QR code's address is in upper case, to stay in the code's alphanumeric mode."""
    language = _language()
    made = document(_vendor(), language)
    response = _sent(made.file, ALWAYS_ASKED)
    response.headers[CSP] = made.policy
    return _spoken(response, language)


@blueprint.get("/sw.js")
def worker() -> Response:
    """Serve the service worker at the root: from /pwa/ it could not look after /a."""
    return _sent(_found(files.WORKER), ALWAYS_ASKED)


@blueprint.get("/pwa/<path:name>")
def file(name: str) -> Response:
    """Serve a file of the page."""
    response = _sent(_found(name), FRESH)
    return _spoken(response, _language()) if name == files.MANIFEST else response


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


def _language() -> str:
    """Return the language that the browser asks for; the page itself lets a choice made on the phone win."""
    return chosen(request.accept_languages, files.languages())


def _spoken(response: Response, language: str) -> Response:
    response.content_language.add(language)
    response.vary.add("Accept-Language")
    return response


def _found(name: str) -> files.PageFile:
    found = files.find(name, _vendor(), _language())
    if found is None:
        abort(404)
    return found


def _sent(found: files.PageFile, caching: str) -> Response:
    """Send a file, packed where the browser takes it; later it asks whether it is still the same."""
    packed = found.packed if request.accept_encodings["gzip"] else None
    response = Response(found.content if packed is None else packed, mimetype=found.mimetype)
    response.headers["Cache-Control"] = caching
    response.vary.add("Accept-Encoding")
    if packed is not None:
        response.content_encoding = "gzip"
    response.set_etag(f"{found.sum}-{'plain' if packed is None else 'gzip'}")
    response.make_conditional(request)
    return response
