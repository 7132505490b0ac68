"""After a leak: each procedure of docs/operations.md, with its own commands, and what the thief has then."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.claims import Claims
from keyferry.protocol.computer_key import Binding, issue_short
from keyferry.protocol.profile import WizardProfile
from keyferry.protocol.sentences import CodedError
from keyferry.server.core.models import Operator, Role
from keyferry.server.core.staff import operators
from keyferry.server.db import reading, transaction
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.results import Begun, LicenseState
from tests import authenticator
from tests.conftest import STAFF
from tests.faces import portal_visitor

# The thief has a folder, and so a database, of their own; on PostgreSQL it would be the same one.
pytestmark = pytest.mark.engines("sqlite")

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
NEW_PASSWORD = "another horse battery"


def commands(section: str) -> list[str]:
    """The commands of a section of the page, in their order."""
    text = OPERATIONS.read_text(encoding="utf-8").partition(f"### {section}\n")[2]
    return re.findall(r"^    keyferry (.+)$", text.partition("\n##")[0], re.MULTILINE)


@pytest.fixture
def follow(instance, tmp_path) -> Callable[[str], list[str]]:
    """Do what a section says, with its commands, and return which."""

    def follow(section: str) -> list[str]:
        done = []
        for line in commands(section):
            command, _, typed = line.partition(" < ")
            values = {"CODE": "demo-cad", "NAME": "ada", "profile.json": str(tmp_path / "profile.json")}
            words = [values.get(word, word) for word in command.split()]
            said = instance(*words, typed=f"{NEW_PASSWORD}\n" if typed else None)
            assert said.exit_code == 0 or words == ["doctor"], said.stderr
            done.append(" ".join(words[:2]))
        return done

    return follow


@pytest.fixture
def staffed(vendor) -> str:
    """The operator Ada, and what her second factor is made from."""
    with transaction() as session:
        operators.add(session, "Ada", Role.ADMINISTRATOR, "horse battery", by=STAFF, now=vendor.clock.now)
    return authenticator.set_up()[0]


class Application:
    """The vendor's application on one machine, in whatever version the profile is of."""

    def __init__(self, folder: Path, profile: WizardProfile) -> None:
        self.folder, self.profile = folder, profile

    @property
    def control(self) -> ActivationControl:
        return ActivationControl(
            self.profile,
            self.folder / "state",
            machine_identifier="a machine of Ada’s",
            anchor_folder=self.folder / "anchors",
            now=lambda: datetime.now(UTC),
        )

    @property
    def state(self) -> LicenseState:
        return self.control.status().state

    def refusal_of(self, forged: str) -> str:
        with pytest.raises(CodedError) as refused:
            self.control.complete(forged)
        return refused.value.code


@pytest.fixture
def application(vendor, tmp_path) -> Application:
    return Application(tmp_path / "machine", vendor.profile)


def asked(begun: Begun) -> tuple[str, str]:
    return begun.activation_key.text, begun.computer_id.text


@pytest.fixture
def newer(application, tmp_path) -> Callable[[], None]:
    """Ship the application with the profile that was exported."""

    def newer() -> None:
        application.profile = WizardProfile.from_json((tmp_path / "profile.json").read_text())

    return newer


@pytest.fixture
def thief(settings, tmp_path, instance, monkeypatch) -> Callable[..., object]:
    """Copy the database now, and return what runs commands on that copy; `key` comes with the master key."""

    def steal(*, key: bool) -> object:
        lair = tmp_path / "lair"
        lair.mkdir()
        instance("backup", str(lair / "stolen.backup"))
        if key:
            shutil.copy(settings.master_key_path, lair / "master.key")

        @contextmanager
        def there() -> Iterator[None]:
            with monkeypatch.context() as patch:
                patch.setenv("KEYFERRY_HOME", str(lair))
                yield

        with there():
            assert instance("restore", str(lair / "stolen.backup")).exit_code == 0
        return there

    return steal


@pytest.mark.parametrize("vendor", ["short"], indirect=True)
def test_an_application_secret_leaked(vendor, application, done, issue, follow, newer):
    key = issue()
    begun = application.control.begin(key)
    # Whoever has the secret makes a key that the server never gave.
    claims = Claims(datetime.now(UTC).date(), None, 0)
    binding = Binding("demo-cad", begun.activation_key, begun.computer_id)
    forged = issue_short(binding, claims, application.profile.keys(1).short_computer_key)
    application.control.complete(forged)
    assert application.state is LicenseState.ACTIVE
    assert follow("An application secret leaked") == ["product rotate", "product export"]
    newer()
    assert application.state is LicenseState.RETIRED_EPOCH
    assert application.refusal_of(forged) == "retired_epoch"
    again = application.control.begin(key)
    application.control.complete(done("activate", *asked(again))["computer_key"])
    assert application.state is LicenseState.ACTIVE
    assert vendor.seats_used(again.activation_key) == 1


