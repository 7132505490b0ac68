"""A dialog: a form in a frame; a refusal appears beside its field, and what was typed is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Concatenate, Generic, ParamSpec, TypeVar

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen
from textual.scrollbar import ScrollBarRender
from textual.widgets import Input, Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Asking, Operations, Refusal
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.fields import Field
from keyferry.server.words.codes import field_of

P = ParamSpec("P")
_FAINT = Style(dim=True, bold=False, reverse=False, underline=False)
R = TypeVar("R")
T = TypeVar("T")


class WholeCells(ScrollBarRender):
    """A scrollbar of whole cells: not every console font has parts of one."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "]


class Faint:
    """What another screen shows, with nothing in it that stands out."""

    def __init__(self, shown: RenderableType) -> None:
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Take away what is bold or reversed: of two highlights, only that of the dialog counts."""
        for text, style, control in console.render(self._shown, options):
            yield Segment(text, (style or Style.null()) + _FAINT, control)


class Dialog(ModalScreen[R | None], Asking, Generic[R]):
    """Asks for something, and answers with it; None where it was closed.

    A refusal is said beside the field that its code is about, or that `FIELDS` says; else below the form.
    """

    TITLE_TEXT: ClassVar[str] = ""
    OK_TEXT: ClassVar[str] = "OK"
    KIND: ClassVar[str] = ""
    """What its frame says: danger where something is taken away, done where something was given."""
    SCROLLS: ClassVar[str] = "#form"
    FIELDS: ClassVar[Mapping[str, str]] = {}
    ACTS: ClassVar[Operations] = {"cancel": None, "take_over": None, "page": None}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("enter", "ok", show=False),
        Binding("f3", "take_over", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(classes=self.KIND or None)
        self._busy = False
        self._suggested: tuple[str, str] | None = None

    def compose(self) -> ComposeResult:
        """Frame the form, what is said about it, and the buttons."""
        with Vertical(id="frame") as frame:
            frame.border_title = self.TITLE_TEXT
            with VerticalScroll(id="form", can_focus=False):
                yield from self.form()
            yield Static("", id="said", markup=False)
            with Horizontal(id="buttons"):
                yield from self.buttons()

    def on_mount(self) -> None:
        """Draw scrollbars as the lists do."""
        for scrolled in self.query(VerticalScroll):
            scrolled.vertical_scrollbar.renderer = WholeCells  # type: ignore[misc]  # as Textual documents it

    def render(self) -> RenderableType:
        """Show what is behind, faint also where there are no shades."""
        behind = super().render()
        is_bare = self.app.native_ansi_color and isinstance(behind, BackgroundScreen)
        return Faint(behind) if is_bare else behind

    def form(self) -> ComposeResult:
        """Yield what the dialog asks."""
        raise NotImplementedError

    def buttons(self) -> ComposeResult:
        """Yield what can be done; by default it can be confirmed and closed."""
        yield ActionButton(self.OK_TEXT, "ok", primary=True, danger=self.KIND == "danger")
        yield ActionButton("Cancel", "cancel")
        yield Static("Enter Esc", classes="keys", markup=False)

    @on(Input.Submitted)
    async def submitted(self) -> None:
        """Enter in a line confirms the form."""
        await self.run_action("screen.ok")

    def action_cancel(self) -> None:
        """Close, and change nothing; what is under way cannot be taken back, so it is waited for."""
        if not self._busy:
            self.dismiss(None)

    def dismiss(self, result: R | None = None) -> AwaitComplete:
        """Answer, once: keys that are pressed twice must not close what is behind, too."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def action_page(self, by: int) -> None:
        """Scroll what does not fit."""
        form = self.query_one(self.SCROLLS)
        form.scroll_relative(y=by * form.size.height, animate=False)

    def action_take_over(self) -> None:
        """Put the suggested reading into its field."""
        if self._suggested is not None:
            name, reading = self._suggested
            self.query_one(f"#{name}", Input).value = reading
            self._clear()

    def typed(self, name: str) -> str:
        """Return what stands in a line."""
        return self.query_one(f"#{name}", Input).value

    def copy(self, code: str) -> None:
        """Send a code to the terminal's clipboard (OSC 52), which is on the person's own machine."""
        self.app.copy_to_clipboard(code)
        self.say("√ Copied to your terminal’s clipboard, if your terminal supports it.")

    async def attempt(
        self, operation: Callable[Concatenate[Access, P], T], *arguments: P.args, **more: P.kwargs
    ) -> T | None:
        """Run an operation, or say why it was refused and return None; one operation at a time."""
        if self._busy:
            return None
        self._busy = True
        self._clear()
        self.say("One moment …")
        try:
            done = await self.ask(operation, *arguments, **more)
        except Refusal as refusal:
            self.say("")
            self.refuse(refusal)
            return None
        finally:
            self._busy = False
        self.say("")
        return done

    async def answer_with(
        self, operation: Callable[Concatenate[Access, P], R], *arguments: P.args, **more: P.kwargs
    ) -> None:
        """Run an operation, and answer with what it returns; stay open where it is refused."""
        done = await self.attempt(operation, *arguments, **more)
        if done is not None:
            self.dismiss(done)

    def refuse(self, refusal: Refusal) -> None:
        """Say a refusal beside its field, with the key that takes a suggested reading over."""
        text = str(refusal)
        code, reading = refusal.code, refusal.suggestion
        name = self.FIELDS.get(code) or (field_of(code) or "").replace("_", "-")
        if not self.query(f"#field-{name}"):
            self.say(f"! {text}")
            return
        if reading:
            self._suggested = (name, reading)
            # The code stands in the line below, with the key that takes it over.
            text = text.replace(f" Did you mean {reading}?", "")
        self._say_beside(name, text, reading or "")

    def wrong(self, name: str, text: str) -> None:
        """Say what is wrong with what stands in a field."""
        self._clear()
        self._say_beside(name, text)

    def _say_beside(self, name: str, text: str, reading: str = "") -> None:
        field = self.query_one(f"#field-{name}", Field)
        field.say(text, reading)
        field.control.focus()

    def _clear(self) -> None:
        self._suggested = None
        self.say("")
        for field in self.query(Field):
            field.say("")
