"""Mail on its way: committed with its operation, taken by one worker at a time, wiped in the end."""

import json
from datetime import date, timedelta

import pytest

from keyferry.server.core.audit import By
from keyferry.server.core.errors import SecretUnreadable
from keyferry.server.core.events import Channel
from keyferry.server.core.mail import listing, mails, outbox
from keyferry.server.core.mail.listing import State, Wanted
from keyferry.server.core.mail.mails import Attachment, Held, Mail
from keyferry.server.core.models import OutboxMail
from keyferry.server.core.secrets import Keyring, new_master_key
from keyferry.server.db import db, reading, transaction
from tests.audit_log import events
from tests.conftest import NOON, STAFF
from tests.refusals import refused

pytestmark = pytest.mark.engines("sqlite", "postgresql")

MINUTE = timedelta(minutes=1)
TO_ANOTHER = {
    "product_name": "Demo CAD",
    "computer_name": "LAB-PC-07",
    "expires": date(2027, 12, 31),
    "computer_key": "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z",
}


def key_mail(key: str = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z", **more) -> Mail:
    settings = {"product_name": "Demo CAD", "computer_name": "LAB-PC-07", "expires": date(2027, 12, 31)}
    return mails.computer_key("ada@example.com", computer_key=key, **{**settings, **more})


def posted(vendor, mail: Mail | None = None, now=NOON) -> int:
    with transaction() as session:
        return outbox.post(session, mail or key_mail(), keyring=vendor.keyring, by=STAFF, now=now).id


def taken(now=NOON) -> outbox.Taken | None:
    with transaction() as session:
        return outbox.take(session, now)


def listed(session, now, state=State.UNSENT, search="") -> list[int]:
    return [one.id for one in listing.mails(session, Wanted(search, state), now=now).rows]


def row(number: int) -> OutboxMail:
    with reading() as session:
        return session.get_one(OutboxMail, number)


def test_a_mail_commits_with_its_operation_and_rolls_back_with_it(vendor):
    machine = vendor.machine(vendor.issue(customer="ada@example.com"))
    activated = vendor.activate(machine)

    def operation(fails: bool) -> None:
        with transaction() as session:
            outbox.post(
                session,
                key_mail(activated.computer_key),
                keyring=vendor.keyring,
                by=STAFF,
                now=NOON,
                activation=activated.activation,
            )
            if fails:
                raise LookupError

    with pytest.raises(LookupError):
        operation(fails=True)
    assert taken() is None
    operation(fails=False)
    mail = taken()
    assert mail is not None
    assert activated.computer_key in outbox.opened(mail, vendor.keyring).text
    with transaction() as session:
        assert outbox.delivered(session, mail, NOON)
    [event] = events("mail_sent")
    assert event.activation_id == activated.activation.id
    assert event.license_id == activated.license.id
    assert (event.channel, event.who) == ("command_line", "ada")
    assert event.detail == {"mail": mail.id, "template": "computer_key", "tries": 1}


def test_what_is_opened_is_what_was_posted(vendor):
    mail = key_mail(license_file=Attachment("DEMO.lic", "a license\n"))
    posted(vendor, mail)
    assert outbox.opened(taken(), vendor.keyring) == mail


@pytest.mark.engines("sqlite")
def test_no_key_lies_in_the_database_in_the_clear(vendor, settings):
    mail = key_mail(license_file=Attachment("DEMO.lic", "the license file"))
    number = posted(vendor, mail)
    sealed = row(number).sealed_text
    assert sealed
    files = [settings.sqlite_file, settings.sqlite_file.with_name("keyferry.db-wal")]
    held = b"".join(file.read_bytes() for file in files if file.exists())
    assert sealed.encode() in held
    for secret in ("12FX2", "KYN5Z", "the license file"):
        assert secret.encode() not in held
    assert "12FX2" not in repr(mail) + repr(taken())


def test_a_sealed_text_opens_in_its_own_row_only(vendor):
    first, second = posted(vendor), posted(vendor)
    with transaction() as session:
        one, other = (session.get_one(OutboxMail, number) for number in (first, second))
        one.sealed_text = other.sealed_text
    with pytest.raises(SecretUnreadable):
        outbox.opened(taken(), vendor.keyring)
    with transaction() as session:
        session.get_one(OutboxMail, second).recipient = "thief@example.com"
    with pytest.raises(SecretUnreadable):
        outbox.opened(taken(), vendor.keyring)


def test_a_mail_under_another_master_key_is_named_and_waits(vendor):
    posted(vendor)
    with refused("missing_master_key", SecretUnreadable):
        outbox.opened(taken(), Keyring.from_text(new_master_key("other")))


def test_what_is_taken_is_nobody_elses_until_the_lease_ends(vendor):
    number = posted(vendor)
    first = taken()
    assert first.id == number
    assert taken() is None
    assert taken(NOON + outbox.LEASE - MINUTE) is None
    second = taken(NOON + outbox.LEASE)
    assert (second.id, second.tries) == (number, 2)
    # The first worker wakes up: what it says no longer counts.
    with transaction() as session:
        assert not outbox.delivered(session, first, NOON + outbox.LEASE)
        assert outbox.failed(session, first, "late", NOON + outbox.LEASE) is None
        assert outbox.delivered(session, second, NOON + outbox.LEASE)
    assert len(events("mail_sent", "mail_given_up")) == 1
    assert row(number).trouble is None


def test_mails_are_taken_in_their_order(vendor):
    late, early = posted(vendor, now=NOON + MINUTE), posted(vendor)
    assert taken(NOON).id == early
    assert taken(NOON) is None
    assert taken(NOON + MINUTE).id == late


def test_a_delivered_mail_is_wiped(vendor):
    number = posted(vendor)
    with transaction() as session:
        outbox.delivered(session, outbox.take(session, NOON), NOON + MINUTE)
    sent = row(number)
    assert (sent.sealed_text, sent.next_try_at, sent.delivered_at) == (None, None, NOON + MINUTE)
    assert taken(NOON + timedelta(days=9)) is None


def test_a_mail_that_fails_is_tried_again_with_growing_pauses_and_then_given_up(vendor):
    number, now, pauses = posted(vendor), NOON, []
    while True:
        mail = taken(now)
        with transaction() as session:
            again = outbox.failed(session, mail, "The mail server cannot be reached.", now)
        if again is None:
            break
        assert taken(again - timedelta(seconds=1)) is None
        pauses.append((again - now) // MINUTE)
        now = again
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    ended = row(number)
    assert (ended.next_try_at, ended.delivered_at, ended.kept_until) == (None, None, now + outbox.KEPT)
    assert ended.sealed_text is not None
    assert ended.trouble == "The mail server cannot be reached."
    [event] = events("mail_given_up")
    assert event.detail == {"mail": number, "template": "computer_key", "tries": outbox.MAX_TRIES}


@pytest.mark.parametrize(("after", "for_good"), [(timedelta(0), True), (outbox.GIVE_UP_AFTER, False)])
def test_a_mail_is_given_up_at_once_for_good_or_when_it_is_too_old(vendor, after, for_good):
    number = posted(vendor)
    mail = taken(NOON + after)
    with transaction() as session:
        assert outbox.failed(session, mail, "x" * 300, NOON + after, for_good=for_good) is None
    assert row(number).kept_until == NOON + after + outbox.KEPT
    assert row(number).trouble == "x" * 200


def test_a_mail_over_which_workers_die_is_given_up(vendor):
    number, now = posted(vendor), NOON
    for _ in range(outbox.MAX_TRIES):
        assert taken(now) is not None
        now += outbox.LEASE
    assert taken(now) is None
    assert row(number).kept_until == now + outbox.KEPT
    assert [event.detail["mail"] for event in events("mail_given_up")] == [number]


def given_up(vendor, now=NOON) -> int:
    number = posted(vendor, now=now)
    with transaction() as session:
        outbox.failed(session, outbox.take(session, now), "no such address", now, for_good=True)
    return number


def sent_again(number: int, now) -> None:
    with transaction() as session:
        outbox.send_again(session, number, by=By(Channel.PORTAL, "grace"), now=now)


def test_what_was_given_up_is_sent_again_as_if_it_were_new(vendor):
    number, later = given_up(vendor), NOON + outbox.KEPT - MINUTE
    sent_again(number, later)
    mail = taken(later)
    assert (mail.id, mail.tries, mail.created_at, mail.due_at) == (number, 1, NOON, later)
    assert outbox.opened(mail, vendor.keyring) == key_mail()
    with transaction() as session:
        # Old as it is, it is not given up at once.
        assert outbox.failed(session, mail, "busy", later) == later + MINUTE
    assert (row(number).kept_until, row(number).trouble) == (None, "busy")
    [event] = events("mail_queued_again")
    assert (event.channel, event.who, event.detail["mail"]) == ("portal", "grace", number)


def test_only_what_was_given_up_and_is_kept_is_sent_again(vendor):
    waiting, sent, wiped = posted(vendor), posted(vendor), None
    with transaction() as session:
        first = outbox.take(session, NOON)
        outbox.delivered(session, outbox.take(session, NOON), NOON)
    assert (first.id, row(sent).delivered_at) == (waiting, NOON)
    wiped, over = given_up(vendor, NOON - MINUTE), NOON - MINUTE + outbox.KEPT
    for number, now in ((waiting, NOON), (sent, NOON), (wiped, over), (999, NOON)):
        with refused("mail_not_kept"):
            sent_again(number, now)
    assert events("mail_queued_again") == []


def test_a_worker_that_slept_through_it_says_nothing_of_a_mail_that_is_sent_again(vendor):
    number = posted(vendor)
    asleep = taken()
    with transaction() as session:
        second = outbox.take(session, NOON + outbox.LEASE)
        outbox.failed(session, second, "no such address", NOON + outbox.LEASE, for_good=True)
    later = NOON + outbox.LEASE + MINUTE
    sent_again(number, later)
    assert taken(later).tries == asleep.tries
    with transaction() as session:
        assert not outbox.delivered(session, asleep, later)
    assert row(number).delivered_at is None


def test_all_that_is_kept_is_sent_again_and_what_is_kept_for_long_enough_is_wiped(vendor):
    old, new = given_up(vendor), given_up(vendor, NOON + MINUTE)
    now = NOON + outbox.KEPT
    with transaction() as session:
        assert listed(session, now) == [new]
        outbox.wipe_kept(session, now)
        assert outbox.send_all_again(session, by=STAFF, now=now) == 1
        assert outbox.send_all_again(session, by=STAFF, now=now) == 0
    assert (row(old).sealed_text, row(old).kept_until) == (None, None)
    assert row(old).trouble == "no such address"
    assert row(new).next_try_at == now


def test_mails_are_listed_by_what_became_of_them_and_found_by_their_recipient(vendor):
    sent = posted(vendor)
    with transaction() as session:
        outbox.delivered(session, outbox.take(session, NOON), NOON)
    failed = given_up(vendor)
    waiting = posted(vendor, mails.computer_key("b_b@example.com", **TO_ANOTHER))
    with reading() as session:
        assert listed(session, NOON) == [waiting, failed]
        assert listed(session, NOON, State.WAITING) == [waiting]
        assert listed(session, NOON, State.FAILED) == [failed]
        assert listed(session, NOON, State.ANY) == [waiting, failed, sent]
        assert listed(session, NOON, search="ADA@") == [failed]
        assert listed(session, NOON, State.ANY, "ada@example.com") == [failed, sent]
        assert listed(session, NOON, State.FAILED, "b_b") == []
        # What nothing begins with is looked for anywhere; no sign of it stands for another.
        assert listed(session, NOON, search="_b@exa") == [waiting]
        assert listed(session, NOON, search="*_a@exa") == []


def test_no_audit_event_holds_a_key(vendor):
    posted(vendor)
    with transaction() as session:
        outbox.delivered(session, outbox.take(session, NOON), NOON)
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM audit_event").all()
    assert "12FX2" not in json.dumps([[str(value) for value in row] for row in rows])


def test_the_computer_key_comes_in_numbered_groups_and_in_one_piece():
    mail = key_mail()
    assert mail.subject == "Your key for Demo CAD on LAB-PC-07"
    assert mail.text.startswith("Type this key on LAB-PC-07\nDemo CAD · valid until Dec 31, 2027\n\n")
    assert "\n  1  12FX2    2  EQ05J    3  FMTPY\n  4  NH8Y1    5  662TY    6  KYN5Z\n" in mail.text
    assert "\nTo copy: 12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z\n" in mail.text
    assert "attached" not in mail.text
    with_file = key_mail(license_file=Attachment("DEMO.lic", "content"), computer_name=None, expires=None)
    assert with_file.text.startswith("Type this key on your computer\nDemo CAD · never expires\n\n")
    assert "No typing: copy the attached file, DEMO.lic, to that computer" in with_file.text
    assert [(file.name, file.content) for file in with_file.attachments] == [("DEMO.lic", "content")]


def test_the_license_keys_are_listed_with_product_and_seats():
    held = [Held("Demo CAD", "1TX21-T943W", 1, None), Held("Tool", "1ABCD-EFGHJ", 5, date(2027, 1, 2), 3)]
    mail = mails.license_keys("ada@example.com", held=held)
    assert "Your 2 licenses\nSomeone asked for the keys of ada@example.com." in mail.text
    assert "\nDemo CAD\n1TX21-T943W\n0 of 1 seat in use · no end date\n" in mail.text
    assert "\nTool\n1ABCD-EFGHJ\n3 of 5 seats in use · ends Jan 2, 2027\n" in mail.text
    assert "1TX21" not in repr(held)


def test_names_cannot_bring_a_line_of_their_own():
    mail = key_mail(
        product_name="Demo\r\nBcc: thief@example.com\x00", computer_name="PC\n\nType your password"
    )
    assert mail.subject == "Your key for Demo Bcc: thief@example.com on PC Type your password"
    assert mail.text.startswith("Type this key on PC Type your password\nDemo Bcc: thief@example.com · ")
    with pytest.raises(ValueError, match="one line"):
        Mail("x", "ada@example.com", "one\ntwo", "text")


@pytest.mark.parametrize(
    "address",
    ["", "ada", "a@b\nBcc: c@d", "a@b,c@d", "a@b>", "<a@b>", "ada <a@b>", '"a@b', "a,c@b", "a@b\0", "a@[b"],
)
def test_a_mail_goes_to_one_address(address):
    with refused("malformed_email"):
        Mail("x", address, "subject", "text")
