"""The settings page: every server property can be set there, and goes back to its default."""

from __future__ import annotations

import re
from unicodedata import normalize

import pytest

from keyferry.server.core import properties
from keyferry.server.core.properties import PROPERTIES
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.conftest import STAFF
from tests.faces.portal_visitor import Visitor, form_in, staff
from tests.faces.visitor import Reader

SITE, TITLE = "customerSite/showActivateLink", "customerSite/customerSiteTitle"
COUNT = "options/maxReleaseCount"


@pytest.fixture
def desk(vendor) -> Visitor:
    """An administrator, and no property that was ever set."""
    return staff(vendor, first_day=True)


def values() -> dict:
    with reading() as session:
        return properties.read(session)


def filled(group: str, **changes: object) -> dict[str, str]:
    """What a browser sends of a group: every field, and of the boxes those with a tick."""
    now, known = values() | changes, properties.groups()[group]
    sent = {"shown": " ".join(one.name for one in known)}
    for one in known:
        if one.type != "yes or no":
            sent[one.name] = str(now[one.name])
        elif now[one.name]:
            sent[one.name] = "true"
    return sent


def save(desk: Visitor, group: str, **changes: object):
    return desk.post("/portal/properties", **filled(group, **changes))


def test_every_property_has_a_control_its_name_its_default_and_its_sentence(desk):
    page = desk.get("/portal/properties").text
    for one in PROPERTIES.values():
        assert f'name="{one.name}"' in page
        assert one.sentence.replace("`", "").removesuffix(".") in Reader(page).words
    assert page.partition("<main")[2].partition("</main>")[0].count('type="checkbox"') == sum(
        one.type == "yes or no" for one in PROPERTIES.values()
    )
    assert "default Yes" in page
    assert "QLM’s default is false" in page


def test_a_group_is_saved_and_only_what_differs_counts_as_changed(vendor, desk):
    answer = save(desk, "customerSite", **{SITE: False, TITLE: "Hilfe für Kunden"})
    assert answer.location == "/portal/properties"
    page = desk.get(answer.location).text
    assert "2 settings changed." in page
    assert len(re.findall(r"Changed\s+<time", page)) == 2
    assert "by ada" in page
    assert (values()[SITE], values()[TITLE]) == (False, "Hilfe für Kunden")
    found = events("property_set")
    assert {event.detail["property"] for event in found} == {SITE, TITLE}
    assert {(event.who, event.channel) for event in found} == {("ada", "portal")}
    assert "No changes." in desk.get(save(desk, "customerSite").location).text


def test_one_group_leaves_the_others_alone(desk):
    save(desk, "options", **{COUNT: 12})
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
def test_what_does_not_fit_is_named_beside_its_field_and_nothing_of_the_group_is_set(desk, name, value):
    group = name.partition("/")[0]
    other = {
        "options": {"options/maxReleasePeriodInDays": 7},
        "customerSite": {SITE: False},
        "branding": {"branding/supportPhone": "+1 555 0142"},
    }[group]
    answer = save(desk, group, **({name: value} | other))
    assert answer.status_code == 400
    assert "Use " in answer.text.split(f'id="{name}-fault"')[1].split("</div>")[0]
    assert "1 value to fix before you save" in answer.text
    assert f'value="{value}"' in answer.text
    assert values() == {known.name: known.default for known in PROPERTIES.values()}


def test_a_property_goes_back_to_its_default(desk):
    save(desk, "options", **{COUNT: 12})
    assert f'value="{COUNT}" aria-label="Back to default: {COUNT}"' in desk.get("/portal/properties").text
    answer = desk.post("/portal/properties/default", property=COUNT)
    page = desk.get(answer.location).text
    assert f"{COUNT} is back to the default." in page
    assert "Back to default" not in page
    with reading() as session:
        assert properties.stored(session) == {}
    audit = Reader(desk.get("/portal/audit").text).words
    assert f"Changed {COUNT} from 0 to 12" in audit
    assert f"Changed {COUNT} back to 0, its default" in audit
    assert desk.post("/portal/properties/default", property=COUNT).status_code == 302


