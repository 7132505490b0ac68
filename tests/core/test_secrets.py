import base64

import pytest

from keyferry.server.core.errors import Malformed, SecretUnreadable
from keyferry.server.core.secrets import Keyring, new_master_key
from tests.refusals import refused

SECRET = b"the application secret of a product"
CONTEXT = "product demo epoch 1 application secret"


@pytest.fixture
def line() -> str:
    return new_master_key("2026")


@pytest.fixture
def keyring(line) -> Keyring:
    return Keyring.from_text(line)


def test_what_was_sealed_opens_in_its_own_context(keyring):
    assert keyring.open(keyring.seal(SECRET, CONTEXT), CONTEXT) == SECRET


def test_a_sealed_secret_shows_nothing_and_differs_each_time(keyring):
    first, second = keyring.seal(SECRET, CONTEXT), keyring.seal(SECRET, CONTEXT)
    assert first != second
    assert SECRET not in base64.b64decode(first.rpartition(":")[2])


def test_a_secret_moved_to_another_context_does_not_open(keyring):
    sealed = keyring.seal(SECRET, CONTEXT)
    with refused("wrong_master_key", SecretUnreadable):
        keyring.open(sealed, "product demo epoch 2 application secret")


def test_a_changed_secret_does_not_open(keyring):
    sealed = keyring.seal(SECRET, CONTEXT)
    head, _, box = sealed.rpartition(":")
    for at in range(0, len(box) - 4, 5):
        changed = box[:at] + ("A" if box[at] != "A" else "B") + box[at + 1 :]
        with pytest.raises(SecretUnreadable):
            keyring.open(f"{head}:{changed}", CONTEXT)


@pytest.mark.parametrize(
    "sealed", ["", "1", "1:2026", "1:2026:", "1:2026:AAAA", "1:2026:no base64", "2:2026:AAAA"]
)
def test_rubbish_does_not_open(keyring, sealed):
    with pytest.raises(SecretUnreadable):
        keyring.open(sealed, CONTEXT)


def test_a_new_key_on_top_seals_and_the_old_one_still_opens(keyring, line):
    sealed = keyring.seal(SECRET, CONTEXT)
    rotated = Keyring.from_text(f"{new_master_key('2027')}\n{line}\n")
    assert rotated.open(sealed, CONTEXT) == SECRET
    assert rotated.seal(SECRET, CONTEXT).split(":")[1] == "2027"


def test_a_missing_master_key_is_named(keyring):
    with pytest.raises(SecretUnreadable, match="“2026”") as refused:
        Keyring.from_text(new_master_key("2027")).open(keyring.seal(SECRET, CONTEXT), CONTEXT)
    assert refused.value.code == "missing_master_key"


def test_another_master_key_with_the_same_id_is_a_wrong_one(keyring):
    with refused("wrong_master_key", SecretUnreadable):
        Keyring.from_text(new_master_key("2026")).open(keyring.seal(SECRET, CONTEXT), CONTEXT)


def test_comments_and_empty_lines_are_skipped(line):
    assert Keyring.from_text(f"# made by keyferry init\n\n  {line}  \n").current == "2026"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "it has no key"),
        ("# nothing", "it has no key"),
        ("no colon", "line 1"),
        (":AAAA", "line 1"),
        ("spaced id:AAAA", "line 1"),
        ("a:not base64!", "line 1 isn’t base64"),
        (f"a:{base64.b64encode(bytes(31)).decode()}", "31 bytes"),
        (
            f"a:{base64.b64encode(bytes(32)).decode()}\na:{base64.b64encode(bytes(32)).decode()}",
            "line 2 repeats",
        ),
    ],
)
def test_a_malformed_master_key_is_refused_with_its_line(text, what):
    with pytest.raises(Malformed, match=what) as refused:
        Keyring.from_text(text)
    assert refused.value.code == "malformed_master_key"


def test_no_key_shows_in_a_repr_or_an_error(keyring, line):
    text = line.partition(":")[2]
    assert text not in repr(keyring)
    assert repr(base64.b64decode(text))[2:-1] not in repr(keyring)
    with pytest.raises(Malformed) as refused:
        Keyring.from_text(f"{line[:-8]}")
    assert text[:8] not in str(refused.value)
