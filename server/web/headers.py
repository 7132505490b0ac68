"""The headers that every answer carries: nothing from elsewhere, nothing cached, only an example framed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flask import Flask

from keyferry.server.config import Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

CSP = "Content-Security-Policy"


def content_security_policy(
    *,
    scripts: Sequence[str] = (),
    styles: Sequence[str] = (),
    images: Sequence[str] = (),
    frames: bool = False,
    is_example: bool = False,
) -> str:
    """Return the policy, which lets files of ours through, and what stands in a page by its hash only.

    `images` are addresses of pictures elsewhere, such as a vendor's logo. A page with `frames` may show
    others of ours in itself; only one that `is_example` lets itself be shown so, and it reaches no server.
    """
    reaches, framed_by = ("'none'", "'self'") if is_example else ("'self'", "'none'")
    shows = "'self'" if frames else "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            # The scanner for browsers without one of their own is a WebAssembly.
            " ".join(("script-src 'self' 'wasm-unsafe-eval'", *scripts)),
            " ".join(("style-src 'self'", *styles)),
            " ".join(("img-src 'self' data: blob:", *images)),
            f"connect-src {reaches}",
            "manifest-src 'self'",
            f"worker-src {reaches}",
            "font-src 'self'",
            "base-uri 'none'",
            f"form-action {reaches}",
            f"frame-ancestors {framed_by}",
            f"frame-src {shows}",
            "require-trusted-types-for 'script'",
            "trusted-types keyferry",
        )
    )


FRAMED_LETTER = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin"
)
"""The policy of an email that a page of ours shows: it has its style in itself, and runs nothing."""

# The phone page may scan with the camera; nothing else is needed, so nothing else is allowed.
_UNUSED = (
    *("accelerometer", "autoplay", "display-capture", "encrypted-media", "fullscreen", "geolocation"),
    *("gyroscope", "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get"),
    *("usb", "xr-spatial-tracking"),
)
PERMISSIONS_POLICY = ", ".join(("camera=(self)", *(f"{feature}=()" for feature in _UNUSED)))
_NOT_CACHED = ("Cache-Control", "no-store")
_ALWAYS = (
    (CSP, content_security_policy()),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", PERMISSIONS_POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    _NOT_CACHED,
)
# To what is no document the rest says nothing, and forty times 1 kB are felt on a slow line.
_NO_DOCUMENTS = ("/pwa/", "/static/", "/vendor-logo", "/phone/v1/")
_OF_NO_DOCUMENT = (
    (CSP, "default-src 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    _NOT_CACHED,
)
_STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")


def init_headers(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer, errors included; a handler's own policy and Cache-Control stay."""
    inner = app.wsgi_app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(
            status: str, headers: list[tuple[str, str]], error: Any = None
        ) -> Callable[[bytes], object]:
            own = {name.lower() for name, _ in headers}
            ours = _OF_NO_DOCUMENT if environ["PATH_INFO"].startswith(_NO_DOCUMENTS) else _ALWAYS
            more = [pair for pair in ours if pair[0].lower() not in own]
            if settings.is_https or environ["wsgi.url_scheme"] == "https":
                more.append(_STRICT_TRANSPORT)
            return start_response(status, headers + more, error)

        return inner(environ, start)

    # As the outermost layer, for a few calls instead of a hundred.
    app.wsgi_app = answer  # type: ignore[method-assign]
