"""What every screen of the wizard finds around it: the control, the words, the theme."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.worker import WorkerCancelled, WorkerFailed

from keyferry.protocol.profile import WizardProfile
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.terminal.hardening import HardenedApp
from keyferry.wizard.terminal.themes import DARK, LIGHT
from keyferry.wizard.terminal.words import Words

# The last takes the terminal's own colors, whatever they are.
_THEMES = {"dark": DARK.name, "light": LIGHT.name, "terminal": "ansi-dark"}


class WizardFrame(HardenedApp):
    """The License Wizard of one product in one folder, before any screen is open."""

    CSS_PATH = "wizard.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
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
    ) -> None:
        super().__init__()
        self.control = control
        self.profile = profile
        self.folder = folder
        self.words = words
        self.chosen_theme = theme
        self.failure: Exception | None = None

    @property
    def lacks_colors(self) -> bool:
        """Whether it is unknown which of background and character is lighter."""
        return self.console.color_system is None or (self.no_color and self.native_ansi_color)

    def use_theme(self) -> None:
        """Register our themes, and use the one asked for."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
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
