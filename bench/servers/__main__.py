from pathlib import Path

from bench.servers.cases import servers

servers(Path("build/bench.json"))