def test_a_property_that_is_none_is_refused(desk):
    answer = desk.post("/portal/properties/default", property="options/none")
    assert answer.status_code == 404
    assert "There is no server property of this name." in answer.text
    assert desk.post("/portal/properties", shown="nothing", **{COUNT: "5"}).status_code == 302
    assert values()[COUNT] == 0


def test_a_form_that_is_stale_keeps_what_was_typed(desk):
    answer = desk.post("/portal/properties", **filled("options", **{COUNT: 12}), csrf_token="stale")
    assert answer.status_code == 400
    assert "Send it again" in answer.text
    assert f'name="{COUNT}" value="12"' in answer.text


def test_what_was_set_elsewhere_is_shown_with_who_and_when(vendor, desk):
    with transaction() as session:
        properties.put(session, TITLE, "<b>Title</b>", by=STAFF, now=vendor.clock.now)
    page = desk.get("/portal/properties").text
    assert 'value="&lt;b&gt;Title&lt;/b&gt;"' in page
    assert "Nov 24, 2026, 12:00" in page


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ("self-help", SITE),
        ("limits", COUNT),
        ("security", "portal/secondFactorRequiredForViewer"),
        ("privacy", properties.FORGET_ADDRESSES),
    ],
)
def test_each_kind_has_a_page_that_saves_its_own_and_leaves_the_others_alone(desk, section, name):
    path = f"/portal/properties/{section}"
    page = desk.get(path)
    form = form_in(page, "/portal/properties").values
    assert {one.partition("/")[0] for one in form["shown"].split()} == {name.partition("/")[0]}
    # The first-day list has nothing to do with security, whatever its name begins with.
    assert properties.FIRST_DAY not in form["shown"].split()
    known = PROPERTIES[name]
    form[name] = "30" if known.type == "number" else "" if known.default else "true"
    if form[name] == "":
        del form[name]
    answer = desk.post("/portal/properties", **form)
    assert answer.location == path
    assert "1 setting changed." in desk.get(path).text
    assert {one for one, value in values().items() if value != PROPERTIES[one].default} == {name}
    answer = desk.post("/portal/properties/default", property=name, section=section)
    assert answer.location == path


def test_a_search_shows_what_fits_in_words_or_by_name_and_saves_only_that(desk):
    page = desk.get("/portal/properties?q=ComputerName")
    form = form_in(page, "/portal/properties", has="shown").values
    assert set(form["shown"].split()) == {
        "customerSite/showComputerNameForActivation",
        "customerSite/activationPage_ComputerNameRequired",
    }
    form["customerSite/activationPage_ComputerNameRequired"] = "true"
    desk.post("/portal/properties", **form)
    assert values()["customerSite/activationPage_ComputerNameRequired"] is True
    changed = desk.get("/portal/properties?changed=1")
    assert (
        form_in(changed, "/portal/properties", has="shown").values["shown"]
        == "customerSite/activationPage_ComputerNameRequired"
    )
    assert "No matching properties." in desk.get("/portal/properties?q=nothing+at+all").text


@pytest.mark.parametrize("typed", ["plätze, enddatum", "PLÄTZE, E"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_search_finds_words_of_the_page_in_every_spelling(desk, typed, form):
    german = {"Accept-Language": "de"}
    page = desk.client.get("/portal/properties", query_string={"q": normalize(form, typed)}, headers=german)
    shown = form_in(page, "/portal/properties", has="shown").values["shown"]
    assert shown == "customerSite/showGetLicenseInformationLink"


def test_several_values_that_do_not_fit_are_named_each_beside_its_own(desk):
    answer = save(desk, "options", **{COUNT: "many", "options/maxReleasePeriodInDays": "-5"})
    assert "2 values to fix before you save" in answer.text
    for name in (COUNT, "options/maxReleasePeriodInDays"):
        assert "Use a whole number from" in answer.text.split(f'id="{name}-fault"')[1].split("</div>")[0]
