"""Back to the answer to a form, in Safari's engine and Firefox: a page of ours, never the engine's error."""

from __future__ import annotations

from uuid import uuid4

import pytest

from keyferry.server.core.models import Role
from keyferry.server.db import transaction
from tests.browsing import House
from tests.faces.portal_visitor import PASSWORD, add_operator
from tests.long.driver import Driver

BACK = "() => { setTimeout(() => history.back(), 50); }"
# What a browser without scripts sends along.
WITHOUT_SCRIPTS = """() => {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "plain", value: "1" });
    document.querySelector("main form").append(field);
}"""

# What a list says that it was searched for: in a field of its own, or as a filter that is on.
SOUGHT = """() => document.querySelector("main input[name='q']")?.value ??
    document.querySelector("main .chip.on bdi")?.textContent"""


def refused(person: Driver, house: House, *, plain: bool) -> None:
    """Send something that is no activation key, and go elsewhere."""
    person.open(f"{house.origin}/self-help/license")
    if plain:
        person.run(WITHOUT_SCRIPTS)
    person.type("#activation_key", "no key")
    person.press("form > .btn:not(.second)")
    person.sees(".fix")
    person.open(f"{house.origin}/self-help/")
    person.at("/self-help/")


def test_where_scripts_run_it_is_the_page_of_the_form(person, house):
    refused(person, house, plain=False)
    person.run(BACK)
    # Safari's engine may have kept the answer as it stood.
    person.at("/self-help/license")
    person.sees("#activation_key")


def test_where_none_runs_it_is_the_answer_itself(person, house):
    refused(person, house, plain=True)
    person.run(BACK)
    person.at("/self-help/license")
    person.sees(".fix")
    assert person.run("() => document.querySelector('#activation_key').value") == "no key"


@pytest.mark.parametrize(
    "asked", ["/portal/licenses?q=ada@example.com*'", "/portal/customers?q=it%27s+(%C3%BC)*"]
)
def test_who_signs_in_comes_to_the_page_that_was_asked_for(person, house, asked):
    name = f"ada {uuid4().hex}"
    with transaction() as session:
        add_operator(session, name, Role.MANAGER, house.short.clock.now)
    person.open(f"{house.origin}{asked}")
    person.at("/portal/sign-in")
    person.type("#name", name)
    person.type("#password", PASSWORD)
    person.press("main button.btn.primary")
    person.at(asked.partition("?")[0])
    wanted = person.run("(asked) => new URLSearchParams(asked.split('?')[1]).get('q')", asked)
    assert person.run("() => new URLSearchParams(location.search).get('q')") == wanted
    assert wanted in person.run(SOUGHT)
