"""`keyferry keys …`: secrets are sealed under a new master key while others serve, and the old one goes."""

from __future__ import annotations

import os
import stat
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import update

from keyferry.protocol.profile import WizardProfile
from keyferry.server.core.events import Event
from keyferry.server.core.mail import outbox
from keyferry.server.core.mail.mails import Mail
from keyferry.server.core.models import OutboxMail, Role
from keyferry.server.core.secrets import new_master_key
from keyferry.server.core.staff import operators, second_factor
from keyferry.server.db import transaction
from tests import authenticator
from tests.audit_log import events
from tests.conftest import STAFF, Vendor
from tests.faces.backups import everything
from tests.faces.doctoring import OK, checks, finding, settled
from tests.wizard.accounts import needs_root

__all__ = ["checks", "finding", "settled"]

pytestmark = pytest.mark.engines("sqlite", "postgresql")

PASSWORD = "correct horse battery"
# A fingerprint key, and the three secrets of an epoch.
OF_A_PRODUCT = 4


def post(vendor: Vendor, count: int = 1) -> None:
    with transaction() as session:
        for number in range(count):
            mail = Mail("license_keys", f"ada{number}@example.com", "Your keys", "Here they are.", ())
            outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=vendor.clock.now)


@pytest.fixture
def totp(vendor) -> str:
    """The second factor of the operator Ada."""
    with transaction() as session:
        operators.add(session, "Ada", Role.ADMINISTRATOR, PASSWORD, by=STAFF, now=vendor.clock.now)
    return authenticator.set_up()[0]


def sealed(url: str) -> Counter[str]:
    """Count the secrets in a whole database by the master key that sealed them, wherever they are."""
    rows = [row for table in everything(url).values() for row in table]
    return Counter(text.split(":")[1] for row in rows for text in row.split("'") if text.startswith("1:"))


def without(path: Path, key_id: str) -> None:
    """Remove the line of a master key, as an administrator does."""
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(f"{key_id}:")))


def test_every_secret_is_sealed_under_the_newest_key_and_the_old_one_can_go(
    vendor, totp, done, instance, settings, finding
):
    post(vendor)
    profile = vendor.profile
    assert finding("older_master_keys") == OK
    assert sealed(settings.database) == {"test": OF_A_PRODUCT + 2}
    key = done("keys", "add")["master_key"]
    assert finding("older_master_keys") == ("warning", "older_master_key_in_use")
    answer = {"master_key": key, "resealed": OF_A_PRODUCT + 2, "left": {}, "removable": ["test"]}
    assert done("keys", "reseal") == answer
    assert sealed(settings.database) == {key: OF_A_PRODUCT + 2}
    assert finding("older_master_keys") == OK
    without(settings.master_key_path, "test")
    assert finding("master_key") == OK
    assert done("keys", "reseal") == answer | {"resealed": 0, "removable": []}
    exported = WizardProfile.from_json(instance("product", "export", "demo-cad").stdout)
    assert (exported.epochs, exported.fingerprint_key) == (profile.epochs, profile.fingerprint_key)
    with transaction() as session:
        taken, now = outbox.take(session, vendor.clock.now), vendor.clock.now
        assert taken is not None
        assert outbox.opened(taken, vendor.keyring).text == "Here they are."
        ada, code = operators.find(session, "ada"), authenticator.code_of(totp, now)
        second_factor.check(session, ada, code, keyring=vendor.keyring, by=STAFF, now=now)
    [event] = events(Event.SECRETS_RESEALED)
    assert event.detail == {"master_key": key}


def test_what_was_done_is_said_and_what_can_be_removed(vendor, instance, settings):
    assert "“test”" in instance("keys", "reseal").stdout
    said = instance("keys", "add", "2027-03").stdout
    assert "run: keyferry keys reseal" in said
    said = instance("keys", "reseal").stdout
    assert said.startswith("Sealed 4 secrets under the newest master key, “2027-03”.\n")
    assert "you can remove the line of “test”" in said
    assert str(settings.master_key_path) in said


