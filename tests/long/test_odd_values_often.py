"""Odd values at every address, by everybody, many times over."""

from __future__ import annotations

import pytest

from tests.faces.test_odd_values import sweep

pytestmark = pytest.mark.usefixtures("mail_works")


@pytest.mark.parametrize("seed", range(1, 6))
def test_odd_values_everywhere_fail_nothing(app, vendor, seed):
    sweep(app, vendor, seed)
