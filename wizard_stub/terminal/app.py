"""The application: opens the overview, from which every screen is reached."""

from __future__ import annotations

from keyferry.wizard.terminal.frame import WizardFrame
from keyferry.wizard.terminal.screens.home import HomeScreen


class WizardApp(WizardFrame):
    """The License Wizard of one product in one folder."""

    def on_mount(self) -> None:
        """Open the overview."""
        self.use_theme()
        self.push_screen(HomeScreen())
