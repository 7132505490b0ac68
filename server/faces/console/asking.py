"""What every screen and pane has: access to the server, and a list of what it asks for.

Nothing reaches the server but through `ask`, which takes only what the class has declared; an action that is
not declared does nothing. So a new action without a permission is noticed at its first try, and by a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar, cast

from textual.messages import Prune
from textual.widget import Widget
from textual.widgets import Static

from keyferry.protocol.sentences import CodedError
from keyferry.server.core.errors import NotAllowed
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.frame import ConsoleFrame
from keyferry.server.faces.console.marked import marked

P = ParamSpec("P")
R = TypeVar("R")

Refusal = CodedError
# What an action asks for; None for one that asks the server nothing.
Operations = Mapping[str, Callable[..., object] | None]


class Asking(Widget):
    """Asks the server for what it has declared.

    It stands last among the bases: Textual takes the look of a class from its first.
    """

    ACTS: ClassVar[Operations] = {}
    READS: ClassVar[tuple[Callable[..., object], ...]] = ()

    @property
    def console_app(self) -> ConsoleFrame:
        """The application, with its access."""
        return cast("ConsoleFrame", self.app)

    async def ask(
        self, operation: Callable[Concatenate[Access, P], R], *arguments: P.args, **more: P.kwargs
    ) -> R:
        """Run an operation in the background.

        Who is no longer signed in is asked for the password, then the operation goes on. Raises `Refusal`.
        """
        if operation not in {*acts_of(type(self)).values(), *reads_of(type(self))}:
            raise LookupError(f"{type(self).__name__} has not declared {operation.__name__}")
        while True:
            access = self.console_app.access
            try:
                return await self.console_app.in_background(operation, access, *arguments, **more)
            except NotAllowed as refused:
                if refused.code != "signed_out":
                    raise
            await self.console_app.sign_in_again(access)

    async def on_prune(self, event: Prune) -> None:
        """End what still works for it: Textual does so only after closing all that it would be shown on.

        Its own handler runs, too: Textual calls that of each class.
        """
        self.workers.cancel_node(self)

    def say(self, text: str) -> None:
        """Say something below the form; a problem begins with an exclamation mark."""
        said = self.query_one("#said", Static)
        said.update(marked(text))
        said.display = bool(text)
        said.set_class(text.startswith("!"), "problem")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let an action run where it is offered, and there is something to run on: people type ahead."""
        return self.is_mounted and self.offers(action)

    def offers(self, action: str) -> bool:
        """Return whether the role permits an action's operation; one that is not declared never is."""
        acts = acts_of(type(self))
        if action in acts:
            operation = acts[action]
            return operation is None or self.console_app.offers(operation)
        return not is_ours(type(self), action)


def acts_of(kind: type[Any]) -> dict[str, Callable[..., object] | None]:
    """Return what a class and those that it stands on have declared for their actions."""
    return {
        name: operation
        for one in reversed(kind.__mro__)
        for name, operation in vars(one).get("ACTS", {}).items()
    }


def reads_of(kind: type[Any]) -> set[Callable[..., object]]:
    """Return what a class and those that it stands on read."""
    return {operation for one in kind.__mro__ for operation in vars(one).get("READS", ())}


def is_ours(kind: type[Any], action: str) -> bool:
    """Return whether an action is the console's own rather than Textual's."""
    return any(
        f"action_{action}" in vars(one)
        for one in kind.__mro__
        if one.__module__.startswith(__package__ or "")
    )
