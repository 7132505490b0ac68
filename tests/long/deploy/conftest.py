"""Containers need root and Debian's tools; elsewhere their tests are not collected at all."""

from __future__ import annotations

import os
import shutil

from tests.long.deploy.debian import TOOLS

is_possible = os.geteuid() == 0 and all(shutil.which(tool) for tool in TOOLS)
collect_ignore_glob = [] if is_possible else ["test_*.py"]
