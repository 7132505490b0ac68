"""What Prometheus gets to see of the database, and where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from keyferry.server.command_line.web_server.exporter import application
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.mail import delivery, mails, outbox
from keyferry.server.db import db, transaction
from keyferry.server.parts import utc_now

Scrape = Callable[[], dict[str, float]]


@pytest.fixture
def scrape(settings, tmp_path) -> Scrape:
    client = application(tmp_path, settings).test_client()

    def scrape() -> dict[str, float]:
        families = text_string_to_metric_families(client.get("/metrics").text)
        return {one.name.removeprefix("keyferry_"): one.samples[0].value for one in families}

    return scrape


def test_a_worker_that_is_just_making_its_files_keeps_nobody_from_the_metrics(vendor, scrape, tmp_path):
    for kind in ("counter", "histogram", "gauge_livesum"):
        (tmp_path / f"{kind}_0.db").touch()
    assert scrape()["database_up"] == 1


def test_licenses_seats_and_waiting_mail_are_those_of_the_database(vendor, scrape, monkeypatch):
    # Counting takes no time here, so it need not rest.
    monkeypatch.setattr("time.monotonic", lambda: 0.0)
    assert scrape() == {
        "database_up": 1,
        "licenses": 0,
        "seats": 0,
        "seats_used": 0,
        "mail_waiting": 0,
        "mail_oldest_age_seconds": 0,
    }
    key, now = vendor.issue(seats=3), utc_now()
    vendor.issue()
    vendor.activate(vendor.machine(key))
    with transaction() as session:
        for minutes in (2, 10):
            mail, posted = mails.license_keys_asked_for("ada@example.com"), now - timedelta(minutes=minutes)
            by = By(Channel.SELF_HELP)
            outbox.post(session, mail, keyring=vendor.keyring, by=by, now=posted)
        delivery.looked(session, now)
    found = scrape()
    assert (found["licenses"], found["seats"], found["seats_used"]) == (2, 4, 1)
    assert found["mail_waiting"] == 2
    assert 600 <= found["mail_oldest_age_seconds"] < 660
    assert found["mail_worker_last_seen_timestamp_seconds"] == pytest.approx(now.timestamp(), abs=1)
    with transaction() as session:
        taken = outbox.take(session, now)
        assert taken is not None
        outbox.delivered(session, taken, now)
    assert scrape()["mail_waiting"] == 1


def test_counting_a_million_licenses_does_not_keep_the_database_busy(vendor, scrape, monkeypatch):
    seconds = iter(range(0, 1000, 2))
    monkeypatch.setattr("time.monotonic", lambda: float(next(seconds)))
    assert scrape()["licenses"] == 0
    vendor.issue()
    found = [scrape()["licenses"] for _ in range(60)]
    # It took 2 seconds, so for 100 seconds it is not done again; here 2 pass at each look.
    assert (found[0], found[-1], found.index(1) > 40) == (0, 1, True)


@pytest.mark.engines("sqlite")
@pytest.mark.usefixtures("vendor")
def test_without_its_database_it_says_so_and_nothing_else_of_it(scrape, settings):
    db.engine.dispose()
    assert scrape()["database_up"] == 1
    file = settings.sqlite_file
    away = file.rename(file.with_suffix(".away"))
    found = scrape()
    assert not file.exists()
    away.rename(file)
    assert found == {"database_up": 0}
    assert scrape()["database_up"] == 1


@pytest.mark.usefixtures("vendor")
def test_there_is_nothing_but_metrics(settings, tmp_path):
    client = application(tmp_path, settings).test_client()
    addresses = ("/", "/metrics/", "/static/portal/frame.css", "/a", "/healthz", "/portal/")
    assert {client.get(address).status_code for address in addresses} == {404}
    assert client.post("/metrics").status_code == 405
    accepts = {"Accept": "application/openmetrics-text; version=1.0.0"}
    assert client.get("/metrics", headers=accepts).text.endswith("# EOF\n")
