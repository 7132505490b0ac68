"""Licenses that were issued together: a form that is sent twice issues once, and what it issued is found."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from keyferry.server.core.errors import NotFound
from keyferry.server.core.models import Batch, License

_FORM = re.compile(r"[\w-]{22}", re.ASCII)


def new_form() -> str:
    """Return the mark of one form, in 22 characters."""
    return secrets.token_urlsafe(16)


def of_form(session: Session, form: str, *, now: datetime) -> tuple[Batch, bool]:
    """Return the batch of a form and whether it is new; what is no mark of a form stands for a fresh one.

    Of two that come at once the second waits for the first.
    """
    mark = form if _FORM.fullmatch(form) else new_form()
    try:
        with session.begin_nested():
            batch = Batch(form=mark, created_at=now)
            session.add(batch)
    except IntegrityError:
        return session.scalars(select(Batch).where(Batch.form == mark)).one(), False
    return batch, True


def licenses_of(session: Session, number: int) -> Sequence[License]:
    """Return the licenses of a batch with product and customer; raises NotFound (unknown_batch)."""
    held = select(License).where(License.batch_id == number).order_by(License.id)
    found = session.scalars(held.options(joinedload(License.product), joinedload(License.customer))).all()
    if not found:
        raise NotFound(
            "No licenses were issued here. Look for them in the list of licenses.", code="unknown_batch"
        )
    return found


def others(session: Session, license: License) -> int:
    """Count with how many others a license was issued."""
    if license.batch_id is None:
        return 0
    together = select(func.count()).select_from(License).where(License.batch_id == license.batch_id)
    return session.scalars(together).one() - 1
