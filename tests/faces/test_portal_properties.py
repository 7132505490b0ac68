"""The settings page: every server property can be set there, and goes back to its default."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from keyferry.server.core import properties
from keyferry.server.core.models import AuditEvent, Role
from keyferry.server.core.properties import PROPERTIES
from keyferry.server.db import reading, transaction
from tests.conftest import STAFF
from tests.faces.portal_visitor import Visitor, staff

SITE, TITLE = "customerSite/showActivateLink", "customerSite/customerSiteTitle"
COUNT = "options/maxReleaseCount"


@pytest.fixture
def visitor(vendor) -> Visitor:
    visitor = staff(vendor)
    visitor.get("/portal/properties")
    return visitor


def values() -> dict:
    with reading() as session:
        return properties.read(session)


def filled(group: str, **changes: object) -> dict[str, str]:
    """What a browser sends of a group: every field, and of the boxes those with a tick."""
    now = values() | changes
    sent = {"group": group}
    for one in properties.groups()[group]:
        if one.type != "yes or no":
            sent[one.name] = str(now[one.name])
        elif now[one.name]:
            sent[one.name] = "true"
    return sent


def save(visitor: Visitor, group: str, **changes: object):
    return visitor.post("/portal/properties", **filled(group, **changes))


def test_every_property_has_a_control_its_name_its_default_and_its_sentence(visitor):
    page = visitor.get("/portal/properties").text
    for one in PROPERTIES.values():
        assert f'name="{one.name}"' in page
        assert one.sentence.replace("'", "&#39;") in page
    assert page.count('type="checkbox"') == sum(one.type == "yes or no" for one in PROPERTIES.values())
    assert "default Yes" in page
    assert "QLM’s default is false" in page


def test_a_group_is_saved_and_only_what_differs_counts_as_changed(vendor, visitor):
    answer = save(visitor, "customerSite", **{SITE: False, TITLE: "Hilfe für Kunden"})
    assert answer.location == "/portal/properties#customerSite"
    page = visitor.get(answer.location).text
    assert "2 settings changed." in page
    assert page.count("Changed <time") == 2
    assert "by ada" in page
    assert (values()[SITE], values()[TITLE]) == (False, "Hilfe für Kunden")
    with reading() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.event == "property_set")).all()
        assert {row.detail["property"] for row in rows} == {SITE, TITLE}
        assert {(row.who, row.channel) for row in rows} == {("ada", "portal")}
    assert "No changes." in visitor.get(save(visitor, "customerSite").location).text


def test_one_group_leaves_the_others_alone(visitor):
    save(visitor, "options", **{COUNT: 12})
    assert values()[COUNT] == 12
    assert {name for name, value in values().items() if value != PROPERTIES[name].default} == {COUNT}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (COUNT, "many"),
        ("customerSite/privacyPolicyUrl", "javascript:alert(1)"),
        ("branding/supportUrl", "http://example.com"),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field_and_nothing_of_the_group_is_set(visitor, name, value):
    group = name.partition("/")[0]
    other = {
        "options": {"options/maxReleasePeriodInDays": 7},
        "customerSite": {SITE: False},
        "branding": {"branding/supportPhone": "+1 555 0142"},
    }[group]
    answer = save(visitor, group, **({name: value} | other))
    assert answer.status_code == 400
    assert f"{name} takes" in answer.text.split(f'id="{name}-fault"')[1]
    assert f'value="{value}"' in answer.text
    assert values() == {known.name: known.default for known in PROPERTIES.values()}


def test_a_property_goes_back_to_its_default(visitor):
    save(visitor, "options", **{COUNT: 12})
    assert f'value="{COUNT}" aria-label="Back to default: {COUNT}"' in visitor.get("/portal/properties").text
    answer = visitor.post("/portal/properties/default", property=COUNT)
    page = visitor.get(answer.location).text
    assert f"{COUNT} is back to the default." in page
    assert "Back to default" not in page
    with reading() as session:
        assert properties.stored(session) == {}
    assert f"{COUNT}: 12 → 0 (default)" in visitor.get("/portal/audit").text
    assert visitor.post("/portal/properties/default", property=COUNT).status_code == 302


def test_a_property_that_is_none_is_refused(visitor):
    answer = visitor.post("/portal/properties/default", property="options/none")
    assert answer.status_code == 404
    assert "There is no server property of this name." in answer.text
    assert visitor.post("/portal/properties", group="nothing", **{COUNT: "5"}).status_code == 302
    assert values()[COUNT] == 0


def test_a_form_that_is_stale_keeps_what_was_typed(visitor):
    answer = visitor.post("/portal/properties", **filled("options", **{COUNT: 12}), csrf_token="stale")
    assert answer.status_code == 400
    assert "Send it again" in answer.text
    assert f'name="{COUNT}" value="12"' in answer.text


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SUPPORT, Role.VIEWER])
def test_only_administrators_see_and_change_the_settings(vendor, role):
    other = staff(vendor, "other", role)
    assert "Settings" not in other.get("/portal/").text
    assert other.get("/portal/properties").status_code == 403
    assert other.post("/portal/properties", **filled("options", **{COUNT: 12})).status_code == 403
    assert values()[COUNT] == 0


def test_what_was_set_elsewhere_is_shown_with_who_and_when(vendor, visitor):
    with transaction() as session:
        properties.put(session, TITLE, "<b>Title</b>", by=STAFF, now=vendor.clock.now)
    page = visitor.get("/portal/properties").text
    assert 'value="&lt;b&gt;Title&lt;/b&gt;"' in page
    assert "Nov 24, 2026, 12:00" in page
