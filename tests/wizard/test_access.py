"""Several accounts and one license: who may use its files may do so after every write of every other one."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.wizard import locks
from keyferry.wizard.access import Access
from keyferry.wizard.errors import StorageUnavailable
from keyferry.wizard.guarantees import Lacking
from keyferry.wizard.results import LicenseState

from .accounts import Account, access, acl, needs_root, seen, set_acl

pytestmark = needs_root

ADA = Account(41001, 41001)
BOB = Account(41002, 41002)
TEAM = 41900
MEMBER = Account(41003, 41003, groups=(TEAM,))
ROOT = Account(0, 0)
KEY, OTHER_KEY = (ActivationKey.generate(bytes([number] * 12)) for number in (1, 2))


@pytest.fixture
def home(machine):
    """A folder that every account can reach, in which the machine keeps its state and its anchor."""
    home = Path(tempfile.mkdtemp())
    home.chmod(0o755)
    machine.folder, machine.anchors = home / "state", home / "anchors"
    yield home
    shutil.rmtree(home)


@pytest.fixture
def activated(machine, home):
    """Let an account activate the machine in folders of a given owner, group and mode."""

    def activated(account: Account, *, owner: int, group: int, mode: int) -> None:
        for folder in (machine.folder, machine.anchors):
            folder.mkdir()
            os.chown(folder, owner, group)
            folder.chmod(mode)
        account.does(lambda: machine.activate(KEY))
        machine.clock.advance(days=1)

    return activated


def files(machine) -> list[Path]:
    return [*machine.folder.iterdir(), *machine.anchors.iterdir()]


def operations(machine):
    """Everything that writes, each with what it needs."""
    completed = ADA.does(lambda: machine.control().status())
    begun = ADA.does(lambda: machine.control().begin(completed.activation_key))
    renewal = machine.vendor.computer_key(begun)
    return {
        "begin": lambda: machine.control().begin(OTHER_KEY),
        "complete": lambda: machine.control().complete(renewal),
        "deactivate": lambda: machine.control().deactivate(),
    }


def test_a_look_by_root_leaves_the_license_to_its_owner(machine, activated):
    activated(ADA, owner=ADA.uid, group=ADA.gid, mode=0o700)
    before = {path: access(path) for path in files(machine)}
    written = machine.state_file.stat().st_ino
    assert ROOT.does(lambda: machine.control().status()).not_remembered is None
    assert machine.state_file.stat().st_ino != written
    assert {path: access(path) for path in files(machine)} == before
    machine.clock.advance(days=1)
    assert ADA.does(lambda: machine.control().status()).state is LicenseState.ACTIVE


def test_every_file_that_root_makes_anew_is_its_owners(machine, activated):
    activated(ADA, owner=ADA.uid, group=ADA.gid, mode=0o700)
    for path in files(machine):
        if path != machine.state_file:
            path.unlink()
    ROOT.does(lambda: machine.control().status())
    assert {path.suffix for path in files(machine)} == {".json", ".anchor", ".lock"}
    assert {access(path) for path in files(machine)} == {(ADA.uid, ADA.gid, 0o600)}
    ADA.does(lambda: machine.control().deactivate())


def test_what_root_requests_in_a_folder_of_another_account_is_that_accounts(machine, activated):
    activated(ROOT, owner=ADA.uid, group=ADA.gid, mode=0o700)
    assert {access(path) for path in files(machine)} == {(ADA.uid, ADA.gid, 0o600)}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o666])
def test_a_mode_that_was_chosen_stays_through_looks_and_operations(machine, activated, mode):
    activated(ADA, owner=ADA.uid, group=ADA.gid, mode=0o700)
    for path in files(machine):
        path.chmod(mode)
    ADA.does(lambda: machine.control().status())
    for operation in operations(machine).values():
        ADA.does(operation)
        assert {access(path) for path in files(machine)} == {(ADA.uid, ADA.gid, mode)}


def test_an_access_list_stays_through_looks_and_operations(machine, activated):
    activated(ADA, owner=ADA.uid, group=ADA.gid, mode=0o700)
    wanted = acl(group=4, other=0, users={BOB.uid: 6})
    for path in files(machine):
        set_acl(path, wanted)
    for account in (ADA, ROOT):
        machine.clock.advance(days=1)
        account.does(lambda: machine.control().status())
        for path in files(machine):
            assert os.getxattr(path, "system.posix_acl_access") == wanted
    ADA.does(lambda: machine.control().deactivate())
    for path in files(machine):
        assert os.getxattr(path, "system.posix_acl_access") == wanted
        assert access(path)[:2] == (ADA.uid, ADA.gid)


def test_a_file_that_was_private_stays_so_in_a_folder_that_got_a_default_list(machine, activated):
    activated(ADA, owner=ADA.uid, group=ADA.gid, mode=0o700)
    set_acl(machine.folder, acl(group=6, other=0, users={BOB.uid: 6}), default=True)
    ADA.does(lambda: machine.control().status())
    assert access(machine.state_file) == (ADA.uid, ADA.gid, 0o600)
    assert Access.of(machine.state_file).acl is None


def test_new_files_in_a_folder_with_a_default_list_take_it(machine, home):
    for folder in (machine.folder, machine.anchors):
        folder.mkdir()
        os.chown(folder, ADA.uid, ADA.gid)
        folder.chmod(0o711)
        set_acl(folder, acl(group=0, other=0, users={BOB.uid: 6}), default=True)
        set_acl(folder, acl(owner=7, group=0, other=1, users={BOB.uid: 7}))
    ADA.does(lambda: machine.activate(KEY))
    for path in files(machine):
        assert Access.of(path).users == {BOB.uid: 6}
    assert BOB.does(lambda: machine.control().status()).state is LicenseState.ACTIVE


@pytest.mark.parametrize(("who", "mode"), [(MEMBER, 0o640), (MEMBER, 0o644), (BOB, 0o604), (BOB, 0o664)])
def test_a_look_that_would_take_access_from_somebody_writes_nothing(machine, activated, who, mode):
    activated(ADA, owner=ADA.uid, group=TEAM, mode=0o777)
    for path in files(machine):
        os.chown(path, ADA.uid, TEAM)
        path.chmod(mode)
    before = seen(machine.folder, machine.anchors)
    status = who.does(lambda: machine.control().status())
    assert status.state is LicenseState.ACTIVE
    assert status.hindrance.code == "would_lose_access"
    assert "account 41001" in status.not_remembered
    assert seen(machine.folder, machine.anchors) == before


@pytest.mark.parametrize("name", ["begin", "complete", "deactivate"])
def test_an_operation_that_would_take_access_from_somebody_is_refused_before_it_begins(
    machine, activated, name
):
    activated(ADA, owner=ADA.uid, group=TEAM, mode=0o777)
    operation = operations(machine)[name]
    for path in files(machine):
        path.chmod(0o644)
    before = seen(machine.folder, machine.anchors)
    with pytest.raises(StorageUnavailable, match="Nothing was changed") as refused:
        BOB.does(operation)
    assert refused.value.code == "would_lose_access"
    assert seen(machine.folder, machine.anchors) == before
    ADA.does(operation)


@pytest.mark.parametrize("name", ["begin", "deactivate"])
def test_an_anchor_whose_owner_would_lose_it_stops_an_operation_before_it_begins(machine, activated, name):
    activated(ADA, owner=ADA.uid, group=TEAM, mode=0o777)
    operation = operations(machine)[name]
    for path in files(machine):
        path.chmod(0o644 if path == machine.anchor_file else 0o666)
    before = machine.state_file.read_bytes(), seen(machine.anchors)
    with pytest.raises(StorageUnavailable) as refused:
        BOB.does(operation)
    assert refused.value.code == "would_lose_access"
    assert refused.value.detail == str(machine.anchor_file)
    assert (machine.state_file.read_bytes(), seen(machine.anchors)) == before


def test_the_owner_of_a_file_takes_it_from_no_group_either(machine, activated):
    activated(ADA, owner=ADA.uid, group=ADA.gid, mode=0o700)
    for path in files(machine):
        os.chown(path, ADA.uid, TEAM)
        path.chmod(0o640)
    before = seen(machine.folder, machine.anchors)
    status = ADA.does(lambda: machine.control().status())
    assert (status.state, status.hindrance.code) == (LicenseState.ACTIVE, "would_lose_access")
    with pytest.raises(StorageUnavailable, match="its group"):
        ADA.does(lambda: machine.control().deactivate())
    assert seen(machine.folder, machine.anchors) == before
    ROOT.does(lambda: machine.control().deactivate())
    assert access(machine.state_file) == (ADA.uid, TEAM, 0o640)


@pytest.mark.parametrize("name", ["begin", "complete", "deactivate"])
def test_in_a_sticky_folder_a_look_writes_nothing_and_an_operation_is_refused(machine, activated, name):
    activated(ADA, owner=0, group=0, mode=0o1777)
    operation = operations(machine)[name]
    machine.clock.advance(days=1)
    for path in files(machine):
        path.chmod(0o666)
    before = seen(machine.folder, machine.anchors)
    status = BOB.does(lambda: machine.control().status())
    assert (status.state, status.hindrance.code) == (LicenseState.ACTIVE, "not_replaceable")
    with pytest.raises(StorageUnavailable, match="Run the wizard as account 41001") as refused:
        BOB.does(operation)
    assert refused.value.code == "not_replaceable"
    assert seen(machine.folder, machine.anchors) == before
    ADA.does(operation)


def test_the_accounts_of_a_shared_folder_take_turns(machine, home, mates):
    one, other = mates
    shared = home / "shared"
    shared.mkdir()
    os.chown(shared, 0, one.gid)
    shared.chmod(0o2770)
    machine.folder, machine.anchors = shared / "state", shared / "anchors"
    begun = one.does(lambda: machine.control().begin(KEY))
    for path in (*files(machine), machine.folder, machine.anchors):
        assert access(path)[1:] == (one.gid, 0o2770 if path.is_dir() else 0o660)
    issued = machine.vendor.computer_key(begun)
    other.does(lambda: machine.control().complete(issued))
    machine.clock.advance(days=1)
    assert one.does(lambda: machine.control().status()).not_remembered is None
    assert access(machine.state_file)[0] == one.uid
    released = other.does(lambda: machine.control().deactivate())
    assert one.does(lambda: machine.control().show_code()) == released
    assert {access(path)[1:] for path in files(machine)} == {(one.gid, 0o660)}


def test_what_root_began_in_a_shared_folder_an_account_completes(machine, activated):
    activated(ROOT, owner=0, group=TEAM, mode=0o2770)
    assert {access(path) for path in files(machine)} == {(0, TEAM, 0o660)}
    assert MEMBER.does(lambda: machine.control().status()).not_remembered is None
    MEMBER.does(lambda: machine.control().deactivate())
    assert access(machine.state_file) == (MEMBER.uid, TEAM, 0o660)


def test_where_everybody_may_do_everything_anybody_may_replace_a_file(machine, activated):
    activated(ADA, owner=ADA.uid, group=ADA.gid, mode=0o777)
    for path in files(machine):
        path.chmod(0o444 if path.suffix == ".lock" else 0o666)
    # The lock is another's and may only be read: that is enough to lock it.
    assert BOB.does(lambda: machine.control().status()).not_remembered is None
    released = BOB.does(lambda: machine.control().deactivate())
    assert ADA.does(lambda: machine.control().show_code()) == released


def test_a_lock_that_is_there_is_opened_without_creating_it(tmp_path, monkeypatch):
    genuine = os.open

    def protected(path, flags, *mode):
        # Linux in a sticky folder (fs.protected_regular), whatever the rights.
        if flags & os.O_CREAT and os.path.exists(path):
            raise PermissionError(13, "Permission denied")
        return genuine(path, flags, *mode)

    (tmp_path / "file.lock").write_bytes(b"")
    monkeypatch.setattr(os, "open", protected)
    with locks.locked(tmp_path / "file") as lacking:
        assert lacking == set()


def test_an_account_that_may_not_open_the_lock_is_warned_and_licensed(machine, activated):
    activated(ADA, owner=ADA.uid, group=ADA.gid, mode=0o777)
    for path in files(machine):
        path.chmod(0o600 if path.suffix == ".lock" else 0o666)
    status = BOB.does(lambda: machine.control().status())
    assert (status.state, status.hindrance.code) == (LicenseState.ACTIVE, "state_not_lockable")
    with pytest.raises(StorageUnavailable, match=r"\.json\.lock cannot be locked") as refused:
        BOB.does(lambda: machine.control().deactivate())
    assert refused.value.code == "state_not_lockable"


@pytest.mark.parametrize("known", [True, False])
def test_an_owner_counts_as_a_member_only_of_groups_that_the_system_knows(mates, known):
    one, other = mates
    owner = one.uid if known else ADA.uid
    old = Access(owner, one.gid, 0o660)
    assert (old.loser(Access(other.uid, one.gid, 0o660)) is None) is known
    assert Access(owner, one.gid, 0o666).loser(Access(other.uid, one.gid, 0o666)) is None


def test_what_an_access_list_grants_is_judged_as_the_system_does(mates):
    one, other = mates
    granted = Access(other.uid, one.gid, 0o660, acl(group=6, other=0, users={ADA.uid: 6, one.uid: 4}))
    assert granted.allows(ADA.uid, 6)
    # What names an account goes before its groups.
    assert not granted.allows(one.uid, 6)
    assert granted.loser(Access(other.uid, one.gid, 0o660)) == "account 41001"
    assert Access(ADA.uid, 1, 0o640).loser(Access(ADA.uid, 2, 0o640)) == "its group (1)"
    assert Access(ADA.uid, 1, 0o604).loser(Access(ADA.uid, 1, 0o600)) == "other accounts"


def test_a_file_system_that_keeps_no_rights_is_named_by_operations_and_untouched_by_looks(
    machine, activated, monkeypatch
):
    activated(ADA, owner=ADA.uid, group=ADA.gid, mode=0o755)
    machine.state_file.chmod(0o644)

    def unsupported(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "fchmod", unsupported)
    before = seen(*files(machine))
    status = ADA.does(lambda: machine.control().status())
    assert (status.state, status.hindrance.code) == (LicenseState.ACTIVE, "would_lose_access")
    assert seen(*files(machine)) == before
    released = ADA.does(lambda: machine.control().deactivate())
    assert released.warnings == (Lacking.ACCESS,)
