"""`keyferry property …`."""

from keyferry.server.core.properties import PROPERTIES


def test_properties_are_listed_with_type_default_and_a_sentence(done, instance):
    listed = done("property", "list")["properties"]
    assert [one["name"] for one in listed] == list(PROPERTIES)
    assert all(one["description"].endswith((".", "seat.")) for one in listed)
    types = {"yes or no", "number", "choice", "text", "address"}
    types |= {"https address", "email address", "phone number", "day"}
    assert {one["type"] for one in listed} == types
    text = instance("property", "list").stdout
    assert "customerSite/showDeactivationVerificationCode = true\n" in text
    assert "customerSite/customerSiteTitle = (empty)\n" in text


def test_a_property_is_set_and_listed_with_its_default_and_who_set_it(done, instance):
    said = instance("property", "set", "options/maxreleasecount", "12")
    assert said.stdout == "options/maxReleaseCount = 12\n"
    listed = {one["name"]: one for one in done("property", "list")["properties"]}
    one = listed["options/maxReleaseCount"]
    assert (one["value"], one["default"]) == (12, 0)
    assert one["changed_by"]
    assert "options/maxReleaseCount = 12   (default: 0)" in instance("property", "list").stdout


def test_a_value_or_a_name_that_cannot_be_is_refused(instance):
    assert instance("property", "set", "options/maxFun", "1", "--json").refusal == "unknown_property"
    for value in ("many", "-2"):
        said = instance("property", "set", "options/maxReleaseCount", value, "--json")
        assert said.refusal == "malformed_property"


def test_minus_one_is_a_value_and_no_option(done):
    assert done("property", "set", "options/maxReleaseCount", "-1")["value"] == -1
