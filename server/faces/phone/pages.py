"""The phone page and its files; what the QR code carries is for the page, and never read here."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for

from keyferry.server.core.brand import branding
from keyferry.server.core.brand.colors import palette
from keyferry.server.core.catalogs import languages
from keyferry.server.faces.phone import files
from keyferry.server.faces.phone.document import document, example_document
from keyferry.server.parts import parts
from keyferry.server.web import brand, example
from keyferry.server.web.brand import Introduction
from keyferry.server.web.headers import CSP
from keyferry.server.web.languages import wanted

# The worker that makes the page ready for offline use asks for the same files right after the page did.
FRESH = "max-age=30, must-revalidate"
ALWAYS_ASKED = "no-cache"
NEVER_KEPT = "no-store"

blueprint = Blueprint("pages", __name__)


@blueprint.get("/a", strict_slashes=False)
@blueprint.get("/A", strict_slashes=False)
def page() -> Response:
    """Serve the page; the QR code's address is in upper case, to stay in the code's alphanumeric mode."""
    return _page(ALWAYS_ASKED)


@blueprint.get("/a<encoded_fragment:_carried>")
@blueprint.get("/A<encoded_fragment:_carried>")
@blueprint.get("/a/<encoded_fragment:_carried>")
@blueprint.get("/A/<encoded_fragment:_carried>")
def page_with_token(_carried: str) -> Response:
    """Serve the page, which takes the token out of its address as it does out of the fragment."""
    return _page(NEVER_KEPT)


def _page(caching: str) -> Response:
    language = _language()
    made = document(_vendor(brand.introduction()), language)
    response = _sent(made.file, caching)
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
    """Serve the vendor's picture."""
    found = brand.logo()
    if found is None:
        abort(404)
    response = Response(found, mimetype="image/png")
    response.headers["Cache-Control"] = ALWAYS_ASKED
    response.set_etag(branding.digest(found))
    response.make_conditional(request)
    return response


@blueprint.get("/vendor.css")
def colors() -> Response:
    """Serve what the vendor's color changes in the house style, for the pages that are not in one piece."""
    return _sent(files.packed(".css", brand.colors(brand.brand()).encode()), ALWAYS_ASKED)


@blueprint.get("/a/example")
def example_page() -> Response:
    """Serve the page with invented values, as the portal wants to see it; it is of no use for anything."""
    shown = example.opened(request.args.get("shown", ""), keyring=parts().keyring, now=parts().clock())
    if shown is None:
        abort(404)
    made, policy = example_document(_vendor(Introduction(shown.brand)), shown.theme, shown.view)
    response = Response(made, mimetype="text/html")
    response.headers[CSP] = policy
    return response


def _vendor(introduction: Introduction) -> files.Vendor:
    shown = introduction.brand
    logo = url_for(".logo", v=shown.logo) if shown.logo else ""
    bar = palette(shown.color).light.strong if shown.color else ""
    ways = tuple((way.picture, way.text, way.address) for way in introduction.ways)
    return files.Vendor(shown.name, logo, shown.privacy, brand.colors(shown), bar, ways)


def _language() -> str:
    """Return the language that the reader wants; the page itself lets a choice made in it win."""
    return wanted(languages(files.WORDS))


def _spoken(response: Response, language: str) -> Response:
    response.content_language.add(language)
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _found(name: str) -> files.PageFile:
    # Only the worker's version and the manifest depend on the vendor; nothing else need ask the database. A
    # phone that gets neither keeps the ones it has, and need not load the whole page anew in other colors.
    asks = name in (files.WORKER, files.MANIFEST)
    vendor = _vendor(brand.for_certain()) if asks else files.Vendor()
    found = files.find(name, vendor, _language())
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
