import re
from pathlib import Path

# Written in pieces, so that this file does not find itself.
MACHINE_PATH = re.compile(rb"(?<![a-z.])/" + rb"(?:root|home|work)/")


def test_no_tracked_file_names_a_path_of_one_machine(root: Path, tracked: list[Path]):
    found = {
        str(path): match.group().decode()
        for path in tracked
        if (match := MACHINE_PATH.search((root / path).read_bytes()))
    }
    assert found == {}


def test_nothing_secret_or_made_is_tracked(tracked: list[Path]):
    made = {".venv", "instance", "build", "dist", "node_modules", "__pycache__"}
    assert [path for path in tracked if made & set(path.parts) or path.name == "uv.lock"] == []


def test_no_two_modules_of_tests_have_one_name(root: Path, tracked: list[Path]):
    """In folders that are no packages, the second one would end the whole run at its collection."""
    bare = [path for path in tracked if path.parts[0] == "tests" and path.name.startswith("test_")]
    names = [path.name for path in bare if not (root / path.parent / "__init__.py").exists()]
    assert sorted({name for name in names if names.count(name) > 1}) == []
