"""Everything that can be wrong with what was typed, scanned or read.

Each error carries a stable `code`, which is API, and its text is a sentence that says what to do.
No error ever contains the secret input; only `suggestion` holds a reading, for the person who typed it.
"""

from __future__ import annotations

from keyferry.protocol.sentences import CodedError


class ProtocolError(CodedError):
    """The root of all errors of this package."""

    code = "protocol_error"


class MalformedCode(ProtocolError):
    """A typed code cannot be read; its `code` names the kind, `suggestion` may hold a repaired reading."""

    code = "malformed_code"


class NewerVersion(ProtocolError):
    """What was read has a format of a newer version: only that version can say more of it."""

    code = "newer_version"


class ComputerIdMismatch(ProtocolError):
    """A computer ID was not made for this product and this activation key."""

    code = "computer_id_mismatch"


class WrongDeactivationCode(ProtocolError):
    """A deactivation verification code does not open the commitment in the computer ID."""

    code = "wrong_deactivation_code"


class ComputerKeyRefused(ProtocolError):
    """A readable computer key was not issued for this computer and this activation key."""

    code = "computer_key_refused"


class LicenseFileRefused(ProtocolError):
    """A license file is forged, or was issued for another computer.

    `license_file_empty` and `license_file_incomplete` if nothing, or only a part of it, arrived;
    `not_a_license_file` if it is something else.
    """

    code = "license_file_refused"


class MalformedToken(ProtocolError):
    """The text behind a QR code is not a request token, or not one of a version known here."""

    code = "malformed_token"


class BadSignature(ProtocolError):
    """A request token was altered, or was not made by the application that it names."""

    code = "bad_signature"


class MalformedProfile(ProtocolError):
    """A wizard profile cannot be read."""

    code = "malformed_profile"
