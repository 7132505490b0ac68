import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from keyferry.wizard import machine
from keyferry.wizard.errors import MachineUnknown
from keyferry.wizard.machine import linux, macos, windows

ID = "3d1219c7c4c5404aaa1f6d2a48adfda4"
UUID = "4C4C4544-0042-3510-8056-B7C04F4E3532"

IOREG = """\
+-o J316sAP  <class IOPlatformExpertDevice, id 0x100000220, registered, matched, active, busy 0>
    {
      "manufacturer" = <"Apple Inc.">
      "IOPlatformSerialNumber" = "C02XXXXXXXXX"
      "IOPlatformUUID" = "A8B9C0D1-0000-1111-2222-333344445555"
      "model" = <"MacBookPro18,1">
    }
"""


def system(root: Path, **files: str | None) -> Path:
    names = {
        "machine_id": "etc/machine-id",
        "dbus": "var/lib/dbus/machine-id",
        "dmi": "sys/class/dmi/id/product_uuid",
        "docker": ".dockerenv",
        "podman": "run/.containerenv",
    }
    for name, text in files.items():
        path = root / names[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text or "")
    return root


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"machine_id": f"{ID}\n", "dmi": UUID}, id="systemd"),
        pytest.param({"dbus": f"{ID.upper()}\n"}, id="D-Bus alone"),
        pytest.param({"machine_id": "", "dbus": ID}, id="still empty, and will be made from that of D-Bus"),
    ],
)
def test_linux_is_known_by_the_machine_id_of_systemd_or_else_of_dbus(tmp_path, files):
    assert linux.identifier(system(tmp_path, **files)) == f"linux:{ID}"


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("", "is empty"),
        ("uninitialized\n", "is not initialized"),
        ("0" * 32, "holds no identifier"),
        (ID[:-1], "holds no identifier"),
        ("\x00\xff" * 100, "holds no identifier"),
    ],
)
def test_a_machine_id_that_is_none_is_named_with_the_command_that_makes_one(tmp_path, text, described):
    with pytest.raises(MachineUnknown) as refused:
        linux.identifier(system(tmp_path, machine_id=text, dmi=UUID))
    assert f"/etc/machine-id {described}" in str(refused.value)
    assert "systemd-machine-id-setup" in str(refused.value)
    assert refused.value.code == "machine_unknown"


def test_the_product_uuid_serves_only_where_no_machine_id_exists_at_all(tmp_path):
    assert linux.identifier(system(tmp_path, dmi=f"{UUID}\n")) == f"linux-dmi:{UUID.replace('-', '').lower()}"


@pytest.mark.parametrize(
    "unfilled",
    [
        "00000000-0000-0000-0000-000000000000",
        "03000200-0400-0500-0006-000700080009",
        "Not Settable",
        "F" * 32,
    ],
)
def test_a_product_uuid_that_many_mainboards_share_is_no_identity(tmp_path, unfilled):
    with pytest.raises(MachineUnknown, match="is missing or cannot be read"):
        linux.identifier(system(tmp_path, dmi=unfilled))


@pytest.mark.parametrize("mark", ["docker", "podman"])
def test_a_container_without_identity_is_asked_to_mount_that_of_its_host(tmp_path, mark):
    root = system(tmp_path, machine_id="", dmi=UUID, **{mark: ""})
    with pytest.raises(MachineUnknown, match="Mount the host's /etc/machine-id"):
        linux.identifier(root)


def test_a_container_never_takes_the_product_uuid_which_only_its_root_can_read(tmp_path):
    with pytest.raises(MachineUnknown, match="container"):
        linux.identifier(system(tmp_path, dmi=UUID, docker=""))


def test_windows_is_known_by_its_machine_guid_in_one_spelling():
    expected = f"windows:{UUID.lower()}"
    assert windows.identifier(lambda: UUID) == expected
    assert windows.identifier(lambda: f" {{{UUID.lower()}}} ") == expected


@pytest.mark.parametrize("value", ["", "no guid", "00000000-0000-0000-0000-000000000000", 7, None])
def test_a_machine_guid_that_is_none_is_named(value):
    with pytest.raises(MachineUnknown, match="MachineGuid holds no identifier"):
        windows.identifier(lambda: value)


def test_a_missing_machine_guid_is_named():
    def missing() -> object:
        raise FileNotFoundError(2, "The system cannot find the file specified")

    with pytest.raises(MachineUnknown, match="cannot find the file"):
        windows.identifier(missing)


def test_windows_reads_the_64_bit_registry_also_from_a_32_bit_application(monkeypatch):
    asked = []

    class Folder(SimpleNamespace):
        def __enter__(self):
            return self

        def __exit__(self, *_: object) -> None:
            asked.append("closed")

    def open_key(*arguments: object) -> Folder:
        asked.append(arguments)
        return Folder()

    winreg = ModuleType("winreg")
    winreg.__dict__.update(
        HKEY_LOCAL_MACHINE="HKLM",
        KEY_READ=0x20019,
        KEY_WOW64_64KEY=0x0100,
        OpenKey=open_key,
        QueryValueEx=lambda folder, name: (UUID, 1) if name == "MachineGuid" else None,
    )
    monkeypatch.setitem(sys.modules, "winreg", winreg)
    monkeypatch.setattr(sys, "platform", "win32")
    assert windows.identifier() == f"windows:{UUID.lower()}"
    assert asked == [("HKLM", r"SOFTWARE\Microsoft\Cryptography", 0, 0x20119), "closed"]


def test_macos_is_known_by_the_uuid_of_its_hardware():
    assert macos.identifier(lambda: IOREG) == "macos:a8b9c0d1-0000-1111-2222-333344445555"


@pytest.mark.parametrize("text", ["", IOREG.replace("IOPlatformUUID", "Other"), IOREG.replace("A8B9", "")])
def test_a_mac_without_uuid_is_answered_with_how_to_look(text):
    with pytest.raises(MachineUnknown, match="/usr/sbin/ioreg"):
        macos.identifier(lambda: text)


@pytest.mark.parametrize(
    "error",
    [FileNotFoundError(), subprocess.TimeoutExpired("ioreg", 10), subprocess.CalledProcessError(1, "ioreg")],
)
def test_an_ioreg_that_fails_is_an_answer_and_no_crash(error):
    def failing() -> str:
        raise error

    with pytest.raises(MachineUnknown, match=type(error).__name__):
        macos.identifier(failing)


def test_a_system_that_nobody_prepared_for_is_named(monkeypatch):
    monkeypatch.setattr(sys, "platform", "plan9")
    with pytest.raises(MachineUnknown, match="plan9"):
        machine.machine_identifier.__wrapped__()


def test_this_machine_is_asked_by_the_source_of_its_own_system(monkeypatch):
    for platform, source in (("linux", linux), ("win32", windows), ("darwin", macos)):
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(source, "identifier", lambda platform=platform: f"{platform}:1")
        assert machine.machine_identifier.__wrapped__() == f"{platform}:1"
