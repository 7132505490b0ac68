"""What a load balancer or a monitor asks: whether the process lives, and whether it can do its work."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from keyferry.server.config import ConfigError
from keyferry.server.core.errors import CoreError
from keyferry.server.core.licensing.products import check_master_key
from keyferry.server.db import explained, reading, require_migrated
from keyferry.server.parts import parts

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """Say that this process answers; nothing else is asked."""
    return _said("ok", 200)


@blueprint.get("/readyz")
def ready() -> Response:
    """Say whether the database can be reached, is migrated, and has the secrets of this master key.

    What is wrong is said by its code only: anybody can ask.
    """
    trouble = _trouble()
    return _said("ready", 200) if trouble is None else _said(trouble, 503)


def _trouble() -> str | None:
    try:
        require_migrated(parts().settings)
        with reading() as session:
            check_master_key(session, parts().keyring)
    except (ConfigError, CoreError) as error:
        return error.code
    except SQLAlchemyError as error:
        known = explained(error)
        if known is None:
            raise
        return known.code
    return None


def _said(word: str, status: int) -> Response:
    response = Response(f"{word}\n", status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
