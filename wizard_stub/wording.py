"""What `keyferry-wizard` says to a person; lines of at most 79 columns."""

from __future__ import annotations

from textwrap import fill

from keyferry.protocol.alphabet import GROUP
from keyferry.protocol.openings import Level
from keyferry.protocol.profile import WizardProfile
from keyferry.protocol.typed import Correction
from keyferry.protocol.visible import visible
from keyferry.wizard.days import in_words
from keyferry.wizard.qr import Room
from keyferry.wizard.results import Begun, Completed, Released, Status

_GROUPS_A_LINE = 6
_WIDTH = 79
_OTHER_ACCOUNT = (
    "If another account on this computer uses the same activation key, this activation replaces it. "
    "To use one license in all accounts, share the license folder instead: see --state in "
    "keyferry-wizard --help."
)
_CLAIM = "The code says that the license was given up here, but can't prove that no copy of it runs on."
_REJECTED = (
    "If the page says that this computer ID is no longer valid, make a new request with a new one: "
    "keyferry-wizard … request ACTIVATION-KEY --new"
)


def of_request(begun: Begun, profile: WizardProfile) -> str:
    """Say how to get a computer key, with a phone or by hand."""
    aside = f"The old file is kept as {begun.set_aside}.\n\n" if begun.set_aside else ""
    title = "renew the license of" if begun.renewal else "activate"
    return (
        f"{aside}{profile.product_name}: {title} this computer\n\n"
        + _table(
            ("Activation key", begun.activation_key.text),
            ("Computer ID", begun.computer_id.text),
            ("Computer name", begun.computer_name),
        )
        + _paragraphs(
            "1. Scan the QR code below with a phone that has internet access, and follow the page "
            "that opens. No phone? Send the activation key and the computer ID to the vendor to get "
            "the computer key.",
            "2. Type the computer key you get: keyferry-wizard … activate COMPUTER-KEY",
            *([_OTHER_ACCOUNT] if begun.may_replace_account else []),
            *([_REJECTED] if begun.renewal else []),
        )
    )


def of_activation(completed: Completed, profile: WizardProfile) -> str:
    """Say that the license is stored, and what was read differently from what was typed."""
    key = completed.computer_key if completed.corrections else None
    return (
        f"{profile.product_name} is activated on this computer.\n\n"
        + _table(
            ("Valid until", _until(completed)),
            ("Includes", ", ".join(completed.features)),
            ("Activation key", completed.activation_key.text),
            ("Computer ID", completed.computer_id.text),
            ("Computer name", completed.computer_name),
            ("Computer key", key),
        )
        + _corrections(completed.corrections)
        + _replaced(completed)
    )


def of_status(status: Status, profile: WizardProfile) -> str:
    """Say what is licensed and until when."""
    warning = f"The current time couldn't be saved. {status.not_remembered}"
    return (
        f"{status.message}\n\n"
        + _table(
            ("Product", profile.product_name),
            ("Valid until", _until(status)),
            ("Includes", ", ".join(status.features)),
            ("Activation key", status.activation_key.text if status.activation_key else None),
            ("Computer ID", status.computer_id.text if status.computer_id else None),
            ("Computer name", status.computer_name),
        )
        + (_paragraphs(warning) if status.not_remembered else "")
    )


def of_release(released: Released, profile: WizardProfile) -> str:
    """Show the deactivation verification code and say how it frees the seat."""
    return (
        f"Deactivated: {profile.product_name} no longer runs on this computer.\n\n"
        + _table(
            ("Deactivation verification code", released.code.text),
            ("Activation key", released.activation_key.text),
            ("Computer ID", released.computer_id.text),
            ("Computer name", released.computer_name),
        )
        + _further_codes(released)
        + _paragraphs(
            "To free the seat, scan the QR code below with a phone that has internet access, or send the "
            "codes above to the vendor.",
            *([_CLAIM] if released.level is Level.CLAIM else []),
            *_further_keys(released),
            "To see this again: keyferry-wizard … show-code",
        )
    )


def _further_codes(released: Released) -> str:
    """List the codes of requests that were given up with the license, each with its computer ID."""
    further = released.codes[1:]
    if not further:
        return ""
    lines = "".join(f"  {code.code.text}  computer ID {code.computer_id.text}\n" for code in further)
    words = "Each other computer ID of this activation key has its code. The QR code has up to four of these:"
    return _paragraphs(words) + lines


def _further_keys(released: Released) -> list[str]:
    return [
        f"Another activation key was given up here, too: keyferry-wizard … show-code {key.text}"
        for key in released.other_keys
    ]


def of_no_room(needed: Room, room: Room) -> str:
    """Say how large a terminal must be for the QR code, and what to do if it cannot be larger."""
    # One more line, for the prompt below the code.
    return _paragraphs(
        f"The QR code needs a window of {needed.columns} by {needed.lines + 1} characters. This one has "
        f"{room.columns} by {room.lines + 1}. Make the window larger, or save the code as a picture with "
        "--png FILE: request shows the code again, or show-code after a deactivation. "
        "You can also type the codes above by hand."
    )


def of_shortened_name(carried: str | None, name: str | None) -> str:
    """Say what the QR code has instead of a name that is too long for this terminal."""
    if carried == name:
        return ""
    return (
        f"\nIn this QR code the computer name is “{carried}”.\n"
        if carried
        else "\nThis QR code has no computer name.\n"
    )


def _table(*rows: tuple[str, str | None]) -> str:
    shown = [(name, visible(text)) for name, text in rows if text]
    width = max((len(name) for name, _ in shown), default=0)
    return "".join(
        f"  {name if place == 0 else '':{width}}  {line}\n"
        for name, text in shown
        for place, line in enumerate(in_rows(text))
    )


def in_rows(text: str) -> list[str]:
    """Return a long key in its rows of groups; any other text is one line."""
    groups = text.split("-")
    # An address or a folder may have dashes, too, and must not lose one where it is folded.
    if len(groups) <= _GROUPS_A_LINE or any(len(group) != GROUP for group in groups):
        return [text]
    starts = range(0, len(groups), _GROUPS_A_LINE)
    return ["-".join(groups[start : start + _GROUPS_A_LINE]) for start in starts]


def _corrections(corrections: tuple[Correction, ...]) -> str:
    if not corrections:
        return ""
    count = len(corrections)
    confirmed = (
        "One character was corrected, and the key confirms it"
        if count == 1
        else f"{count} characters were corrected, and the key confirms them"
    )
    lines = [
        f"  group {correction.group}, character {correction.place}: "
        f"{f'“{correction.typed}”' if correction.typed else 'nothing'} → {correction.read}\n"
        for correction in corrections
    ]
    return f"\n{confirmed}:\n" + "".join(lines)


def _replaced(completed: Completed) -> str:
    if completed.replaced is None:
        return ""
    return _paragraphs(
        f"The activation key {completed.replaced.text} is no longer used here. If it belongs to another "
        f"license, free its seat: keyferry-wizard … show-code {completed.replaced.text}"
    )


def _until(result: Completed | Status) -> str | None:
    if result.claims is None:
        return None
    return in_words(result.claims.expires) if result.claims.expires else "no end date"


def _paragraphs(*texts: str) -> str:
    return "".join(
        "\n" + fill(text, _WIDTH, break_on_hyphens=False, break_long_words=False) + "\n" for text in texts
    )
