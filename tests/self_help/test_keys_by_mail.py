"""License keys by mail, the whole way: a browser asks, a real worker sends, a real mail server takes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from keyferry.server.core.models import OutboxMail
from keyferry.server.db import reading
from tests.browsing import House
from tests.mail_server import Box, mail_server, text_of
from tests.self_help.conftest import CustomerMaker


def work(house, root, box: Box) -> None:
    """Run `keyferry worker` until nothing is left to do."""
    home = house.home
    environment = {
        "PYTHONPATH": str(root),
        "KEYFERRY_HOME": str(home),
        "KEYFERRY_SMTP_URL": f"smtp://127.0.0.1:{box.port}",
        "KEYFERRY_MAIL_FROM": "Example Licenses <keys@example.com>",
    }
    command = [sys.executable, "-m", "keyferry.server.command_line", "worker", "--once"]
    subprocess.run(command, env=environment, cwd=home, stdin=subprocess.DEVNULL, check=True, timeout=60)


def test_a_customer_gets_their_keys_and_a_stranger_nothing(house, customer, root):
    """With scripts; the long tests have it without."""
    ask_for_keys(house, customer, root, scripts=True)


def ask_for_keys(house: House, customer: CustomerMaker, root: Path, *, scripts: bool) -> None:
    known, unknown = f"ada.{scripts:d}@example.com", f"bob.{scripts:d}@example.com"
    key = house.short.issue(customer=known)
    visitor, said = customer(java_script_enabled=scripts), []
    for email in (known, unknown):
        visitor.fill_in("keys", email=email)
        visitor.reads("Check your email")
        said.append(visitor.words.replace(email, "…"))
    assert said[0] == said[1]
    with mail_server() as box:
        work(house, root, box)
    [mail] = box.mails
    assert mail["To"] == known
    assert key.text in text_of(mail)
    with reading() as session:
        left = session.scalars(select(OutboxMail).where(OutboxMail.recipient == unknown)).all()
    assert left == []
