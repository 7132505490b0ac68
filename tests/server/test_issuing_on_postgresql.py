"""Chunks, crashes and several at once: what a database decides, once more on PostgreSQL."""

from __future__ import annotations

from tests.server.on_postgresql import app, settings
from tests.server.test_issuing import (
    test_a_chunk_that_fails_leaves_the_batch_as_it_was,
    test_each_license_of_a_batch_is_as_it_was_asked_for_and_in_the_audit,
    test_several_who_go_on_at_once_issue_together_what_was_wanted,
    test_the_database_itself_refuses_more_than_were_wanted,
    test_what_is_left_of_a_batch_follows_its_customer_into_another_one,
)

__all__ = [
    "app",
    "settings",
    "test_a_chunk_that_fails_leaves_the_batch_as_it_was",
    "test_each_license_of_a_batch_is_as_it_was_asked_for_and_in_the_audit",
    "test_several_who_go_on_at_once_issue_together_what_was_wanted",
    "test_the_database_itself_refuses_more_than_were_wanted",
    "test_what_is_left_of_a_batch_follows_its_customer_into_another_one",
]
