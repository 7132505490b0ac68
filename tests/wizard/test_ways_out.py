"""Each refusal names a way out, and each way is followed here to its end: an active license, or a code shown.

A code that is new needs a line in `WAYS`: what leads there, what is said, and what the person does then.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.errors import ProtocolError
from keyferry.wizard.errors import NotActivated, WizardError
from keyferry.wizard.files import Pictures, read_license_file, write_new_picture
from keyferry.wizard.qr import ScanCode
from keyferry.wizard.results import Begun, LicenseState
from tests.license_codes import code_of, photo
from tests.wizard.parts import TODAY, Machine, Vendor
from tests.wizard.terminal.test_words import NEVER_SHOWN, codes

# Their ways are followed where they are made: the last door, and codes that no face ever shows.
ELSEWHERE = {
    *NEVER_SHOWN,
    "wizard_error",
    "not_a_code",
    "state_newer",
    "newer_version",
    "would_lose_access",
    "not_replaceable",
    "folder_open_to_all",
} | {f"{what}_{how}" for what in ("state", "anchor") for how in ("busy", "not_lockable")}
NOT_SYNCED = {f"{operation}_not_synced" for operation in ("requested", "activated", "deactivated")}


@dataclass
class Person:
    """Somebody who meets a refusal and does what it says."""

    machine: Machine
    vendor: Vendor
    folder: Path
    met: set[str] = field(default_factory=set)

    @contextmanager
    def refused(self, code: str, says: str = "") -> Iterator[None]:
        with pytest.raises((WizardError, ProtocolError)) as refused:
            yield
        assert refused.value.code == code
        assert says in str(refused.value)
        self.met.add(code)

    def begin(self, key: ActivationKey | str | None = None, **how: bool) -> Begun:
        return self.machine.control().begin(key or self.vendor.activation_key(), **how)

    def key_of(self, begun: Begun, **claims: object) -> str:
        return self.vendor.computer_key(begun, **claims)  # type: ignore[arg-type]

    def type(self, key: str) -> None:
        self.machine.control().complete(key)

    def today(self) -> dict[str, object]:
        """The claims of a key that the server issues now."""
        today = self.machine.clock.now().date()
        return {"issued": today, "expires": today + timedelta(30)}


def expired(person: Person) -> None:
    begun = person.begin()
    old = person.key_of(begun)
    person.machine.clock.advance(days=60)
    with person.refused("license_expired", "scan the QR code again for a new key"):
        person.type(old)
    person.type(person.key_of(person.begin(begun.activation_key), **person.today()))


def expired_by_a_clock_that_is_ahead(person: Person) -> None:
    key = person.key_of(person.begin())
    person.machine.clock.advance(days=4000)
    with person.refused("license_expired", "If the clock is wrong, correct it, then type the key again"):
        person.type(key)
    person.machine.clock.advance(days=-4000)
    person.type(key)


def clock_behind(person: Person) -> None:
    key = person.key_of(person.begin())
    person.machine.clock.advance(days=-400)
    with person.refused("not_yet_valid", "Correct the clock, then type the key again"):
        person.type(key)
    person.machine.clock.advance(days=400)
    person.type(key)


def issue_day_ahead(person: Person) -> None:
    begun = person.begin()
    key = person.key_of(begun, issued=TODAY + timedelta(400), expires=TODAY + timedelta(430))
    with person.refused("not_yet_valid", "If it's right, scan the QR code again for a new key"):
        person.type(key)
    with person.refused("not_yet_valid", "make a new request with the same activation key"):
        person.type(key)
    person.type(person.key_of(person.begin(begun.activation_key, new_request=True)))


def clock_was_wrong(person: Person) -> None:
    completed = person.machine.activate(expires=TODAY + timedelta(90))
    person.machine.clock.advance(days=4000)
    person.machine.control().status()
    person.machine.clock.advance(days=-3999)
    with person.refused("clock_moved_back", "If it's right, make a new request with the same activation key"):
        person.type(str(completed.computer_key))
    begun = person.begin(completed.activation_key, new_request=True)
    assert person.machine.control().status().state is LicenseState.CLOCK_MOVED_BACK
    person.type(person.key_of(begun, expires=None))


def older_key(person: Person) -> None:
    completed = person.machine.activate()
    begun = person.begin(completed.activation_key)
    person.type(person.key_of(begun, issued=TODAY + timedelta(1), expires=TODAY + timedelta(60)))
    person.machine.clock.advance(days=1)
    with person.refused("older_license", "make a new request with the same activation key"):
        person.type(str(completed.computer_key))
    person.type(person.key_of(person.begin(completed.activation_key, new_request=True)))


def retired(person: Person) -> None:
    begun = person.begin()
    key = person.key_of(begun)
    person.vendor.rotate()
    person.vendor.retired.add(1)
    with person.refused("retired_epoch", "Request a new key with the same activation key"):
        person.type(key)
    person.type(person.key_of(person.begin(begun.activation_key)))


def in_use(person: Person) -> None:
    person.machine.activate()
    other = person.vendor.activation_key()
    with person.refused("license_in_use", "Request a key without starting over"):
        person.begin(other, start_over=True)
    person.type(person.key_of(person.begin(other)))


def nothing_requested(person: Person) -> None:
    with person.refused("not_activated", "Request a computer key first"):
        person.type("AAAAA")
    person.type(person.key_of(person.begin()))


def nothing_released(person: Person) -> None:
    completed = person.machine.activate()
    with person.refused("not_released"):
        person.machine.control().show_code()
    person.machine.control().deactivate()
    assert person.machine.control().show_code().activation_key == completed.activation_key


def nothing_but_requests(person: Person) -> None:
    begun = person.begin()
    with person.refused("key_not_named", "name its activation key"):
        person.machine.control().deactivate()
    person.machine.control().deactivate(begun.activation_key)


def nothing_earlier(person: Person) -> None:
    completed = person.machine.activate()
    with person.refused("nothing_earlier", "without naming an earlier computer"):
        person.machine.control().deactivate_earlier(completed.activation_key)
    person.machine.control().deactivate(completed.activation_key)


def damaged(person: Person) -> None:
    completed = person.machine.activate()
    person.machine.state_file.write_text("{}")
    with person.refused("state_damaged"):
        person.begin(completed.activation_key)
    person.type(person.key_of(person.begin(completed.activation_key, start_over=True)))


def another_computer(person: Person) -> None:
    completed = person.machine.activate()
    person.machine.identifier = "machine-2"
    with person.refused("wrong_machine"):
        person.type(str(completed.computer_key))
    person.type(person.key_of(person.begin()))


def mistyped_activation_key(person: Person) -> None:
    key = person.vendor.activation_key().text
    with person.refused("malformed_activation_key"):
        person.begin(("2" if key[0] != "2" else "3") + key[1:])
    person.type(person.key_of(person.begin(key)))


def mistyped_computer_key(person: Person) -> None:
    key = person.key_of(person.begin())
    with person.refused("malformed_computer_key"):
        person.type("0" * 10 + key[10:])
    person.type(key)


def unfit_name(person: Person) -> None:
    key = person.vendor.activation_key()
    with person.refused("malformed_computer_name"):
        person.machine.control().begin(key, "LAB\u202ePC")
    person.type(person.key_of(person.machine.control().begin(key, "LAB-PC")))


def key_of_another_request(person: Person) -> None:
    begun = person.begin()
    earlier = person.key_of(begun)
    person.machine.control().deactivate(begun.activation_key)
    shown = person.begin(begun.activation_key)
    with person.refused("computer_key_refused"):
        person.type(earlier)
    assert person.machine.control().pending() == shown
    person.type(person.key_of(shown))


def file_of_another_request(person: Person) -> None:
    begun = person.begin()
    earlier = person.vendor.license_file(begun)
    person.machine.control().deactivate(begun.activation_key)
    shown = person.begin(begun.activation_key)
    with person.refused("license_file_refused"):
        person.type(earlier)
    person.type(person.vendor.license_file(shown))


def file_that_did_not_arrive(person: Person) -> None:
    file = person.vendor.license_file(person.begin())
    for code, text in {
        "license_file_empty": "\ufeff\r\n",
        "license_file_incomplete": file[:200],
        "not_a_license_file": "<!DOCTYPE html><title>Sign in</title>",
    }.items():
        with person.refused(code, "ownload"):
            person.machine.control().complete_from_file(text)
    person.type(file)


def no_such_file(person: Person) -> None:
    file = person.folder / "mine.lic"
    file.write_text(person.vendor.license_file(person.begin()))
    with person.refused("file_not_readable", "Use the .lic file"):
        read_license_file(person.folder / "other.lic")
    person.type(read_license_file(file))


def picture_without_its_code(person: Person) -> None:
    file, taken = person.vendor.license_file(person.begin()), person.folder / "photo.png"
    taken.write_bytes(photo(file)[:200])
    with person.refused("picture_not_readable", "PNG or JPEG"):
        read_license_file(taken)
    Image.new("L", (90, 90), 255).save(taken)
    with person.refused("no_code_in_picture", "closer"):
        read_license_file(taken)
    taken.write_bytes(photo(code_of(file)))
    person.type(read_license_file(taken))


def no_reader_of_pictures(person: Person) -> None:
    file, taken = person.vendor.license_file(person.begin()), person.folder / "photo.png"
    taken.write_bytes(photo(code_of(file)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sys.modules, "zxingcpp", None)
        with person.refused("pictures_not_supported", "Use the .lic file"):
            read_license_file(taken)
    person.type(file)


def picture_in_no_folder(person: Person) -> None:
    code = ScanCode.of(person.begin().url)
    with person.refused("file_not_writable"):
        Pictures(person.folder / "missing" / "code.png", None).require_writable()
    write_new_picture(person.folder / "code.png", code)
    person.type(person.key_of(person.machine.control().pending()))


def picture_exists(person: Person) -> None:
    code = ScanCode.of(person.begin().url)
    write_new_picture(person.folder / "code.png", code)
    with person.refused("file_exists", "Choose another name"):
        write_new_picture(person.folder / "code.png", code)
    write_new_picture(person.folder / "code-2.png", code)
    person.type(person.key_of(person.machine.control().pending()))


def state_not_writable(person: Person) -> None:
    person.machine.folder.write_text("A file where the folder should be.")
    with person.refused("state_not_writable"):
        person.begin()
    person.machine.folder.unlink()
    person.type(person.key_of(person.begin()))


def state_not_readable(person: Person) -> None:
    person.machine.state_file.mkdir(parents=True)
    with person.refused("state_not_readable"):
        person.machine.control().status()
    person.machine.state_file.rmdir()
    person.type(person.key_of(person.begin()))


def anchor_not_writable(person: Person) -> None:
    person.machine.anchors.write_text("A file where the folder should be.")
    with person.refused("anchor_not_writable"):
        person.begin()
    person.machine.anchors.unlink()
    person.type(person.key_of(person.begin()))


def anchor_not_readable(person: Person) -> None:
    person.machine.activate()
    anchor = person.machine.anchor_file
    anchor.unlink()
    anchor.mkdir()
    with person.refused("anchor_not_readable"):
        person.machine.control().status()
    anchor.rmdir()


WAYS: dict[Callable[[Person], None], set[str]] = {
    expired: {"license_expired"},
    expired_by_a_clock_that_is_ahead: {"license_expired"},
    clock_behind: {"not_yet_valid"},
    issue_day_ahead: {"not_yet_valid"},
    clock_was_wrong: {"clock_moved_back"},
    older_key: {"older_license"},
    retired: {"retired_epoch"},
    in_use: {"license_in_use"},
    nothing_requested: {"not_activated"},
    nothing_released: {"not_released"},
    nothing_but_requests: {"key_not_named"},
    nothing_earlier: {"nothing_earlier"},
    damaged: {"state_damaged"},
    another_computer: {"wrong_machine"},
    mistyped_activation_key: {"malformed_activation_key"},
    mistyped_computer_key: {"malformed_computer_key"},
    unfit_name: {"malformed_computer_name"},
    key_of_another_request: {"computer_key_refused"},
    file_of_another_request: {"license_file_refused"},
    file_that_did_not_arrive: {"license_file_empty", "license_file_incomplete", "not_a_license_file"},
    no_such_file: {"file_not_readable"},
    picture_without_its_code: {"picture_not_readable", "no_code_in_picture"},
    no_reader_of_pictures: {"pictures_not_supported"},
    picture_in_no_folder: {"file_not_writable"},
    picture_exists: {"file_exists"},
    state_not_writable: {"state_not_writable"},
    state_not_readable: {"state_not_readable"},
    anchor_not_writable: {"anchor_not_writable"},
    anchor_not_readable: {"anchor_not_readable"},
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_way_out_leads_to_an_active_license_or_to_a_code(machine, vendor, tmp_path, way):
    person = Person(machine, vendor, tmp_path)
    way(person)
    assert person.met == WAYS[way]
    assert machine.control().status().state is LicenseState.ACTIVE or has_code(machine)


def has_code(machine: Machine) -> bool:
    try:
        return bool(machine.control().show_code().code)
    except NotActivated:
        return False


def test_no_code_is_without_a_way_out():
    assert codes() - set().union(*WAYS.values()) - ELSEWHERE - NOT_SYNCED == set()
