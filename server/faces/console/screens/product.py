"""Adding a product, and features to one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.protocol.computer_key import Style
from keyferry.protocol.profile import MachineSource
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import NewProduct, ProductView
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.widgets.ticks import Tick, Way, choose

_STYLES: Mapping[str, tuple[str, str]] = {
    Style.SHORT.value: ("Short", "6 groups to type"),
    Style.SIGNED.value: ("Signed", "24 groups, or a license file"),
}


class AddProductDialog(Dialog[str]):
    """Answers with the code of the product."""

    TITLE_TEXT: ClassVar[str] = "New product"
    OK_TEXT: ClassVar[str] = "Add product"
    AUTO_FOCUS = "#name"
    FIELDS: ClassVar[Mapping[str, str]] = {"malformed_product_name": "name"}
    ACTS: ClassVar[Operations] = {"ok": Access.add_product}

    def form(self) -> ComposeResult:
        """Ask what is fixed for ever, too."""
        yield Field("Name", line(hint="Orbital CAD", most=100), id="name")
        yield Field("Code", line(hint="orbital-cad, fixed from now on", most=40), id="code")
        yield Field("Features", line(hint="export, batch (optional)", most=400), id="features")
        text = "How its computer keys are written, fixed from now on:"
        yield Static(text, classes="hint above", markup=False)
        for value, (label, beside) in _STYLES.items():
            yield Way(label, id=f"style-{value}", beside=beside)
        yield Static("", markup=False)
        yield Field("Computers", Tick("The application tells them apart"), id="host")

    def on_mount(self) -> None:
        """Begin with short keys."""
        choose(self, f"style-{Style.SHORT.value}")

    @on(Way.Chosen)
    def way_chosen(self, event: Way.Chosen) -> None:
        """Write its keys so."""
        choose(self, event.way.id or "")

    @work
    async def action_ok(self) -> None:
        """Add it."""
        chosen = next(one.id or "" for one in self.query(Way) if one.is_chosen)
        new = NewProduct(
            code=self.typed("code").strip(),
            name=self.typed("name"),
            key_style=chosen.removeprefix("style-"),
            features=tuple(_names(self.typed("features"))),
            machine_source=(MachineSource.HOST if self.query_one(Tick).ticked else MachineSource.OS).value,
        )
        await self.answer_with(Access.add_product, new)


class AddFeaturesDialog(Dialog[bool]):
    """Answers with whether features were added."""

    TITLE_TEXT: ClassVar[str] = "Add features"
    OK_TEXT: ClassVar[str] = "Add features"
    ACTS: ClassVar[Operations] = {"ok": Access.add_features}

    def __init__(self, product: ProductView) -> None:
        super().__init__()
        self._product = product

    def form(self) -> ComposeResult:
        """Show which there are, and ask for more."""
        yield Static(self._product.name, classes="text strong", markup=False)
        yield Field("Now", Static(", ".join(self._product.features) or "none", markup=False), id="now")
        yield Field("Features", line(hint="export, batch", most=400), id="features")
        text = "A feature stays forever. The next profile that you download knows it."
        yield Static(text, classes="text above hint", markup=False)

    @work
    async def action_ok(self) -> None:
        """Add them."""
        await self.answer_with(Access.add_features, self._product.code, _names(self.typed("features")))


def _names(text: str) -> list[str]:
    """Read names between commas or spaces."""
    return [name for name in re.split(r"[\s,;]+", text) if name]
