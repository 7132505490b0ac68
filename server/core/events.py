"""What the audit log knows: events and channels, each with its words; every face and the CSV use the same."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class _Worded(StrEnum):
    """A name that is stored, and the words that people read."""

    words: str

    def __new__(cls, value: str, words: str) -> _Worded:
        """Make a member of a stored name and its words."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member

    @classmethod
    def of(cls, value: str) -> Self:
        """Return the member that is stored as `value`; raises KeyError."""
        return cls[value.upper()]


class Channel(_Worded):
    """How somebody reaches the server."""

    PHONE = "phone", "Phone"
    SELF_HELP = "self_help", "Self Help"
    PORTAL = "portal", "Portal"
    CONSOLE = "console", "Console"
    COMMAND_LINE = "command_line", "Command line"


class Event(_Worded):
    """What happened, or was refused."""

    ACTIVATED_NEW_SEAT = "activated_new_seat", "Activated on a new seat"
    ACTIVATED_SAME_SEAT = "activated_same_seat", "Activated again, same seat"
    ACTIVATED_CONTINUED = "activated_continued", "Activated again, new computer ID proven"
    ACTIVATED_STALE = "activated_stale", "Activated again from an earlier state, possibly a copy"
    ACTIVATED_REPLACEMENT = "activated_replacement", "Activated again, replacing an earlier computer ID"
    ACTIVATION_REFUSED = "activation_refused", "Activation refused"
    RELEASED_PROVEN = "released_proven", "Deactivated with a code"
    RELEASED_CLAIMED = "released_claimed", "Released, not verified"
    RELEASED_FORCED = "released_forced", "Released without a code"
    RELEASE_REFUSED = "release_refused", "Release refused"
    REQUEST_REFUSED = "request_refused", "Request refused"
    LOOK_UP_REFUSED = "look_up_refused", "Look-up refused"
    LICENSE_ISSUED = "license_issued", "License issued"
    ISSUE_BEGUN = "issue_begun", "Batch of licenses requested"
    ISSUE_STOPPED = "issue_stopped", "Batch of licenses stopped"
    IMPORT_BEGUN = "import_begun", "Import of a CSV file started"
    IMPORT_ENDED = "import_ended", "Import of a CSV file ended"
    IMPORT_REFUSED = "import_refused", "Import of a CSV file refused"
    LICENSE_EDITED = "license_edited", "License changed"
    ACTIVATION_KEY_REPLACED = "activation_key_replaced", "Activation key replaced"
    CHANGE_REFUSED = "change_refused", "Change refused"
    ISSUE_REFUSED = "issue_refused", "Issue refused"
    LICENSE_RENEWED = "license_renewed", "License renewed"
    LICENSE_SUSPENDED = "license_suspended", "License put on hold"
    LICENSE_RESUMED = "license_resumed", "License resumed"
    DEMO_MACHINE_BEGUN = "demo_machine_begun", "Demo machine started"
    DEMO_MACHINE_ACTIVATED = "demo_machine_activated", "Key typed on the demo machine"
    DEMO_MACHINE_ENDED = "demo_machine_ended", "Demo machine removed"
    LICENSES_EXPORTED = "licenses_exported", "Activation keys downloaded"
    LICENSE_KEYS_ASKED_FOR = "license_keys_asked_for", "License keys requested by email"
    RELEASE_LINK_ASKED_FOR = "release_link_asked_for", "Release link requested by email"
    MAIL_SENT = "mail_sent", "Email sent"
    MAIL_GIVEN_UP = "mail_given_up", "Email failed"
    MAIL_QUEUED_AGAIN = "mail_queued_again", "Email queued again"
    SIGNED_IN = "signed_in", "Signed in"
    SIGNED_OUT = "signed_out", "Signed out"
    SIGN_IN_REFUSED = "sign_in_refused", "Sign-in refused"
    PERMISSION_REFUSED = "permission_refused", "Permission denied"
    OPERATOR_ADDED = "operator_added", "Staff member added"
    OPERATOR_RESET = "operator_reset", "Password reset"
    OPERATOR_DISABLED = "operator_disabled", "Staff member disabled"
    CUSTOMER_EDITED = "customer_edited", "Customer changed"
    CUSTOMER_MERGED = "customer_merged", "Customers merged"
    CUSTOMERS_EXPORTED = "customers_exported", "Customers downloaded"
    CUSTOMER_DATA_EXPORTED = "customer_data_exported", "Customer’s data downloaded"
    CUSTOMER_DELETED = "customer_deleted", "Customer deleted"
    OPERATOR_ENABLED = "operator_enabled", "Staff member enabled"
    OPERATOR_ROLE_CHANGED = "operator_role_changed", "Role changed"
    OPERATOR_SIGNED_OUT = "operator_signed_out", "Signed out everywhere"
    PASSWORD_CHANGED = "password_changed", "Password changed"
    PASSWORD_CHANGE_REFUSED = "password_change_refused", "Password change refused"
    SECOND_FACTOR_SET_UP = "second_factor_set_up", "Second factor set up"
    SECOND_FACTOR_ENDED = "second_factor_ended", "Second factor ended"
    SECOND_FACTOR_REFUSED = "second_factor_refused", "Second factor change refused"
    RECOVERY_CODE_USED = "recovery_code_used", "Recovery code used"
    RECOVERY_CODES_MADE = "recovery_codes_made", "New recovery codes created"
    PRODUCT_ADDED = "product_added", "Product added"
    PRODUCT_ROTATED = "product_rotated", "New epoch started"
    EPOCH_RETIRED = "epoch_retired", "Epoch retired"
    FEATURES_ADDED = "features_added", "Features added"
    PROFILE_EXPORTED = "profile_exported", "Wizard profile downloaded"
    PROPERTY_SET = "property_set", "Setting changed"
    BRANDING_SET = "branding_set", "Branding changed"
    MAIL_TEMPLATE_SET = "mail_template_set", "Email text changed"
    MAIL_TEMPLATE_RESET = "mail_template_reset", "Email text back to default"
    SECRETS_RESEALED = "secrets_resealed", "Secrets sealed under another master key"
