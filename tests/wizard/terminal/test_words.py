"""Both catalogs are complete, and hold nothing that no screen says."""

import ast
import re
from pathlib import Path

import pytest

from keyferry.protocol.codes import Kind
from keyferry.wizard import terminal
from keyferry.wizard.errors import Cause
from keyferry.wizard.guarantees import Lacking
from keyferry.wizard.notices import NoticeCode
from keyferry.wizard.results import LicenseState
from keyferry.wizard.terminal.nearby import Fits
from keyferry.wizard.terminal.screens.base import KEYS_EXPLAINED
from keyferry.wizard.terminal.screens.home_parts import CHOICES, DAMAGED_ELSEWHERE, ENDED
from keyferry.wizard.terminal.typed_groups import Remark
from keyferry.wizard.terminal.words import LANGUAGES, Words, english, language_of

SOURCES = sorted(Path(terminal.__file__).parent.rglob("*.py"))
PACKAGE = Path(terminal.__file__).parents[1]
KEY = re.compile(r"[a-z_]+(\.[a-z_]+)+")
ANSWERS = ("no", "yes")
# The license itself, or the steps to one, say what is the case.
SAID_BY_FACTS = {LicenseState.ACTIVE, LicenseState.NOT_ACTIVATED}
# Where a key is put together, what it is put together from.
MADE = {
    *(f"state.{state.value}" for state in LicenseState),
    *(f"home.{state.value}" for state in LicenseState if state not in SAID_BY_FACTS),
    *(f"home.damaged.{detail}" for detail in DAMAGED_ELSEWHERE),
    f"state.{ENDED}",
    f"home.not_activated.{ENDED}",
    *(f"do.{name}" for names in CHOICES.values() for name in names),
    *(f"home.{state}.subtitle" for state in ("damaged", "wrong_machine", "state_newer")),
    *(f"do.look_again.{state}.hint" for state in ("damaged", "wrong_machine", "state_newer")),
    *(f"trouble.{way}{hint}" for way in ("alone", "invert", "wide", "picture") for hint in ("", ".hint")),
    *(f"help.key.{name}" for name in KEYS_EXPLAINED),
    *(f"file.{fits.value}" for fits in Fits),
    *("copy", "copied", "row", "license", "request", "this_computer", "days_left"),
    *("on_computer", "on_computer_until", "on_computer_never"),
    *(f"typing.{remark.value}" for remark in Remark),
    *(f"kind.{kind.name.lower()}" for kind in Kind),
    *(f"{topic}.{answer}" for topic in ("deactivate", "new_request") for answer in ("no", "yes")),
    *(f"deactivate.text{pending}" for pending in ("", ".pending")),
    *(f"month.{number}" for number in range(1, 13)),
    *(f"cause.{cause.value}" for cause in Cause),
    *(f"warning.{warning.value}" for warning in Lacking),
    *(f"notice.{code.value}" for code in NoticeCode),
    "date",
    *(
        "do.renew.hint",
        "do.deactivate.hint",
        "do.activate_too.hint",
        "do.show_code",
        "do.quit",
        "do.anew.hint",
    ),
    *("do.new_request.hint", "do.drop_request", "do.drop_request.hint"),
}
# Raised, and handled before anybody could see them.
NEVER_SHOWN = {"machine_unknown", "malformed_profile", "file_not_written"}
# What only the command line does.
NEVER_SHOWN |= {"nothing_earlier"}


def literals() -> set[str]:
    texts = {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in texts if KEY.fullmatch(text)}


def codes() -> set[str]:
    """Every code of an error that the control can raise."""
    found = re.findall(
        r'code\s*=\s*"([a-z_]+)"',
        "".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py")),
    )
    return {*found, "malformed_activation_key", "malformed_computer_key", "malformed_computer_name"} | {
        "computer_key_refused",
        "license_file_refused",
        "license_file_empty",
        "license_file_incomplete",
        "not_a_license_file",
        "newer_version",
    }


def damages() -> set[str]:
    """Every way in which a state is found damaged."""
    sources = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py"))
    return {f"damaged.{way}" for way in re.findall(r'detail\s*=\s*"([a-z_]+)"', sources) if way != ENDED}


def said() -> set[str]:
    problems = {f"problem.{code}" for code in codes() - NEVER_SHOWN - {"wizard_error", "not_a_code"}}
    known = {text for text in literals() if text.split(".")[0] in {key.split(".")[0] for key in english()}}
    return known | MADE | problems | damages() | {"busy"}


def test_no_text_is_missing_and_none_is_superfluous():
    assert said() == english().keys()


def test_the_languages_are_english_and_german():
    assert LANGUAGES == ("en", "de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plural_is_chosen_by_its_count(language):
    one, two = (Words(language)("typing.left", count=count) for count in (1, 2))
    assert one != two
    assert "2" in two


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "de_DE"}, "de"),
        ({"LC_MESSAGES": "de", "LANG": "en"}, "de"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR"}, "en"),
        ({"LC_ALL": "", "LANG": "de"}, "de"),
        ({}, "en"),
    ],
)
def test_the_environment_chooses_the_language(environment, language):
    assert language_of(environment) == language


def test_a_missing_text_fails_loudly():
    with pytest.raises(KeyError):
        Words("en")("there.is.none")
