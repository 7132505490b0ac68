"""`keyferry property …`."""

from keyferry.server.core.properties import PROPERTIES


def test_properties_are_listed_with_type_default_and_a_sentence(done, instance):
    listed = done("property", "list")["properties"]
    assert [one["name"] for one in listed] == list(PROPERTIES)
    assert all(one["description"].endswith((".", "seat.")) for one in listed)
    assert {one["type"] for one in listed} == {
        "yes or no",
        "number",
        "text",
        "address",
        "https address",
        "email address",
        "phone number",
        "choice",
    }
    text = instance("property", "list").stdout
    assert "customerSite/showDeactivationVerificationCode = true\n" in text
    assert "customerSite/customerSiteTitle = (empty)\n" in text


def test_a_property_is_set_and_listed_with_its_default_and_who_set_it(done, instance):
    assert (
        instance("property", "set", "options/maxreleasecount", "12").stdout
        == "options/maxReleaseCount = 12\n"
    )
    [one] = [
        one for one in done("property", "list")["properties"] if one["name"] == "options/maxReleaseCount"
    ]
    assert (one["value"], one["default"]) == (12, 0)
    assert one["changed_by"]
    assert "options/maxReleaseCount = 12   (default: 0)" in instance("property", "list").stdout


def test_a_value_or_a_name_that_cannot_be_is_refused(instance):
    assert instance("property", "set", "options/maxFun", "1", "--json").refusal == "unknown_property"
    said = instance("property", "set", "options/maxReleaseCount", "many", "--json")
    assert said.refusal == "malformed_property"


def test_minus_one_is_a_value_and_no_option(done, instance):
    assert done("property", "set", "options/maxReleaseCount", "-1")["value"] == -1
    assert (
        instance("property", "set", "options/maxReleaseCount", "-2", "--json").refusal == "malformed_property"
    )
    assert instance("property", "set", "options/maxReleaseCount", "1", "--jsn").exit_code == 2
