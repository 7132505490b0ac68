"""The epochs of a product: starting the next one, and retiring an earlier one, in the portal's words."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.confirmed import ConfirmedDialog
from keyferry.server.faces.console.views import ProductView
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.ticks import Way, choose
from keyferry.server.faces.console.wording import counted

_KEEP, _RETIRE = "keep", "retire"


class StartEpochDialog(ConfirmedDialog):
    """Starts the next epoch; whoever retires the earlier ones types the product's name."""

    KIND: ClassVar[str] = ""
    OK_TEXT: ClassVar[str] = "Start the next epoch"
    AUTO_FOCUS = f"#{_KEEP}"
    ACTS: ClassVar[Operations] = {"ok": Access.rotate}

    def __init__(self, product: ProductView) -> None:
        super().__init__(product.name)
        self._product, self._retires = product, False
        self._number = product.epochs[0].number + 1
        self._olds = _listed([one.number for one in reversed(product.served)])

    def form(self) -> ComposeResult:
        """Ask what becomes of the earlier epochs."""
        in_force = sum(one.computers for one in self._product.served)
        lead = "Your next release carries its keys, once you’ve built in the new profile."
        yield Static(lead, classes="text", markup=False)
        earlier = f"Epoch{'s' if len(self._product.served) > 1 else ''} {self._olds}"
        yield Static(earlier, classes="strong", markup=False)
        yield Way("Keep supporting", id=_KEEP)
        notices = "notices nothing. It gets" if in_force == 1 else "notice nothing. Each gets"
        keeps = f"For a regular release. {counted(in_force, 'computer')} {notices} a new computer ID "
        keeps += "and keeps its seat when it’s updated."
        yield Static(keeps, classes="hint inset", markup=False)
        yield Way("Retire", id=_RETIRE, danger=True)
        yield Static(f"The secret got out. {_outcome(in_force)}", classes="hint inset", markup=False)
        yield from self.confirmation(self._to_type)

    def on_mount(self) -> None:
        """Name it, and begin with what harms nobody."""
        self.query_one("#frame").border_title = f"Start epoch {self._number} of {self._to_type}?"
        self._choose(_KEEP)

    @on(Way.Chosen)
    def way_chosen(self, event: Way.Chosen) -> None:
        """Do that with the earlier ones."""
        self._choose(event.way.id or _KEEP)

    @property
    def is_confirmed(self) -> bool:
        """Whether the name is typed, where it has to be."""
        return not self._retires or super().is_confirmed

    def weigh(self) -> None:
        """Let Enter start it where it harms nobody."""
        self.query_one("#do-ok", ActionButton).primary = not self._retires
        super().weigh()

    async def do(self) -> None:
        """Start it."""
        await self.answer_with(
            Access.rotate,
            self._product.code,
            retire_old=self._retires,
            version=self._product.version,
            typed=self.typed("confirmed"),
        )

    def _choose(self, name: str) -> None:
        choose(self, name)
        self._retires = name == _RETIRE
        self.set_class(self._retires, "danger")
        for id in ("what-to-type", "confirmed"):
            self.query_one(f"#{id}").display = self._retires
        does = f"Start epoch {self._number}"
        button = self.query_one("#do-ok", ActionButton)
        button.set_class(self._retires, "danger")
        button.show(f"{does}, retire {self._olds}" if self._retires else does)
        self.weigh()


class RetireEpochDialog(ConfirmedDialog):
    """Retires one of the earlier epochs, once the product's name was typed."""

    OK_TEXT: ClassVar[str] = "Retire it"
    AUTO_FOCUS = "#confirmed"
    ACTS: ClassVar[Operations] = {"ok": Access.retire}

    def __init__(self, product: ProductView) -> None:
        super().__init__(product.name)
        self._product = product
        # The oldest first: it is the one that ends first.
        self._epochs = {f"epoch-{one.number}": one for one in reversed(product.served[1:])}
        self._chosen = next(iter(self._epochs))

    def form(self) -> ComposeResult:
        """Ask which, where there are several, and say what follows."""
        if len(self._epochs) > 1:
            for id, one in self._epochs.items():
                yield Way(f"Epoch {one.number}", id=id, beside=counted(one.computers, "computer"))
            yield Static("", markup=False)
        yield Static("", id="outcome", classes="text", markup=False)
        yield from self.confirmation(self._to_type)

    def on_mount(self) -> None:
        """Begin with the oldest."""
        self._choose(self._chosen)

    @on(Way.Chosen)
    def way_chosen(self, event: Way.Chosen) -> None:
        """Retire that one."""
        self._choose(event.way.id or self._chosen)

    async def do(self) -> None:
        """Retire it."""
        number = self._epochs[self._chosen].number
        await self.answer_with(Access.retire, self._product.code, number, self.typed("confirmed"))

    def _choose(self, name: str) -> None:
        choose(self, name)
        self._chosen = name
        epoch = self._epochs[name]
        self.query_one("#frame").border_title = f"Retire epoch {epoch.number} of {self._to_type}?"
        self.query_one("#outcome", Static).update(_outcome(epoch.computers))
        self.query_one("#do-ok", ActionButton).show(f"Retire epoch {epoch.number}")
        self.weigh()


def _listed(numbers: list[int]) -> str:
    *others, last = map(str, numbers)
    return f"{', '.join(others)} and {last}" if others else last


def _outcome(computers: int) -> str:
    one = "keeps running, but gets no new key until it’s updated."
    many = "keep running, but get no new key until they’re updated."
    told = f"{counted(computers, 'computer')} {one if computers == 1 else many}"
    return f"{told} Deactivating still works. Can’t be undone."
