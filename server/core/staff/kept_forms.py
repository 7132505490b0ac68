"""What an operator had typed when the session ended: sealed, for half an hour, and for nobody else."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from keyferry.server.core.errors import NotFound
from keyferry.server.core.models import KeptForm, Operator
from keyferry.server.core.sealed import Place
from keyferry.server.core.secrets import Keyring

KEPT = timedelta(minutes=30)
MOST = 10
"""How many forms of one operator are kept, the latest."""

_SECRET_BYTES = 16


@dataclass(frozen=True)
class Form:
    """A form that was sent: what it is for, and what was typed into it."""

    endpoint: str
    arguments: dict[str, Any]
    values: Sequence[tuple[str, str]] = field(repr=False)


def keep(session: Session, operator: Operator, form: Form, *, keyring: Keyring, now: datetime) -> str:
    """Keep a form, and return the secret that leads to it, which is kept nowhere here."""
    forget(session, now)
    latest = select(KeptForm.id).where(KeptForm.operator_id == operator.id).order_by(KeptForm.id.desc())
    surplus = session.scalars(latest.offset(MOST - 1)).all()
    session.execute(delete(KeptForm).where(KeptForm.id.in_(surplus)))
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    row = KeptForm(operator_id=operator.id, digest=_digest(secret), kept_until=now + KEPT)
    content = json.dumps(asdict(form)).encode()
    row.sealed_form = keyring.seal(content, _context(row))
    session.add(row)
    return secret


def find(session: Session, operator: Operator, secret: str, *, keyring: Keyring, now: datetime) -> Form:
    """Return the form that a secret leads to; raises NotFound (form_not_kept), also for another operator."""
    row = session.scalar(select(KeptForm).where(KeptForm.digest == _digest(secret)))
    if row is None or row.operator_id != operator.id or not now < row.kept_until <= now + KEPT:
        raise NotFound(
            "What was typed here is no longer kept, or someone else typed it. Open the page again and repeat "
            "it there.",
            code="form_not_kept",
        )
    content = json.loads(keyring.open(row.sealed_form, _context(row)))
    values = [(name, value) for name, value in content["values"]]
    return Form(content["endpoint"], content["arguments"], values)


def forget(session: Session, now: datetime) -> None:
    """Delete what was kept for long enough."""
    # Where the clock was set back, what was kept in a later time would stay for long.
    over = or_(KeptForm.kept_until <= now, KeptForm.kept_until > now + KEPT)
    session.execute(delete(KeptForm).where(over).execution_options(synchronize_session=False))


def _digest(secret: str) -> str:
    return hashlib.sha256(f"keyferry kept form v1\0{secret}".encode(errors="replace")).hexdigest()


def _context(row: KeptForm) -> str:
    return f"form {row.digest} of operator {row.operator_id}"


SEALED = Place(KeptForm, "sealed_form", _context)
