"""What many tests share: a server with its own database, a vendor's product, machines without network."""

from __future__ import annotations

import gc
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache

from keyferry.protocol import openings as commitments
from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.profile import WizardProfile
from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import activated, activation, deactivation, licenses, products
from keyferry.server.core.licensing.openings import Unread
from keyferry.server.core.mail import delivery
from keyferry.server.core.models import Role
from keyferry.server.core.secrets import Keyring, new_master_key
from keyferry.server.core.staff import passwords
from keyferry.server.db import db, transaction
from keyferry.server.parts import EXTENSION, Parts
from keyferry.server.services.guard import REFUSALS
from keyferry.server.services.misreadings import RUBBISH
from tests.machines import Machine

pytest_plugins = ["tests.memory", "tests.postgresql_server", "tests.engines", "tests.browsing"]

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
# Four lanes need 32 KiB at least, and so the lock around them is tested.
CHEAPEST, FULL_PRICE = passwords.Cost(memory_kib=32, passes=1, lanes=4), passwords.COST
FULL_COMMITMENT = commitments.COMMITMENT_COST
CHEAP, FULL_STEP = FULL_COMMITMENT | {"n": 2}, commitments.STEP_COST
STAFF = By(Channel.COMMAND_LINE, who="ada", role=Role.ADMINISTRATOR)


class Browser(FlaskClient):
    """A client whose requests know nothing of the test around them, as on a real server.

    Flask would go on in the test's own application context, and so keep `g` from one request to the next.
    """

    def open(self, *arguments: Any, **named: Any) -> Any:
        return Context().run(super().open, *arguments, **named)


@dataclass
class Clock:
    """The server's clock, which a test sets."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)


@dataclass(frozen=True)
class Vendor:
    """A vendor with one product, who issues licenses and serves machines."""

    app: Flask
    keyring: Keyring
    clock: Clock
    product_code: str

    @property
    def profile(self) -> WizardProfile:
        with transaction() as session:
            product = products.find_product(session, self.product_code)
            return products.wizard_profile(product, self.keyring, "http://127.0.0.1:8000")

    def issue(
        self, *, seats: int = 1, features: tuple[str, ...] = (), customer: str | None = None, **terms: Any
    ) -> ActivationKey:
        with transaction() as session:
            product = products.find_product(session, self.product_code)
            [license] = licenses.issue(
                session,
                product,
                seats=seats,
                terms=licenses.Terms(**terms),
                features=features,
                customer=customer,
                count=1,
                by=STAFF,
                now=self.clock.now,
            )
            return ActivationKey.from_text(license.activation_key)

    def machine(self, key: ActivationKey, name: str = "LAB-PC-07", **more: Any) -> Machine:
        return Machine(self.profile, key, name, **more)

    def activate(self, machine: Machine) -> activated.Activated:
        try:
            return self._activate(machine)
        except Unread as unread:
            return self._activate(machine, opened=unread.read())

    def _activate(self, machine: Machine, **known: Any) -> activated.Activated:
        done = {"keyring": self.keyring, "by": STAFF, "now": self.clock.now}
        with transaction() as session:
            return activation.activate(session, machine.scanned, **done, **known)

    def release(self, machine: Machine, proof: deactivation.Proof | None = None) -> deactivation.Released:
        with transaction() as session:
            done = {"keyring": self.keyring, "by": STAFF, "now": self.clock.now}
            proof = proof or deactivation.Code(machine.code)
            checked = deactivation.check(session, machine.request, proof, **done)
            return deactivation.deactivate(session, checked, **done)

    def change(self, key: ActivationKey, operation: Callable[..., object], **arguments: Any) -> None:
        """Do one of `licenses.renew`, `suspend` or `resume`."""
        with transaction() as session:
            operation(session, licenses.find(session, key), by=STAFF, now=self.clock.now, **arguments)

    def seats_used(self, key: ActivationKey) -> int:
        with transaction() as session:
            return licenses.find(session, key).seats_used

    def rotate(self, *, retire_old: bool = False) -> None:
        with transaction() as session:
            product = products.find_product(session, self.product_code)
            products.rotate(
                session, product, retire_old=retire_old, keyring=self.keyring, by=STAFF, now=self.clock.now
            )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make check` leaves out, by the parts that a test or its module takes up."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "driver" in fixtures:
            item.add_marker(pytest.mark.browser)
        if {"at_the_console", "tell", "Terminal"} & set(vars(getattr(item, "module", item))):
            item.add_marker(pytest.mark.terminal)
        if fixtures & {"house", "serving", "postgresql_server"}:
            item.add_marker(pytest.mark.processes)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let a commitment cost next to nothing, but where another process or a vector names the real one.

    A database server derives nothing, nor does a screen that is drawn in the test's own process.
    """
    fixtures = set(getattr(item, "fixturenames", ()))
    servers = {"driver", "house", "serving", "postgresql_server"}
    other_process = fixtures & servers or "Terminal" in vars(item.module)
    full_price = other_process or item.get_closest_marker("full_price")
    commitments.COMMITMENT_COST = FULL_COMMITMENT if full_price else CHEAP
    commitments.STEP_COST = FULL_STEP if full_price else CHEAP


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what stays anyway: it would look through it thousands of times."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def remembered_derivations() -> Iterator[None]:
    """Derive from the same secret once: wizard and server do it each, and it is meant to take its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashlib, "scrypt", lru_cache(1000)(hashlib.scrypt))
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Let a password cost next to nothing, here and, as its hash says how to check it, on any real server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "COST", CHEAPEST)
        yield


@pytest.fixture
def full_price_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let passwords cost what they cost on a server, for a test of just that."""
    monkeypatch.setattr(passwords, "COST", FULL_PRICE)


