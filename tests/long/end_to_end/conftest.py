"""The stage of `tests/end_to_end`."""

from tests.end_to_end.conftest import stage

__all__ = ["stage"]
