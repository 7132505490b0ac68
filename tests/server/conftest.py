"""PostgreSQL is tested where it is installed; elsewhere its tests are not collected at all."""

from tests.postgresql_server import is_installed

collect_ignore_glob = [] if is_installed() else ["test_*postgresql.py"]
