"""The public keys of a product, one an epoch: to look at, to copy, and to save as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.screens.hand_over import SavePublicKeyDialog
from keyferry.server.faces.console.views import PublicKeyView
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.rows import Column, Rows
from keyferry.server.faces.console.wording import day, epoch_state

_PEM, _JWK = "pem", "jwk"
_MOST_SEEN = 5


class PublicKeyDialog(Dialog[None]):
    """Shows the key of the epoch that is pointed at, in the form that is chosen."""

    TITLE_TEXT: ClassVar[str] = "Public key"
    AUTO_FOCUS = "#epochs"
    ACTS: ClassVar[Operations] = {"copy": None, "other_form": None, "save": None}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", show=False),
        Binding("f", "other_form", show=False),
        Binding("s", "save", show=False),
    ]

    def __init__(self, product: str, keys: Sequence[PublicKeyView]) -> None:
        super().__init__()
        self._product, self._keys, self._form = product, keys, _PEM

    def form(self) -> ComposeResult:
        """List the epochs, and show the key of one."""
        yield Static(self._product, classes="text strong", markup=False)
        yield Rows(_columns, self._cells, id="epochs", has_rule=False)
        yield Static("", id="public-key", markup=False)
        text = "Checks license files in your own programs. It isn’t secret."
        yield Static(text, classes="hint above", markup=False)

    def buttons(self) -> ComposeResult:
        """Copy it, save it, or see it in the other form."""
        yield ActionButton("Copy", "copy", key="c", primary=True)
        yield ActionButton("Save as a file", "save", key="s")
        yield ActionButton("JWK", "other_form", key="f")
        yield ActionButton("Close", "cancel", key="Esc")

    def on_mount(self) -> None:
        """Begin with the current epoch, as PEM."""
        rows = self.query_one(Rows)
        rows.show(self._keys)
        rows.styles.height = min(_MOST_SEEN, len(self._keys))
        self._show()

    @on(Rows.Pointed)
    def walked(self, event: Rows.Pointed) -> None:
        """Show the key of another epoch."""
        event.stop()
        self._show()

    @on(Rows.Chosen)
    def chosen(self, event: Rows.Chosen) -> None:
        """Enter does what the first button does."""
        event.stop()
        self.action_copy()

    def action_copy(self) -> None:
        """Copy it as it is shown."""
        self.copy(self._text)

    def action_other_form(self) -> None:
        """Show it as a JWK, or as PEM again."""
        self._form = _JWK if self._form == _PEM else _PEM
        self.query_one("#do-other-form", ActionButton).show("PEM" if self._form == _JWK else "JWK")
        self._show()

    @work
    async def action_save(self) -> None:
        """Ask where to, and save it as it is shown."""
        path = await self.app.push_screen_wait(SavePublicKeyDialog(self._pointed, self._form))
        if path is not None:
            self.say(f"√ Saved {path.name}")

    @property
    def _pointed(self) -> PublicKeyView:
        pointed: PublicKeyView = self.query_one(Rows).pointed
        return pointed

    @property
    def _text(self) -> str:
        return self._pointed.pem if self._form == _PEM else self._pointed.jwk

    def _show(self) -> None:
        self.say("")
        self.query_one("#public-key", Static).update(Content(self._text.strip()))

    def _cells(self, key: PublicKeyView) -> Sequence[Content]:
        words, color = epoch_state(key.retired, is_current=key is self._keys[0])
        since = Content.styled(f"since {day(key.since)}", "$ink-2")
        return Content(f"Epoch {key.epoch}"), since, Content.styled(words, color)


def _columns(width: int) -> Sequence[Column]:
    return [Column("", 12), Column("", 20), Column("", 20, grows=1)]
