"""`keyferry product export --as python`: the profile as a module that an application imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from keyferry.protocol.profile import WizardProfile
from keyferry.server.command_line.profile_module import json_in_module, profile_module
from tests.faces.test_command_line_products import mode_of

APPLICATION = """\
import sys
from pathlib import Path

from demo_cad_profile import PROFILE
from keyferry.wizard.control import ActivationControl

folder = Path(sys.argv[1])
control = ActivationControl(
    PROFILE, folder / "license", machine_identifier="LAB-PC-07", anchor_folder=folder / "anchors"
)
if sys.argv[2] == "begin":
    print(control.begin(sys.argv[3]).computer_id.text)
else:
    control.complete(sys.argv[3])
    print(control.status().state.name)
"""
both_styles = pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)


def module_of(instance, folder: Path, *options: str) -> Path:
    out = folder / "demo_cad_profile.py"
    said = instance("product", "export", "demo-cad", "--as", "python", "--out", str(out), *options)
    assert said.exit_code == 0, said.stderr
    return out


@pytest.mark.thorough
@both_styles
def test_an_application_imports_the_module_and_activates_with_it(
    vendor, instance, done, issue, tmp_path, pytestconfig
):
    module = module_of(instance, tmp_path)
    path = os.pathsep.join([str(module.parent), str(pytestconfig.rootpath)])

    def application(*arguments: str) -> str:
        command = [sys.executable, "-c", APPLICATION, str(tmp_path / "machine"), *arguments]
        ran = subprocess.run(
            command, env={"PYTHONPATH": path}, capture_output=True, text=True, timeout=60, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    key = issue()
    computer_id = application("begin", key)
    assert application("complete", done("activate", key, computer_id)["computer_key"]) == "ACTIVE"


@both_styles
def test_the_module_is_ascii_the_same_every_time_and_says_what_it_holds(vendor, instance, tmp_path):
    out = module_of(instance, tmp_path)
    source = out.read_text(encoding="ascii")
    assert module_of(instance, tmp_path).read_text() == source
    assert instance("product", "export", "demo-cad", "--as", "python").stdout == source
    assert mode_of(out) == 0o600
    assert WizardProfile.from_json(json_in_module(source)) == vendor.profile
    docstring = compile(source, "module", "exec").co_consts[0]
    assert "whoever can replace it can activate with keys of their own" in docstring
    can_make_keys = "can make keys for this product" in docstring
    assert can_make_keys == (vendor.profile.key_style == "short")


def test_a_name_of_any_letters_and_quotes_stays_itself(vendor):
    name = "Prüf\"\"\"'''\\N{BULLET} 測試 {code}\\"
    profile = WizardProfile(**(vars(vendor.profile) | {"product_name": name}))
    source = profile_module(profile)
    assert source.isascii()
    found: dict[str, object] = {}
    exec(source, found)
    assert found["PROFILE"] == profile
    assert WizardProfile.from_json(json_in_module(source)) == profile


def test_either_form_replaces_the_profile_of_its_product_and_no_other_file(vendor, instance, tmp_path):
    out = module_of(instance, tmp_path)
    assert instance("product", "rotate", "demo-cad").exit_code == 0
    module_of(instance, tmp_path)
    assert 'number": 2' in out.read_text()
    assert instance("product", "export", "demo-cad", "--out", str(out)).exit_code == 0
    assert WizardProfile.from_json(out.read_text()).current_epoch.number == 2
    for dear in ("import os\n", "PROFILE_JSON = 'x'\n", "def", "\0", "(" * 9000):
        out.write_text(dear)
        said = instance("product", "export", "demo-cad", "--as", "python", "--out", str(out), "--json")
        assert said.refusal == "file_exists"
        assert out.read_text() == dear


def test_for_programs_the_module_is_a_text_in_the_answer(vendor, done, instance):
    said = done("product", "export", "demo-cad", "--as", "python")
    assert said["product"] == "demo-cad"
    assert f"{said['module']}\n" == instance("product", "export", "demo-cad", "--as", "python").stdout


def test_the_readme_imports_what_the_export_in_it_writes(pytestconfig):
    readme = (pytestconfig.rootpath / "README.md").read_text()
    assert "keyferry product export demo-cad --as python --out demo_cad_profile.py" in readme
    assert "from demo_cad_profile import PROFILE\n" in readme
