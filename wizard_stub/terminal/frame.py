"""What every screen of the wizard finds around it: the control, the words, the theme."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.worker import WorkerCancelled, WorkerFailed

from keyferry.protocol.profile import WizardProfile
from keyferry.protocol.visible import visible
from keyferry.wizard.clock import utc_now
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.qr import Drawing, writes
from keyferry.wizard.terminal.hardening import HardenedApp
from keyferry.wizard.terminal.plain_output import speaking_plainly
from keyferry.wizard.terminal.themes import DARK, LIGHT, TERMINAL, THEMES
from keyferry.wizard.terminal.words import Words

# The last takes the terminal's own colors, whatever they are.
_THEMES = {"dark": DARK.name, "light": LIGHT.name, "terminal": TERMINAL.name}


class WizardFrame(HardenedApp):
    """The License Wizard of one product in one folder, before any screen is open."""

    CSS_PATH = "wizard.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before any other: what is typed right behind them is for the next field.
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
        Binding("f2", "next_theme", show=False),
        Binding("ctrl+q", "quit", show=False, priority=True),
    ]

    def __init__(
        self,
        control: ActivationControl,
        profile: WizardProfile,
        folder: Path,
        words: Words,
        *,
        theme: str = "dark",
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self.control = control
        self.profile = profile
        self.folder = folder
        self.words = words
        self.chosen_theme = theme
        self.now = now
        self.failure: Exception | None = None

    @property
    def host(self) -> str:
        """Where phones go to, as a person types it."""
        return self.profile.server_url.partition("://")[2]

    @property
    def contact(self) -> str:
        """Whom a person can ask, as one line; empty if the profile names nobody."""
        return visible(", ".join(self.profile.contact))

    @property
    def self_help(self) -> str:
        """Where a person gets the key without a phone."""
        return f"{self.host}/self-help"

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """How the QR code can be drawn here, the largest first."""
        if not self.writes_blocks:
            return (Drawing.SPACES,)
        return (Drawing.BLOCKS,) if self.lacks_colors else (Drawing.SPACES, Drawing.BLOCKS)

    @property
    def least_drawing(self) -> Drawing:
        """The drawing that takes the least room."""
        return self.drawings[-1]

    @property
    def lacks_colors(self) -> bool:
        """Whether it is unknown which of background and character is lighter."""
        return self.console.color_system is None or (self.no_color and self.native_ansi_color)

    def get_driver_class(self) -> type[Driver]:
        """Send what the terminal can read."""
        return speaking_plainly(super().get_driver_class())

    @property
    def writes_blocks(self) -> bool:
        """Whether the terminal's encoding has the blocks of which a QR code is drawn."""
        return sys.__stderr__ is None or writes(sys.__stderr__, Drawing.BLOCKS.characters)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colors that our rules name, for the moment before a theme of ours is in use."""
        return dict(DARK.variables)

    def use_theme(self) -> None:
        """Register our themes, and use the one asked for."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = _THEMES[self.chosen_theme]

    def action_next_theme(self) -> None:
        """Go on to the next theme: dark, light, the terminal's own colors."""
        themes = list(_THEMES)
        self.chosen_theme = themes[(themes.index(self.chosen_theme) + 1) % len(themes)]
        self.theme = _THEMES[self.chosen_theme]

    def go_home(self) -> None:
        """Close every screen but the overview, which then asks again."""
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def _handle_exception(self, error: Exception) -> None:
        if isinstance(error, WorkerFailed) and isinstance(error.error, WorkerCancelled):
            # Its screen was closed while the control was at work: nobody waits for the answer any more.
            return
        self.failure = error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual's own would print a traceback with the values of all variables, keys among them.
        self._close_messages_no_wait()