def test_an_application_that_was_not_updated_is_refused_and_gives_its_seat_back(
    vendor, application, done, instance, issue, follow
):
    key = issue()
    begun = application.control.begin(key)
    application.control.complete(done("activate", *asked(begun))["computer_key"])
    waiting = vendor.machine(begun.activation_key, "LATE")
    follow("An application secret leaked")
    late = ("activate", waiting.activation_key.text, waiting.computer_id.text, "--json")
    assert instance(*late).refusal == "retired_epoch"
    assert application.state is LicenseState.ACTIVE
    code = application.control.deactivate().code.text
    assert done("deactivate", *asked(begun), code)["seats_used"] == 0


@pytest.mark.parametrize("vendor", ["signed"], indirect=True)
def test_a_signing_key_leaked(vendor, application, instance, issue, follow, newer, thief, tmp_path):
    key = issue()
    begun = application.control.begin(key)
    signed = tmp_path / "forged.lic"
    # What signs is nowhere but sealed in the database.
    with thief(key=True)():
        instance("activate", *asked(begun), "--license-file", str(signed))
    application.control.complete_from_file(signed.read_text())
    assert application.state is LicenseState.ACTIVE
    assert vendor.seats_used(begun.activation_key) == 0
    assert "Do the same, and at once" in OPERATIONS.read_text(encoding="utf-8")
    follow("An application secret leaked")
    newer()
    assert application.state is LicenseState.RETIRED_EPOCH
    assert application.refusal_of(signed.read_text()) == "retired_epoch"


def test_the_master_key_leaked_with_the_database(
    vendor, staffed, application, done, instance, issue, follow, newer, thief, settings
):
    key = issue()
    begun = application.control.begin(key)
    with thief(key=True)():
        forged = done("activate", *asked(begun))["computer_key"]
    assert follow("The master key leaked with the database") == [
        "keys add",
        "keys reseal",
        "product rotate",
        "product export",
        "operator reset",
        "doctor",
    ]
    lines = settings.master_key_path.read_text().splitlines(keepends=True)
    settings.master_key_path.write_text("".join(line for line in lines if not line.startswith("test:")))
    assert instance("product", "export", "demo-cad").exit_code == 0
    newer()
    assert application.refusal_of(forged) == "retired_epoch"
    application.control.complete(done("activate", *asked(application.control.begin(key)))["computer_key"])
    assert application.state is LicenseState.ACTIVE
    assert second_factor_of("ada") is None


def test_a_later_theft_of_the_database_is_worth_nothing_with_the_old_master_key(
    vendor, instance, follow, settings, monkeypatch, tmp_path, staffed
):
    old = settings.master_key_path.read_text()
    follow("The master key leaked with the database")
    instance("backup", str(tmp_path / "later.backup"))
    monkeypatch.setenv("KEYFERRY_HOME", str(tmp_path / "lair"))
    monkeypatch.setenv("KEYFERRY_MASTER_KEY", old)
    restored = instance("restore", str(tmp_path / "later.backup"), "--json").json
    assert restored["master_key_problem"]["code"] == "missing_master_key"
    assert instance("product", "export", "demo-cad", "--json").refusal == "missing_master_key"


def test_the_database_leaked_without_the_master_key(vendor, staffed, issue, instance, follow, thief):
    key = issue()
    stolen = thief(key=False)
    with stolen():
        assert instance("product", "export", "demo-cad", "--json").refusal == "missing_master_key"
        [row] = sqlite3.connect(Path("lair") / "keyferry.db").execute("SELECT activation_key FROM license")
    assert row == (key,)
    assert follow("The database leaked without the master key") == ["operator reset"]
    assert second_factor_of("ada") is None
    desk = portal_visitor.staff(vendor, "grace")
    replacing = desk.form_to("/portal/licenses/1/replace-key", on="/portal/licenses/1")
    desk.post("/portal/licenses/1/replace-key", **replacing)
    machine = vendor.machine(ActivationKey.from_text(key), "THIEF")
    assert instance("activate", key, machine.computer_id.text, "--json").refusal == "activation_key_replaced"


def second_factor_of(name: str) -> str | None:
    with reading() as session:
        return session.scalars(select(Operator).where(Operator.folded_name == name)).one().totp_secret