def test_a_server_that_was_not_restarted_goes_on_serving(vendor, done):
    key = vendor.issue(seats=2)
    vendor.activate(vendor.machine(key, "BEFORE"))
    done("keys", "add")
    done("keys", "reseal")
    # Its keys were read before, and it seals with the old one still: that is what is resealed later.
    vendor.activate(vendor.machine(key, "AFTER"))
    post(vendor)
    assert vendor.seats_used(key) == 2
    assert done("keys", "reseal")["resealed"] == 1


@pytest.mark.engines("postgresql")
def test_a_code_that_is_checked_while_secrets_are_resealed_is_taken(vendor, totp, done):
    with transaction() as session:
        ada = operators.find(session, "ada")
        # SQLite lets nobody else write meanwhile.
        done("keys", "add")
        done("keys", "reseal")
        code = authenticator.code_of(totp, vendor.clock.now)
        second_factor.check(session, ada, code, keyring=vendor.keyring, by=STAFF, now=vendor.clock.now)


def test_a_secret_that_does_not_open_keeps_no_other_under_the_old_key(vendor, instance, settings):
    post(vendor, 3)
    with transaction() as session:
        session.execute(update(OutboxMail).where(OutboxMail.id == 2).values(sealed_text="1:test:AAAA"))
    key = instance("keys", "add", "--json").json["master_key"]
    said = instance("keys", "reseal", "--json")
    assert said.exit_code == 1
    assert said.json["left"] == {"test": 1}
    assert said.json["removable"] == []
    assert "Restart servers and workers, and run this again." in instance("keys", "reseal").stdout
    # What it stands for is given up like any other mail; then nothing needs the key.
    with transaction() as session:
        session.execute(update(OutboxMail).where(OutboxMail.id == 2).values(sealed_text=None))
    assert instance("keys", "reseal", "--json").json["removable"] == ["test"]
    assert sealed(settings.database)[key] == OF_A_PRODUCT + 2


def test_a_key_that_was_removed_too_early_is_named_and_brought_back(vendor, instance, settings):
    path = settings.master_key_path
    old = path.read_text()
    instance("keys", "add")
    instance("keys", "reseal")
    post(vendor)
    without(path, "test")
    said = instance("keys", "reseal", "--json")
    assert (said.exit_code, said.json["left"]) == (1, {"test": 1})
    assert f"Add its line to {path}" in instance("keys", "reseal").stdout
    path.write_text(path.read_text() + old)
    assert instance("keys", "reseal", "--json").json["removable"] == ["test"]


def test_key_ids_that_differ_in_case_only_are_two(vendor, done, settings):
    done("keys", "add", "TEST")
    assert done("keys", "reseal")["resealed"] == OF_A_PRODUCT
    assert sealed(settings.database) == {"TEST": OF_A_PRODUCT}


def test_a_key_is_added_on_top_of_the_others(vendor, done, settings):
    path = settings.master_key_path
    before = path.read_text()
    path.chmod(0o640)
    assert done("keys", "add", "2027_03") == {"master_key": "2027_03", "file": str(path.resolve())}
    top, rest = path.read_text().split("\n", 1)
    assert (top.partition(":")[0], rest) == ("2027_03", before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@needs_root
def test_the_file_stays_that_of_the_account_that_serves(vendor, done, settings):
    os.chown(settings.master_key_path, 65534, 65534)
    done("keys", "add")
    assert settings.master_key_path.stat().st_uid == 65534


@pytest.mark.parametrize("key_id", ["test", "two words", "a" * 33])
def test_an_id_that_is_taken_or_none_changes_nothing(vendor, instance, settings, key_id):
    before = settings.master_key_path.read_text()
    assert instance("keys", "add", key_id, "--json").refusal == "malformed_master_key"
    assert settings.master_key_path.read_text() == before


def test_a_key_in_the_environment_is_replaced_where_it_is_set(vendor, instance, monkeypatch, master_key):
    monkeypatch.setenv("KEYFERRY_MASTER_KEY", master_key)
    assert instance("keys", "add", "--json").refusal == "master_key_in_environment"
    assert "on top of it where you set it" in instance("keys", "add").stderr
    monkeypatch.setenv("KEYFERRY_MASTER_KEY", f"{new_master_key('by-hand')}\n{master_key}")
    assert instance("keys", "reseal", "--json").json["resealed"] == OF_A_PRODUCT
    assert "from KEYFERRY_MASTER_KEY" in instance("keys", "reseal").stdout
