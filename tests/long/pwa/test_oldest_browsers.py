"""The oldest browsers that the phone page promises to work in have all that it cannot do without."""

from __future__ import annotations

import shutil
import subprocess


def test_the_table_of_browsers_is_what_mdn_knows_and_what_is_needed_is_in_the_oldest(root):
    """Needs Node and the npm registry, as `make lint-js` does."""
    subprocess.run(["demo/prepare.sh", "javascript"], cwd=root, check=True, timeout=600)
    checks = root / ".javascript"
    shutil.copy(root / "tests" / "pwa" / "floor.js", checks)
    made = subprocess.run(
        ["node", "floor.js"], cwd=checks, capture_output=True, text=True, check=False, timeout=120
    )
    assert (made.returncode, made.stderr) == (0, "")
    page = (root / "docs" / "browsers.md").read_text()
    assert page[page.index("| feature |") :] == made.stdout
