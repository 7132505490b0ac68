"""`keyferry operator …`."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from keyferry.server.command_line import main
from tests.authenticator import set_up

PASSWORD = "correct horse battery"


@pytest.fixture
def typed(instance):
    """Run a command that reads a password from standard input."""

    def run(*arguments: str, password: str = PASSWORD):
        return CliRunner().invoke(main, list(arguments), input=f"{password}\n", catch_exceptions=False)

    return run


def add(typed, name: str = "ada", role: str = "administrator", **more):
    return typed("operator", "add", name, "--role", role, "--password-stdin", **more)


def test_operators_are_added_listed_disabled_and_let_in_again(typed, done):
    assert add(typed).exit_code == 0
    assert add(typed, "grace", "support").stdout == "Added grace as support.\n"
    assert done("operator", "disable", "GRACE")["disabled"] is True
    assert typed("operator", "reset", "grace", "--password-stdin").exit_code == 0
    listed = done("operator", "list")["operators"]
    assert [(one["name"], one["role"], one["disabled"]) for one in listed] == [
        ("ada", "administrator", False),
        ("grace", "support", False),
    ]
    assert "password" not in str(listed).replace("password_set_at", "")


def test_a_password_can_be_typed_twice_and_is_not_shown(instance):
    command = ["operator", "add", "ada", "--role", "viewer"]
    said = CliRunner().invoke(main, command, input=f"{PASSWORD}\n{PASSWORD}\n", catch_exceptions=False)
    assert said.exit_code == 0
    assert PASSWORD not in said.stdout + said.stderr


def test_what_cannot_be_is_refused_in_one_line(typed, instance):
    assert add(typed, password="short").exit_code == 1
    assert add(typed).exit_code == 0
    said = add(typed)
    assert (said.exit_code, len(said.stderr.splitlines())) == (1, 1)
    assert instance("operator", "disable", "nobody", "--json").refusal == "unknown_operator"
    assert instance("operator", "disable", "ada", "--json").refusal == "last_administrator"
    assert instance("operator", "add", "eve", "--role", "queen").exit_code == 2


def test_without_operators_the_list_and_init_say_how_to_make_the_first(instance):
    assert "keyferry operator add NAME --role administrator" in instance("operator", "list").stdout
    assert "keyferry operator add NAME --role administrator" in instance("init").stdout
    assert "can activate computers" in instance("operator", "add", "--help").stdout


def test_reset_ends_the_second_factor_of_a_lost_device_and_says_so(typed, done, app):
    add(typed)
    set_up()
    assert done("operator", "list")["operators"][0]["second_factor"] is True
    assert "no second factor" in typed("operator", "reset", "ada", "--password-stdin").stdout
    assert done("operator", "list")["operators"][0]["second_factor"] is False
