"""Lighthouse on the phone page as a customer meets it: a real server, a real scan, a slow phone and line."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from demo.browser import FLAGS
from demo.stage import Stage, throw_away_stage

LEAST = 95
CATEGORIES = ("performance", "accessibility", "best-practices")
PROGRAM = Path(".javascript/node_modules/.bin/lighthouse")


def question_address(stage: Stage) -> str:
    """Return what a License Wizard's QR code says."""
    stage.vendor.add_product("BENCH", "Bench", "short")
    license = stage.vendor.issue("BENCH", "--seats", "1")
    url: str = stage.machine("BENCH-PC", "BENCH").run("request", license)["url"]
    return url


def marks(address: str, folder: Path) -> dict[str, int]:
    """Return Lighthouse's mark in each category, from 0 to 100."""
    report = folder / "report.json"
    command = [
        str(PROGRAM),
        address,
        "--quiet",
        "--output=json",
        f"--output-path={report}",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags=--headless=new {' '.join(FLAGS)} --user-data-dir={folder / 'browser'}",
    ]
    chromium = shutil.which("chromium") or "chromium"
    environment = {"CHROME_PATH": chromium, "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    node = shutil.which("node")
    if node:
        environment["PATH"] = f"{Path(node).parent}:{environment['PATH']}"
    subprocess.run(command, check=True, env=environment, timeout=180)
    judged = json.loads(report.read_text())
    for audit in judged["audits"].values():
        if audit["score"] is not None and audit["score"] < 0.9:
            print(f"  {audit['id']}: {audit.get('displayValue') or audit['title']}")
    return {name: round(100 * judged["categories"][name]["score"]) for name in CATEGORIES}


def main() -> int:
    """Print the marks, and fail where one is too low."""
    with throw_away_stage() as stage:
        found = marks(question_address(stage), stage.folder)
    for name, mark in found.items():
        print(f"{name:<15} {mark:>4}")
    return 0 if min(found.values()) >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
