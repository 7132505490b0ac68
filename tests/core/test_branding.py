"""What staff set of the branding counts over the settings, and goes back to them."""

import pytest

from keyferry.server.core.brand import branding
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.brand.pictures import drawn_anew
from keyferry.server.core.errors import Malformed
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.conftest import NOON, STAFF
from tests.core.test_logos import drawn
from tests.refusals import refused

SETTINGS = Brand("Acme", "https://example.com/privacy", "", "0123456789abcdef")


def put(**typed: str) -> int:
    with transaction() as session:
        return branding.put_all(session, typed, SETTINGS, by=STAFF, now=NOON)


def put_logo(content: bytes) -> None:
    with transaction() as session:
        branding.put_logo(session, content, by=STAFF, now=NOON)


def current() -> Brand:
    with reading() as session:
        return branding.current(session, SETTINGS)


def details() -> list[dict]:
    return [event.detail for event in events("branding_set")]


def test_the_settings_count_where_nothing_was_set(app):
    assert current() == SETTINGS
    with reading() as session:
        assert branding.stored(session) == {}
        assert branding.logo(session) is None


def test_what_was_set_counts_over_the_settings_with_who_and_when(app):
    assert put(name="  Müller   & Söhne ", color="#FD0") == 2
    assert current() == Brand("Müller & Söhne", SETTINGS.privacy, "#ffdd00", SETTINGS.logo)
    with reading() as session:
        row = branding.stored(session)["name"]
        assert (row.changed_by, row.changed_at) == ("ada", NOON)
    assert details() == [
        {"part": "name", "before": "Acme", "after": "Müller & Söhne"},
        {"part": "color", "before": "", "after": "#ffdd00"},
    ]


def test_only_what_differs_is_set(app):
    assert put(name="Acme", privacy=SETTINGS.privacy, color="") == 0
    assert details() == []


def test_a_part_that_is_left_empty_is_as_the_settings_say_again(app):
    put(name="Other", privacy="https://example.org/p")
    assert put(name=" ", privacy="https://example.org/p") == 1
    assert current().name == "Acme"
    assert details()[-1] == {"part": "name", "before": "Other", "after": "Acme", "default": True}


def test_a_logo_is_known_by_its_digest(app):
    chosen = drawn("JPEG")
    put_logo(chosen)
    kept = drawn_anew(chosen)
    assert current().logo == branding.digest(kept) != SETTINGS.logo
    with reading() as session:
        assert branding.logo(session) == kept
    put_logo(chosen)
    assert details() == [{"part": "logo", "before": "", "after": branding.digest(kept)}]
    with transaction() as session:
        branding.back_to_default(session, "logo", SETTINGS, by=STAFF, now=NOON)
        branding.back_to_default(session, "logo", SETTINGS, by=STAFF, now=NOON)
    assert current().logo == SETTINGS.logo
    assert len(details()) == 2


@pytest.mark.parametrize(
    ("part", "text", "code"),
    [
        ("name", "x" * 61, "malformed_vendor_name"),
        ("name", "evil\u202ename", "malformed_vendor_name"),
        ("privacy", "javascript:alert(1)", "malformed_privacy_address"),
        ("privacy", "https://example.com/" + "x" * 200, "malformed_privacy_address"),
        ("color", "blue", "malformed_color"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_nothing_is_set(app, part, text, code):
    with refused(code, Malformed):
        put(**{"name": "Other", "color": "#112233", part: text})
    assert current() == SETTINGS


def test_a_part_that_there_is_not_is_refused(app):
    with refused("unknown_brand_part"), transaction() as session:
        branding.back_to_default(session, "font", SETTINGS, by=STAFF, now=NOON)
