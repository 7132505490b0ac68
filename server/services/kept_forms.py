"""Keeping what an operator had typed when the session ended, and giving it back after signing in again."""

from __future__ import annotations

from keyferry.server.core.models import Operator
from keyferry.server.core.staff import kept_forms, sessions
from keyferry.server.core.staff.kept_forms import Form
from keyferry.server.db import reading, transaction
from keyferry.server.parts import parts


def keep(token: str, form: Form) -> str | None:
    """Keep a form for the operator of a session that has ended, None where there was no such session.

    Returns the secret that leads to it.
    """
    with transaction() as session:
        operator = sessions.whose(session, token)
        if operator is None or operator.disabled_at is not None:
            return None
        return kept_forms.keep(session, operator, form, keyring=parts().keyring, now=parts().clock())


def find(secret: str, operator: Operator) -> Form:
    """Return what was kept for this operator; raises NotFound (form_not_kept)."""
    with reading() as session:
        return kept_forms.find(session, operator, secret, keyring=parts().keyring, now=parts().clock())
