"""How templates are rendered: with what every page says and draws hundreds of times made in Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from types import FunctionType
from typing import Any

from flask import Flask, request
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

_ICONS, _PLACES = 256, 512
_DIGIT = re.compile("[0-9]")


class _QuickContext(Context):
    """Calls macros and plain functions at once: Jinja looks at each for marks that ours don't have."""

    def call(self, called: Any, /, *arguments: Any, **named: Any) -> Any:
        """Call what a template calls."""
        kind = type(called)
        if kind is Macro:
            arguments = (self.eval_ctx, *arguments)
        elif kind is not FunctionType or vars(called):
            return super().call(called, *arguments, **named)
        # What only functions get to see that ask for the whole context.
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return called(*arguments, **named)


def init_rendering(app: Flask) -> None:
    """Have the templates of an application use all this."""
    app.jinja_env.context_class = _QuickContext
    app.jinja_env.globals.update(drawn_icon=drawn_icon, marked_digits=marked_digits, url_for=_addresses(app))


@lru_cache(_ICONS)
def drawn_icon(name: str) -> Markup:
    """Return a picture of the house, which says nothing to who does not see it."""
    use = '<svg class="i" aria-hidden="true"><use href="/pwa/vendor/lucide/icons.svg#{}"/></svg>'
    return Markup(use).format(name)  # noqa: S704 - the name is escaped


def marked_digits(text: str) -> Markup:
    """Return a code with its digits marked, to be told from letters."""
    return Markup(_DIGIT.sub(r"<i>\g<0></i>", str(escape(text))))  # noqa: S704 - it is escaped


def _addresses(app: Flask) -> Callable[..., str]:
    """Return Flask's `url_for` that keeps the addresses of pages and files: each page names dozens."""

    @lru_cache(_PLACES)
    def known(_root: str, endpoint: str, **values: Any) -> str:
        return app.url_for(endpoint, **values)

    def address_of(endpoint: str, **values: Any) -> str:
        # Those with other values are too many, and one of this blueprint depends on where it is asked for.
        if (values and values.keys() != {"filename"}) or endpoint.startswith(".") or not request:
            return app.url_for(endpoint, **values)
        return known(request.script_root, endpoint, **values)

    return address_of