@pytest.fixture(scope="session")
def master_key() -> str:
    """The one master key of every test, since an application that several of them share has read it."""
    return new_master_key("test") + "\n"


@pytest.fixture
def clock() -> Clock:
    # Time begins anew with each test, and with it what is counted in memory.
    RUBBISH.clear()
    REFUSALS.clear()
    return Clock()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Templates compiled once, for applications of one test, too: compiling takes longer than most tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@dataclass(frozen=True)
class SharedApp:
    """An application that one test after another uses, each with its own instance folder.

    Its home is a link to the folder of the test: an application takes longer to make than most tests run.
    """

    app: Flask
    home: Path
    parts: Parts

    def belongs_to(self, settings: Settings, clock: Clock) -> None:
        self.home.unlink()
        self.home.symlink_to(settings.home)
        self.app.extensions[EXTENSION] = replace(self.parts, clock=clock)


@pytest.fixture(scope="session")
def shared_app(
    tmp_path_factory: pytest.TempPathFactory,
    migrated_database: Path,
    database_url: str | None,
    master_key: str,
    compiled_templates: BytecodeCache,
) -> SharedApp:
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(migrated_database, folder / "keyferry.db")
    (folder / "master.key").write_text(master_key)
    home = folder / "home"
    home.symlink_to(folder)
    app = create_app(Settings(home=home, database_url=database_url))
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = compiled_templates
    return SharedApp(app, home, app.extensions[EXTENSION])


@pytest.fixture
def app(shared_app: SharedApp, settings: Settings, clock: Clock) -> Iterator[Flask]:
    """The application, as new: with an empty database. A test that changes it asks for `own_app`."""
    shared_app.belongs_to(settings, clock)
    with shared_app.app.app_context():
        yield shared_app.app
        db.engine.dispose()


@pytest.fixture
def own_app(settings: Settings, clock: Clock, compiled_templates: BytecodeCache) -> Iterator[Flask]:
    """An application of this test alone, which may add routes to it."""
    app = create_app(settings, clock=clock)
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = compiled_templates
    with app.app_context():
        yield app


@pytest.fixture
def mail_works(app: Flask, clock: Clock) -> None:
    """A worker has looked for mail just now: mail may be promised."""
    with transaction() as session:
        delivery.looked(session, clock.now)


@pytest.fixture(params=["short"])
def vendor(app: Flask, clock: Clock, request: pytest.FixtureRequest) -> Vendor:
    """A vendor of one product, of the key style `short` unless a test parametrizes this fixture."""
    keyring = app.extensions[EXTENSION].keyring
    with transaction() as session:
        products.add_product(
            session,
            code="demo-cad",
            name="Demo CAD",
            key_style=request.param,
            features=["export", "cam", "simulation"],
            machine_source="os",
            keyring=keyring,
            by=STAFF,
            now=clock.now,
        )
    return Vendor(app, keyring, clock, "demo-cad")


@pytest.fixture
def certificate(tmp_path) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself, and its key."""
    return make_certificate(tmp_path)


def make_certificate(
    folder: Path, *, host: str = "localhost", begins: int = -1, ends: int = 1
) -> tuple[Path, Path]:
    """Make a certificate, signed by itself, that is valid between these days from now, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begins))
        .not_valid_after(now + timedelta(days=ends))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certfile, keyfile = folder / "cert.pem", folder / "key.pem"
    certfile.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    unprotected = serialization.NoEncryption()
    keyfile.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unprotected)
    )
    return certfile, keyfile
