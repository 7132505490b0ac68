"""Tests that take longer than the gate may."""

from tests.pwa.conftest import house, server_environment

__all__ = ["house", "server_environment"]
