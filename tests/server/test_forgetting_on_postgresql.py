"""What PostgreSQL's own triggers let be forgotten of the audit, and that a worker can do it there."""

from __future__ import annotations

from tests.server.on_postgresql import app, settings
from tests.server.test_forgetting import (
    test_a_row_cannot_be_moved_to_another_number,
    test_addresses_go_after_ninety_days_and_younger_ones_stay,
    test_addresses_of_who_signed_in_go_too_and_the_session_stays,
    test_nothing_but_an_address_can_be_forgotten,
    test_several_workers_forget_each_address_once_and_all_of_them,
    test_what_is_forgotten_does_not_come_back,
)

__all__ = [
    "app",
    "settings",
    "test_a_row_cannot_be_moved_to_another_number",
    "test_addresses_go_after_ninety_days_and_younger_ones_stay",
    "test_addresses_of_who_signed_in_go_too_and_the_session_stays",
    "test_nothing_but_an_address_can_be_forgotten",
    "test_several_workers_forget_each_address_once_and_all_of_them",
    "test_what_is_forgotten_does_not_come_back",
]
