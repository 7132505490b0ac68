"""An operator is signed out by somebody else."""

from __future__ import annotations

from playwright.sync_api import expect

from keyferry.server.core.models import Role
from tests.portal.test_operators import open_operator, others

__all__ = ["others"]


def test_an_operator_is_signed_out_by_force(desk, house, others):
    there, page = desk(Role.SUPPORT), desk()
    open_operator(page, house, "ada the support")
    expect(page.get_by_text("Chrome on Linux")).to_be_visible()
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_text("ada the support is signed out everywhere.", exact=True)).to_be_visible()
    there.get_by_role("link", name="Licenses").first.click()
    expect(there.get_by_role("heading", name="Staff sign-in")).to_be_visible()
